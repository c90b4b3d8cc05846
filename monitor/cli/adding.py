"""sources add."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json

if TYPE_CHECKING:
    from monitor.model import Source
    from monitor.stages.discover import Reading
    from monitor.wire import App


def every_option(command: Any) -> Any:
    """--every, a duration as in the watch file."""
    return click.option("--every", metavar="DURATION", help="Shortest time between two visits, such as 30m or 2h.")(
        command
    )


@click.command()
@home_options
@click.argument("url")
@click.option("--id", "given_id", metavar="ID", help="The source's id (default: made from its name).")
@click.option("--name", metavar="NAME", help="The outlet's name (default: what it calls itself).")
@every_option
@click.option("-y", "--yes", is_flag=True, help="Take the best one without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@json_option
@click.pass_obj
def add(
    obj: Context,
    url: str,
    given_id: str | None,
    name: str | None,
    every: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Follow an outlet: find its feeds and sitemaps, take the best, write it into the watch file.

    URL may be a feed, a sitemap, or any page of the site.
    """
    from monitor.cli.exploring import explore
    from monitor.edges import loop
    from monitor.wire import add_sources, open_room

    url = _address(url)
    pace = pace_of(every)

    async def ask(app: App) -> tuple[Reading, ...]:
        async with open_room(app) as room:
            return await explore(room, url)

    with obj.app() as app:
        if given_id:
            _free_id(given_id, app.watch.sources)
        report: dict[str, Any] = {"asked": url, "added": False, "dry_run": dry_run, "source": None, "candidates": []}
        known = same_address(url, app.watch.sources)
        if known:
            _refuse(report, f"{url} is followed already, as {known.id}; nothing was changed", as_json)
        readings = loop.run(ask(app))
        usable = [reading for reading in readings if not reading.trouble]
        now = app.clock.now()
        report["candidates"] = [_as_dict(reading) for reading in readings]
        if not as_json:
            for line in _lines(readings, now):
                click.echo(line)
        if not usable:
            _refuse(report, f"{url}: no feed, no sitemap and no page with links to articles was found", as_json)
        asking = not (yes or dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
        chosen = _choose(usable) if asking else usable[0]
        if chosen is None:
            click.echo("nothing was changed")
            return
        known = same_address(chosen.candidate.url, app.watch.sources)
        if known:
            _refuse(report, f"{chosen.candidate.url} is followed already, as {known.id}; nothing was changed", as_json)
        source = _source(chosen, given_id, name, pace, app.watch.sources)
        place = 0 if dry_run else add_sources(app.settings, [source])
        report |= {"added": not dry_run, "source": source_dict(source), "line": place}
        if as_json:
            say_json(report)
        else:
            _say_entry(source, app, place)


def _address(url: str) -> str:
    from monitor.watch.values import url as check

    url = url.strip()
    if "://" not in url:
        url = f"https://{url}"
    try:
        return check(url)
    except ValueError as error:
        raise click.BadParameter(said(error), param_hint="URL") from None


def pace_of(every: str | None) -> timedelta | None:
    """A duration as in the watch file; BadParameter when it is none."""
    from monitor.watch.values import between, duration

    try:
        return duration(between("1s", "31d")(every)) if every else None
    except ValueError as error:
        raise click.BadParameter(said(error), param_hint="--every") from None


def said(error: ValueError) -> str:
    """A refusal of the watch file's checks as one sentence."""
    context = getattr(error, "context", None) or {}
    return "; ".join(str(context[part]) for part in ("what", "mend") if context.get(part)) or str(error)


def _free_id(given: str, sources: Iterable[Source]) -> None:
    from monitor.watch.values import identifier

    try:
        identifier(given)
    except ValueError as error:
        raise click.BadParameter(said(error), param_hint="--id") from None
    if any(source.id == given for source in sources):
        raise click.BadParameter(f'"{given}" is taken by another source; choose another id', param_hint="--id")


def same_address(url: str, sources: Iterable[Source]) -> Source | None:
    """The source that has this address already, in any spelling."""
    from monitor.stages.opml import address_key

    key = address_key(url)
    return next((source for source in sources if address_key(source.url) == key), None)


def _refuse(report: dict[str, Any], reason: str, as_json: bool) -> None:
    """Say why nothing was added, and end with 1."""
    if as_json:
        say_json({**report, "reason": reason})
    else:
        click.echo(reason, err=True)
    sys.exit(1)


def _lines(readings: Sequence[Reading], now: datetime) -> list[str]:
    """The candidates with what they would offer, numbered; of usual places that have nothing, nothing is said."""
    from monitor.stages.discover import GUESS

    lines, number = [], 0
    for reading in readings:
        candidate = reading.candidate
        if reading.trouble:
            if candidate.why != GUESS:
                lines.append(f" -  {candidate.url} ({candidate.why}): {reading.trouble}")
            continue
        number += 1
        newest = f", newest “{reading.title}”" if reading.title else ""
        when = f" of {reading.newest:%-d %b %Y %H:%M} UTC" if reading.newest else ""
        newest = newest + when if newest else when.replace(" of ", ", newest ")
        note = f" ({reading.note})" if reading.note else ""
        lines.append(f"{number:2}  {candidate.url} ({candidate.why}): {reading.form}, "
                     f"{plural(reading.leads, 'lead')}{newest}{note}")  # fmt: skip
    return lines


def _choose(usable: Sequence[Reading]) -> Reading | None:
    number = click.prompt("Which one? 0 for none", type=click.IntRange(0, len(usable)), default=1)
    return usable[number - 1] if number else None


def _source(reading: Reading, given_id: str | None, name: str | None, pace: timedelta | None,
            sources: Sequence[Source]) -> Source:  # fmt: skip
    from monitor.model import Source
    from monitor.text import one_line

    named = one_line(name or "", 120) or reading.name
    taken = {source.id for source in sources}
    source = Source(
        id=given_id or free_id(named, reading.candidate.url, taken),
        name=named,
        url=reading.candidate.url,
        kind=reading.candidate.kind,
    )
    return replace(source, every=pace) if pace else source


def free_id(name: str, url: str, taken: set[str]) -> str:
    """An id made from a name, or from the host where the name has no letters for it; numbered where it is taken."""
    from urllib.parse import urlsplit

    from monitor.text import words

    def slug(text: str) -> str:
        return re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:48].strip("-")

    host = (urlsplit(url).hostname or "").removeprefix("www.")
    base = slug(" ".join(words(name))) or slug(host) or "source"
    return next(made for made in (base, *(f"{base}-{number}" for number in range(2, 10_000))) if made not in taken)


def _as_dict(reading: Reading) -> dict[str, Any]:
    return {
        "url": reading.candidate.url,
        "why": reading.candidate.why,
        "kind": reading.candidate.kind.value,
        "form": reading.form,
        "leads": reading.leads,
        "newest_title": reading.title,
        "newest": reading.newest,
        "note": reading.note,
        "trouble": reading.trouble,
    }


def source_dict(source: Source) -> dict[str, Any]:
    """A source for --json."""
    return {"id": source.id, "name": source.name, "url": source.url, "kind": source.kind.value}


def _say_entry(source: Source, app: App, line: int) -> None:
    from monitor.edges.watchfile import entries

    if not line:
        click.echo(f"\nWould be written into {app.settings.watch}:\n\n{entries([source])}")
        return
    click.echo(f"added {source.id}, {app.settings.watch.name}:{line}; it is asked at the next run")
