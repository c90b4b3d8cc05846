"""init, doctor, config."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json

if TYPE_CHECKING:
    from monitor.wire import App


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
@click.option(
    "--story",
    metavar="NAME",
    help="Begin with another watch than the default one: blank, to fill in, or the example strike.",
)
def init(folder: str, story: str | None) -> None:
    """Lay out a working folder: watch.toml, .env.example, seeds/, digests/. What is there already is left alone."""
    from monitor.wire import shipped

    root, begin = Path(folder), _story(story)
    try:
        (root / "digests").mkdir(parents=True, exist_ok=True)
        (root / "seeds").mkdir(exist_ok=True)
        made = []
        for source, target in (
            (begin / "watch.toml", root / "watch.toml"),
            (shipped(".env.example"), root / ".env.example"),
            *((seed, root / "seeds" / seed.name) for seed in sorted((begin / "seeds").glob("*.md"))),
        ):
            if not target.exists():
                shutil.copyfile(source, target)
                made.append(target)
    except OSError as error:
        from monitor.errors import SetupError

        raise SetupError(f"{folder}: cannot be laid out ({error})") from error
    click.echo(f"{root}: {plural(len(made), 'file')} written")
    click.echo(f"next: cd {root}; edit watch.toml; monitor doctor; monitor sources check; monitor run")


def _story(name: str | None) -> Path:
    """The folder of a shipped watch and its seeds; a usage error names those that there are."""
    from monitor.wire import shipped

    if name is None:
        return shipped("watch.toml").parent
    known = {path.parent.name: path.parent for path in shipped("stories").glob("*/watch.toml")}
    if name not in known:
        raise click.BadParameter(
            f"there is no story {name!r}; there are {', '.join(sorted(known))}", param_hint="--story"
        )
    return known[name]


@click.command()
@home_options
@json_option
@click.pass_obj
def doctor(obj: Context, as_json: bool) -> None:
    """Check everything that a run needs; exit 3 when something must be mended first."""
    import sqlite3

    from monitor import __version__
    from monitor.wire import open_app, smtp_server

    settings = obj.settings()
    # Good, bad, or (None) good enough for a run but worth a look.
    rows: list[tuple[str, bool | None, str]] = []
    with open_app(settings) as app:
        watch = app.watch
        rows.append(
            ("monitor", True, f"{__version__}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
        )
        rows.append(("home", True, str(settings.home)))
        unconfirmed = [source.id for source in watch.sources if not source.confirmed]
        rows.append(
            (
                "watch",
                True,
                f"{watch.name}: {plural(len(watch.trips), 'trip')}, {plural(len(watch.topics), 'topic')}, "
                f"{plural(len(watch.sources), 'source')}",
            )
        )
        if unconfirmed:
            rows.append(("sources", None, f"addresses nobody has confirmed: {', '.join(unconfirmed)}"))
        health = app.store.health()
        rows.append(
            ("database", health["check"] == "ok", ", ".join(f"{name} {value}" for name, value in health.items()))
        )
        count = len(app.store.seeds())
        rows.append(("seeds", not app.seeds.problems, f"{plural(count, 'seed')}" + _list(app.seeds.problems)))
        digests = settings.home / "digests"
        writable = _writable(digests)
        rows.append(("digests", writable, f"{digests}" + ("" if writable else " cannot be written")))
        rows.append(("space", *_space(settings.home)))
        server = smtp_server(settings)
        if watch.digest.to:
            told = (
                f"{server.host}:{server.port} ({server.tls}) for {plural(len(watch.digest.to), 'recipient')}"
                if server
                else ("recipients are set but SMTP_HOST and SMTP_FROM are not: set them in .env, or empty [digest] to")
            )
            rows.append(("mail", server is not None, told))
        else:
            rows.append(("mail", True, "no recipients ([digest] to is empty): digests are files only"))
        if not settings.contact:
            rows.append(
                ("manners", None, "MONITOR_CONTACT is empty: set a page or address that publishers can write to")
            )
        if settings.allow_addresses:
            told = f"MONITOR_ALLOW_ADDRESSES: any source can make this machine ask {settings.allow_addresses}"
            rows.append(("guard", None, f"{told}; empty it unless you mean that"))
        if settings.robots != "obey":
            rows.append(("robots", None, "MONITOR_ROBOTS is ignore: for servers of your own only"))
        rows += _failing(app)
        waiting = app.store.undelivered()
        rows.append(("outbox", None if waiting else True, f"{plural(waiting, 'delivery', 'deliveries')} waiting"))
    good = all(fine is not False for _, fine, _ in rows)
    if as_json:
        say_json(
            {
                "ok": good,
                "checks": [
                    {"name": name, "ok": fine is not False, "look": fine is None, "text": text}
                    for name, fine, text in rows
                ],
            }
        )
    else:
        for name, fine, text in rows:
            click.echo(f"{_MARKS[fine]} {name}: {text}")
        click.echo("everything a run needs is there" if good else "mend what is marked BAD, then run doctor again")
    sys.exit(0 if good else 3)


_MARKS = {True: "ok ", False: "BAD", None: "see"}


def _failing(app: App) -> list[tuple[str, bool | None, str]]:
    """One line for each source that fails, in the words of the digest; no run needs all of them, so none is bad."""
    from zoneinfo import ZoneInfo

    from monitor.stages.health import describe

    states, now, zone = app.store.source_states(), app.clock.now(), ZoneInfo(app.watch.timezone)
    return [
        ("source", None, f"{source.id}: {'; '.join(describe(state, source, now, zone))}")
        for source in app.watch.sources
        if (state := states.get(source.id)) and state.failures
    ]


def _list(problems: tuple[str, ...]) -> str:
    return "".join(f"; {problem}" for problem in problems)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True


def _space(home: Path) -> tuple[bool, str]:
    free = shutil.disk_usage(home).free // 1024 // 1024
    return free > 200, f"{free:,} MB free"


@click.group()
def config() -> None:
    """The settings in force."""


@config.command()
@home_options
@json_option
@click.pass_obj
def dump(obj: Context, as_json: bool) -> None:
    """Every setting with its value; secrets are masked."""
    from monitor.settings import masked

    values = masked(obj.settings())
    if as_json:
        say_json(values)
        return
    for name, value in values.items():
        click.echo(f"{name}={value}")
