"""run, fetch, digest, start, tick."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import Context, home_options, json_option, plural, progress_bar, say_json

if TYPE_CHECKING:
    from monitor.model import Digest, DigestRow, RunReport
    from monitor.pipeline.telling import DeliveryReport, Told
    from monitor.wire import App, Look


def report_as_dict(report: RunReport) -> dict[str, Any]:
    """A run's report for --json."""
    return {
        "sources": [
            {"id": each.source_id, "outcome": each.outcome, "offered": each.offered, "new": each.fresh,
             "reason": each.reason}
            for each in report.sources
        ],
        "filed": report.filed,
        "revised": report.revised,
        "known": report.known,
        "unrelated": report.unrelated,
        "nothing_new": report.nothing,
        "uncertain": report.uncertain,
        "developments": report.developments,
        "summary_only": report.summary_only,
        "quiet": report.quiet,
        "outage": report.outage,
        "retry": [{"url": url, "reason": reason} for url, reason in report.failed_pages],
        "given_up": [{"url": url, "reason": reason} for url, reason in report.given_up],
    }  # fmt: skip


def say_report(report: RunReport, verbose: bool) -> None:
    """A run in a few lines."""
    outcomes = [source.outcome for source in report.sources]
    waiting = outcomes.count("waiting")
    asked = len(outcomes) - waiting
    failed = report.failed_sources
    later = f"{waiting} not due yet (--now asks all)" if waiting else ""
    answered = f"{asked - len(failed)} of {plural(asked, 'source')} answered"
    click.echo(", ".join(part for part in (answered if asked else "no source was asked", later) if part))
    if report.outage:
        click.echo("  nothing at all could be reached: this machine's network is out, and no source is blamed for it")
    for source in () if report.outage else failed:
        click.echo(f"  {source.name}: {source.reason}")
    if report.idle:
        click.echo("nothing new was offered: no page read, nothing filed")
        return
    counted = [f"{report.known} already known", f"{report.nothing} with nothing new" if report.nothing else ""]
    counted += [f"{report.unrelated} not about the story", f"{report.uncertain} uncertain" if report.uncertain else ""]
    click.echo(
        f"{plural(report.filed, 'article')} filed: {', '.join(filter(None, counted))}; "
        f"{plural(report.developments, 'development')}"
    )
    if report.quiet:
        click.echo(
            f"  {plural(report.quiet, 'old item')} of new sources became known without being told "
            "(--tell-all on a first run tells them)"
        )
    if report.summary_only:
        click.echo(f"  {plural(report.summary_only, 'page')} gave no text: the feed's summary was used")
    if report.revised:
        click.echo(f"  {plural(report.revised, 'page')} had changed since the last reading")
    for title, rows in (("will be tried again", report.failed_pages), ("given up", report.given_up)):
        if rows:
            click.echo(f"{plural(len(rows), 'page')} {title}")
            for url, reason in rows if verbose else rows[:5]:
                click.echo(f"  {url}: {reason}")
            if len(rows) > 5 and not verbose:
                click.echo("  … (-v shows all)")


def say_told(told: Told | None, delivery: DeliveryReport, app: App) -> None:
    """What was told and where it went."""
    if told is None:
        click.echo("no digest: nothing to tell that has not been told")
        waiting = app.store.undelivered()
        if waiting and not delivery.failed:
            click.echo(f"  {plural(waiting, 'delivery', 'deliveries')} of earlier digests wait for their next try")
    else:
        from monitor.stages.sourcelines import NEEDS_A_LOOK

        digest = told.digest
        looks = len({line.source_id for line in digest.sources if line.reason.startswith(NEEDS_A_LOOK)})
        needy = f"; {plural(looks, 'source needs', 'sources need')} a look" if looks else ""
        changed = f", {plural(len(digest.corrections), 'correction')}" if digest.corrections else ""
        click.echo(f"digest {digest.name}: {plural(digest.counts.developments, 'development')}{changed}{needy}")
        for problem in told.problems:
            click.echo(f"  {problem}", err=True)
    for channel, to in delivery.done:
        said = {"file": str(app.settings.home / "digests" / to), "mail": f"mailed to {to}"}
        click.echo(f"  {said.get(channel, f'sent to {to}')}")
    for failure in delivery.failed:
        click.echo(f"  not delivered: {failure}", err=True)


def _known_sources(app: App, ids: tuple[str, ...]) -> frozenset[str]:
    from difflib import get_close_matches

    have = [source.id for source in app.watch.sources]
    for wanted in ids:
        if wanted not in have:
            near = get_close_matches(wanted, have, 1)
            hint = f"; did you mean {near[0]}?" if near else "; see monitor sources list"
            raise click.UsageError(f"there is no source {wanted!r}{hint}")
    return frozenset(ids)


