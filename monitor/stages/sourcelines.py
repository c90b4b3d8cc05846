"""What a digest says of the sources, a line for each thing that a person should know. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Material, SourceLine, SourceState, Watch
from monitor.stages.health import alert_due, describe, not_asked, said_at

# So many sources that our own outage kept us from are told as one.
MANY = 3
NEEDS_A_LOOK = "needs a look"


def has_answered(state: SourceState) -> bool:
    """Whether a source answered when it was asked last."""
    return state.ok_at is not None and not state.failures and not not_asked(state)


def unasked(material: Material, watch: Watch, now: datetime) -> tuple[SourceLine, ...]:
    """One line in place of all others where no source was asked since the last digest, which has those; else ()."""
    followed = {source.id for source in watch.sources}
    tried = [state.tried_at for state in material.states if state.tried_at and state.source_id in followed]
    if not (material.told_at and tried) or max(tried) > material.told_at or alerts(material.states, watch, now):
        return ()
    last = said_at(max(tried), now, ZoneInfo(watch.timezone))
    return (SourceLine("", "All sources", f"not asked since the last digest; the last time was {last}"),)


def source_lines(
    states: Iterable[SourceState], watch: Watch, now: datetime, told_at: datetime | None = None
) -> Iterable[SourceLine]:
    """What a person should know of the sources: one line for each thing; those that need a look come first.

    `told_at`: when the last digest was made; who recovered since then is named.
    """
    zone = ZoneInfo(watch.timezone)
    by_id = {state.source_id: state for state in states}
    lines: list[tuple[bool, SourceLine]] = []
    missed = [by_id[source.id] for source in watch.sources if source.id in by_id and not_asked(by_id[source.id])]
    if len(missed) >= MANY:
        # One outage of ours is one line, not one for each source.
        tried = said_at(max(state.tried_at for state in missed if state.tried_at), now, zone)
        said = f"could not be asked {tried}: our own network was out; they are asked again soon"
        lines.append((True, SourceLine("", f"{len(missed)} sources", said)))
    for source in watch.sources:
        state = by_id.get(source.id)
        if state is None:
            lines.append((False, SourceLine(source.id, source.name, "not asked yet")))
            continue
        if len(missed) >= MANY and state in missed:
            state = replace(state, tried_at=state.ok_at)
        alert = alert_due(state, state.alerted_at, now)
        for said in describe(state, source, now, zone):
            lines.append((alert, SourceLine(source.id, source.name, f"{NEEDS_A_LOOK}: {said}" if alert else said)))
        if state.recovered_at and not state.failures and (told_at is None or state.recovered_at > told_at):
            lines.append((False, SourceLine(source.id, source.name, "answers again")))
    return (line for _, line in sorted(lines, key=lambda each: not each[0]))


def alerts(states: Iterable[SourceState], watch: Watch, now: datetime) -> tuple[str, ...]:
    """The ids of the watch's sources that a digest made now points out; those taken out of it bother nobody."""
    followed = {source.id for source in watch.sources}
    due = (state for state in states if alert_due(state, state.alerted_at, now))
    return tuple(state.source_id for state in due if state.source_id in followed)
