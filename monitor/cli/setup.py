"""init, doctor, healthcheck, config."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json

if TYPE_CHECKING:
    from monitor.edges.mail import SmtpServer
    from monitor.model import Watch
    from monitor.wire import App

# So many files that were left alone are named.
MOST_NAMED = 3


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
        made, kept = [], []
        for source, target in (
            (begin / "watch.toml", root / "watch.toml"),
            (shipped(".env.example"), root / ".env.example"),
            *((seed, root / "seeds" / seed.name) for seed in sorted((begin / "seeds").glob("*.md"))),
        ):
            if target.exists():
                kept.append(target.relative_to(root))
            else:
                shutil.copyfile(source, target)
                made.append(target)
    except OSError as error:
        from monitor.errors import SetupError

        raise SetupError(f"{folder}: cannot be laid out ({error})") from error
    click.echo(f"{root}: {plural(len(made), 'file')} written")
    if kept:
        more = f" and {len(kept) - MOST_NAMED} more" if len(kept) > MOST_NAMED else ""
        click.echo(f"left alone, because it is there already: {', '.join(map(str, kept[:MOST_NAMED]))}{more}")
    if story and root / "watch.toml" not in made:
        click.echo(f"so its story is not {story!r}: for that, name a new folder or move watch.toml away first")
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
    from importlib.util import find_spec

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
        filled, missing = _watch(watch, settings.watch)
        rows += filled
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
        rows.append(_mail(watch, server))
        if settings.notify:
            missing = find_spec("apprise") is None
            told = ", ".join(settings.services) + (
                ": apprise is missing, pip install 'monitor[notify]'" if missing else ""
            )
            rows.append(("notify", not missing, told))
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
        rows += _refused(app)
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
        end = "a run works, but the watch is not filled in yet" if missing else "everything a run needs is there"
        click.echo(end if good else "mend what is marked BAD, then run doctor again")
    sys.exit(0 if good else 3)


def _age(ctx: click.Context, option: click.Parameter, value: str | None) -> timedelta | None:
    from monitor.watch.values import duration

    try:
        return duration(value) if value else None
    except ValueError:
        raise click.BadParameter(f'{value!r} is no duration; write e.g. "90m", "6h" or "2d"') from None


@click.command()
@home_options
@click.option(
    "--fetch-age", callback=_age, help="Oldest good fetch; default: 3 times the shortest interval, 2h at least."
)
@click.option("--digest-age", callback=_age, default="1h", show_default=True, help="How late a digest may be.")
@json_option
@click.pass_obj
def healthcheck(obj: Context, fetch_age: timedelta | None, digest_age: timedelta, as_json: bool) -> None:
    """Whether the last good fetch and the last digest are recent: exit 0 when so, 1 when not, 3 without a set-up."""
    from monitor.stages.vitals import vitals

    with obj.look() as look:
        states = tuple(look.store.source_states().values())
        found = vitals(
            look.watch, states, look.store.slot_taken, look.clock.now(), fetch_age=fetch_age, digest_age=digest_age,
            began=_began(look.settings.home),
        )  # fmt: skip
    good = all(each.good for each in found)
    if as_json:
        say_json({"ok": good, "checks": [{"name": each.name, "ok": each.good, "text": each.text} for each in found]})
    else:
        for each in found:
            click.echo(f"{_MARKS[each.good]} {each.name}: {each.text}")
    sys.exit(0 if good else 1)


def _began(home: Path) -> datetime:
    """When a working folder was laid: as old as the oldest that stands in it."""
    from datetime import UTC

    oldest = min((each.stat().st_mtime for each in home.iterdir()), default=home.stat().st_mtime)
    return datetime.fromtimestamp(oldest, UTC)


_MARKS = {True: "ok ", False: "BAD", None: "see"}


def _watch(watch: Watch, file: Path) -> tuple[list[tuple[str, bool | None, str]], bool]:
    """What the watch has and what nobody has filled in yet; and whether something is missing to find anything."""
    from monitor.watch import find_blanks
    from monitor.wire import shipped

    counts = (
        plural(len(watch.trips), "trip"), plural(len(watch.topics), "topic"), plural(len(watch.sources), "source"),
    )  # fmt: skip
    rows: list[tuple[str, bool | None, str]] = [("watch", True, f"{watch.name}: {', '.join(counts)}")]
    blank = shipped("stories") / "blank" / "watch.toml"
    found = find_blanks(file.read_text("utf-8"), blank.read_text("utf-8"), file.name)
    # Without a trip or a source a run works and finds nothing; a placeholder is never meant.
    rows += [("watch", False if each.line else None, f"still to be filled in: {each}") for each in found]
    return rows, any(not each.line for each in found)


def _mail(watch: Watch, server: SmtpServer | None) -> tuple[str, bool | None, str]:
    count = len(watch.digest.everybody())
    if not count:
        return "mail", True, "no recipients ([digest] to is empty): digests are files only"
    if server is None:
        return (
            "mail",
            False,
            "recipients are set but SMTP_HOST and SMTP_FROM are not: set them in .env, or empty [digest] to",
        )
    place = f"{server.host}:{server.port} ({server.tls}) for {plural(count, 'recipient')}"
    near = server.host in ("localhost", "127.0.0.1", "::1")
    if server.tls == "none" and not near:
        return "mail", None, f"{place}: SMTP_TLS is none, so mail and password can be read on the way"
    return "mail", True, place


def _refused(app: App) -> list[tuple[str, bool | None, str]]:
    """One line for what was given up, one for each recipient who is paused."""
    given_up = sum(1 for each in app.store.posted() if each.state == "failed")
    rows: list[tuple[str, bool | None, str]] = []
    if given_up:
        rows.append(("outbox", None, f"{plural(given_up, 'delivery', 'deliveries')} given up; see monitor mail list"))
    for reader in app.store.readers().values():
        if reader.paused_at:
            rows.append(("recipient", None, f"{reader.address} is paused: {reader.reason}; monitor mail resume"))
    return rows


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
