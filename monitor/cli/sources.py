"""sources list, sources check; the group of the commands in `adding` and `lists`."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from monitor.cli.adding import add
from monitor.cli.common import Context, home_options, json_option, plural, say_json
from monitor.cli.lists import export, import_

if TYPE_CHECKING:
    from monitor.model import Source, SourceState
    from monitor.wire import App


@click.group()
def sources() -> None:
    """The sources of the watch: how they fare, and new ones."""


for command in (add, import_, export):
    sources.add_command(command)


def _words(state: SourceState | None, source: Source, now: datetime, zone: ZoneInfo) -> str:
    from monitor.stages.health import describe

    if state is None:
        return "not asked yet"
    said = describe(state, source, now, zone)
    if state.failures:
        return "FAILING: " + "; ".join(said)
    ok = f"{state.ok_at.astimezone(zone):%-d %b %H:%M}" if state.ok_at else "never"
    due = f"{state.due_at.astimezone(zone):%-d %b %H:%M}" if state.due_at else "now"
    return "; ".join((f"ok {ok}, next {due}", *said))


@sources.command("list")
@home_options
@json_option
@click.pass_obj
def list_(obj: Context, as_json: bool) -> None:
    """Every source with its last answer and its next visit."""
    with obj.look() as look:
        states = look.store.source_states()
        zone, now = ZoneInfo(look.watch.timezone), look.clock.now()
        if as_json:
            say_json([_as_dict(source, states.get(source.id), now, zone) for source in look.watch.sources])
            return
        width = max((len(source.id) for source in look.watch.sources), default=0)
        for source in look.watch.sources:
            mark = "" if source.confirmed else " [address unconfirmed]"
            click.echo(f"{source.id:<{width}}  {source.name}{mark}: {_words(states.get(source.id), source, now, zone)}")
        failing = sum(1 for source in look.watch.sources if source.id in states and states[source.id].failures)
        click.echo(f"{plural(len(look.watch.sources), 'source')}, {failing} failing, times are {look.watch.timezone}")


def _as_dict(source: Source, state: SourceState | None, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "url": source.url,
        "kind": source.kind.value,
        "confirmed": source.confirmed,
        "state": _words(state, source, now, zone),
        "failures": state.failures if state else 0,
        "last_ok": state.ok_at if state else None,
        "next": state.due_at if state else None,
    }


@sources.command()
@home_options
@click.argument("ids", nargs=-1, metavar="[ID]...")
@json_option
@click.pass_obj
def check(obj: Context, ids: tuple[str, ...], as_json: bool) -> None:
    """Ask sources now and show what they would offer; nothing is stored."""
    from monitor.cli.run import _known_sources
    from monitor.edges import loop

    with obj.app() as app:
        wanted = _known_sources(app, ids)
        chosen = [source for source in app.watch.sources if not wanted or source.id in wanted]
        found = loop.run(_check_all(app, chosen))
        if as_json:
            say_json(found)
        else:
            for row in found:
                click.echo(_line(row))
        bad = sum(1 for row in found if not row["ok"])
        if not as_json:
            click.echo(f"{len(found) - bad} of {plural(len(found), 'source')} answered")
        sys.exit(1 if bad else 0)


def _line(row: dict[str, Any]) -> str:
    if not row["ok"]:
        return f"FAIL {row['id']}: {row['reason']}"
    note = f" ({row['note']})" if row["note"] else ""
    newest = f", newest “{row['newest']}”" if row["newest"] else ""
    return f"ok   {row['id']}: {row['form']}, {plural(row['leads'], 'lead')}{newest}{note}"


async def _check_all(app: App, chosen: list[Source]) -> list[dict[str, Any]]:
    from monitor.cli.exploring import look
    from monitor.errors import MonitorError
    from monitor.wire import open_room

    async def one(source: Source) -> dict[str, Any]:
        try:
            offer = await look(room, source)
        except MonitorError as error:
            return {"id": source.id, "ok": False, "reason": str(error)}
        newest = offer.leads[0].title if offer.leads else ""
        return {"id": source.id, "ok": True, "form": offer.form, "leads": len(offer.leads), "newest": newest,
                "note": offer.note}  # fmt: skip

    async with open_room(app) as room:
        return list(await asyncio.gather(*(one(source) for source in chosen)))