_strict = click.option("--strict", is_flag=True, help="Exit with 1 when a source or page failed.")
_now = click.option("--now", "now_all", is_flag=True, help="Ask every source, due or not.")
_tell_all = click.option("--tell-all", is_flag=True, help="Tell the old items of sources that are new, too.")
_only = click.option("--source", "only", multiple=True, metavar="ID", help="Only this source (may be repeated).")


@contextlib.contextmanager
def _pinged(app: App) -> Iterator[list[bool]]:
    """Tell the dead man's switch that a run begins, and how it ended: well only when the list says so."""
    outcome: list[bool] = []
    app.ping("start")
    try:
        yield outcome
    finally:
        app.ping("success" if outcome == [True] else "fail")


@click.command()
@home_options
@_now
@_tell_all
@_only
@_strict
@click.option("--dry-run", is_flag=True, help="Fetch and file, and show the digest without telling it.")
@json_option
@click.pass_obj
def run(
    obj: Context, now_all: bool, tell_all: bool, only: tuple[str, ...], strict: bool, dry_run: bool, as_json: bool
) -> None:
    """Fetch, file, tell and deliver, once."""
    with obj.app(lock=True) as app, _pinged(app) as outcome:
        with progress_bar() as progress:
            report = app.fetch(only=_known_sources(app, only), now_all=now_all, tell_all=tell_all, progress=progress)
        if dry_run:
            outcome.append(True)
            say_json(report_as_dict(report)) if as_json else say_report(report, obj.verbose)
            if not as_json:
                _preview(app, "txt")
            return
        told = app.tell(say_so=False)
        delivery = app.deliver()
        if as_json:
            say_json(report_as_dict(report) | _told_as_dict(told, delivery))
        else:
            say_report(report, obj.verbose)
            say_told(told, delivery, app)
        code = _code(report, told, delivery, strict)
        outcome.append(code == 0)
        sys.exit(code)


def _told_as_dict(told: Told | None, delivery: DeliveryReport) -> dict[str, Any]:
    return {
        "digest": told.digest.name if told else None,
        "told": told.digest.counts.developments if told else 0,
        "delivered": [{"channel": channel, "to": to} for channel, to in delivery.done],
        "undelivered": [*(told.problems if told else ()), *delivery.failed],
    }


def _code(report: RunReport, told: Told | None, delivery: DeliveryReport, strict: bool) -> int:
    if delivery.failed or (told and told.problems):
        return 4
    return 1 if strict and (report.failed_sources or report.failed_pages or report.given_up) else 0


@click.command()
@home_options
@_now
@_tell_all
@_only
@_strict
@json_option
@click.pass_obj
def fetch(obj: Context, now_all: bool, tell_all: bool, only: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Fetch and file, without telling."""
    with obj.app(lock=True) as app:
        with progress_bar() as progress:
            report = app.fetch(only=_known_sources(app, only), now_all=now_all, tell_all=tell_all, progress=progress)
        say_json(report_as_dict(report)) if as_json else say_report(report, obj.verbose)
        if strict and (report.failed_sources or report.failed_pages or report.given_up):
            sys.exit(1)


NOTHING = "no digest: nothing to tell that has not been told"


def _preview(app: App, form: str, include_known: bool = False) -> None:
    from monitor.pipeline.telling import preview

    made = preview(app.watch, app.store, app.clock.now())
    if made is not None and not include_known:
        click.echo(_shown(app, made, form))
    elif include_known:
        _with_known(app, made, form, None)
    else:
        click.echo(NOTHING)


def _with_known(app: Look, made: Digest | None, form: str, digest_id: int | None) -> None:
    """A digest, or that there is none, and what it leaves out."""
    from zoneinfo import ZoneInfo

    from monitor.cli.known import known_as_dicts, say_known

    rows = app.store.suppressed(digest_id)
    if form == "json":
        say_json({"digest": json.loads(_shown(app, made, form)) if made else None, "known": known_as_dicts(rows)})
        return
    click.echo(_shown(app, made, form) if made else NOTHING)
    say_known(rows, ZoneInfo(app.watch.timezone))


@click.command()
@home_options
@click.option("--preview", "only_show", is_flag=True, help="Show it; store, write and send nothing.")
@click.option("--show", "name", metavar="NAME", help="Show an earlier digest: its day, its day-2 and so on, or last.")
@click.option("--trip", metavar="ID", help="Show a whole trip, from its first day to its last, told or not.")
@click.option("--resend", metavar="NAME", help="Write and send an earlier digest again.")
@click.option(
    "--format", "form", type=click.Choice(["md", "html", "mail", "txt", "json", "atom"]), default="txt",
    show_default=True, help="For --preview, --show and --trip.",
)  # fmt: skip
@click.option(
    "--include-known", is_flag=True,
    help="With --preview or --show: also every article and sentence left out, with its reason; --format txt or json.",
)  # fmt: skip
@click.pass_obj
def digest(
    obj: Context,
    only_show: bool,
    name: str | None,
    trip: str | None,
    resend: str | None,
    form: str,
    include_known: bool,
) -> None:
    """Make the digest of what no digest has told yet, and deliver it."""
    if include_known and (form not in ("txt", "json") or not (only_show or name)):
        raise click.UsageError("--include-known goes with --preview or --show, and with --format txt or json")
    if sum(map(bool, (only_show, name, trip, resend))) > 1:
        raise click.UsageError("--preview, --show, --trip and --resend exclude each other")
    if name:
        with obj.look() as look:
            row = _earlier(look, name)
            if include_known:
                _with_known(look, row.digest, form, row.id)
            else:
                click.echo(_shown(look, row.digest, form), nl=False)
        return
    with obj.app(lock=not (only_show or trip)) as app:
        if trip:
            click.echo(_whole_trip(app, trip, form), nl=False)
            return
        if only_show:
            _preview(app, form, include_known)
            return
        told: Told | None = None
        problems: tuple[str, ...] = ()
        if resend:
            problems = app.tell_again(_earlier(app, resend))
        else:
            told = app.tell()
        delivery = app.deliver()
        if resend:
            click.echo(f"digest {resend}: {plural(len(delivery.done), 'delivery', 'deliveries')} made")
            for problem in (*problems, *delivery.failed):
                click.echo(f"  not delivered: {problem}", err=True)
        else:
            say_told(told, delivery, app)
        if delivery.failed or problems or (told and told.problems):
            sys.exit(4)


def _earlier(app: Look, name: str) -> DigestRow:
    row = app.store.digest("" if name == "last" else name)
    if row is None and name == "last":
        raise click.UsageError("no digest has been made here yet")
    if row is None:
        raise click.UsageError(f"there is no digest {name!r}; their names are days, e.g. 2024-08-20 or 2024-08-20-2")
    return row


def _shown(app: Look, record: Digest, form: str) -> str:
    from monitor.stages.feed import digest_feed
    from monitor.stages.render import render

    return digest_feed([record], app.templates()) if form == "atom" else render(record, form, app.templates())


def _whole_trip(app: App, trip: str, form: str) -> str:
    from difflib import get_close_matches

    from monitor.pipeline.again import trip_digest
    from monitor.stages.digest import has_news
    from monitor.stages.feed import trip_feed

    try:
        record = trip_digest(app.watch, app.store, trip, app.clock.now())
    except KeyError:
        near = get_close_matches(trip, [each.id for each in app.watch.trips], 1)
        hint = f"; did you mean {near[0]}?" if near else "; see the ids in the watch file"
        raise click.UsageError(f"there is no trip {trip!r}{hint}") from None
    if not has_news(record):
        return f"nothing is filed under {trip}\n"
    return trip_feed([record], trip, app.templates()) if form == "atom" else _shown(app, record, form)


@click.command()
@home_options
@click.pass_obj
def start(obj: Context) -> None:
    """Run unattended until stopped (SIGTERM or Ctrl-C)."""
    import signal
    from collections.abc import Callable

    from monitor.schedule import Ticker

    def one(step: Callable[[App], None]) -> None:
        with obj.app(lock=True) as app:
            step(app)

    with obj.app() as app:
        times = ", ".join(timing.text for timing in app.watch.digest.at)
        click.echo(
            f"following {app.watch.name!r}: {plural(len(app.watch.sources), 'source')}, "
            f"digest at {times} {app.watch.timezone}",
            err=True,
        )
    ticker = Ticker(one)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ticker.stop())
    if not ticker.run():
        # A mail server that is silent in the middle of a message, for one. All that is kept is kept by transactions.
        logging.getLogger("monitor").warning("stopped in the middle of a step; the next start goes on from there")
        sys.stderr.flush()
        os._exit(0)


@click.command()
@home_options
@click.pass_obj
def tick(obj: Context) -> None:
    """One step of the scheduler: fetch what is due, tell the slot that has passed, empty the outbox."""
    from monitor.schedule import step

    with obj.app(lock=True) as app:
        delivered = step(app)
    sys.exit(0 if delivered else 4)
