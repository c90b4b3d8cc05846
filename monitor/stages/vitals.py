"""Whether a watch is alive: by the age of its last good fetch, and by the digest that was last due. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import SourceState, Watch
from monitor.stages.slots import Taken, newest_slot

# A source may rest after failures, and a run may take its time.
LEAST_FETCH = timedelta(hours=2)
DIGEST_GRACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Vital:
    """One sign of life: `name`, whether it is good, and words for a person."""

    name: str
    good: bool
    text: str


def vitals(
    watch: Watch,
    states: Sequence[SourceState],
    taken: Taken,
    now: datetime,
    *,
    fetch_age: timedelta | None = None,
    digest_age: timedelta = DIGEST_GRACE,
    began: datetime | None = None,
) -> tuple[Vital, ...]:
    """The last good fetch must be younger than `fetch_age` (three times the shortest interval, two hours at least),
    and the newest slot must be taken within `digest_age`.

    `began`: when the working folder was laid: no earlier slot is its own.
    """
    return _fetch(watch, states, now, fetch_age), _digest(watch, taken, now, digest_age, began)


def _fetch(watch: Watch, states: Sequence[SourceState], now: datetime, most: timedelta | None) -> Vital:
    if not watch.sources:
        return Vital("fetch", True, "no sources to fetch")
    limit = most or max(LEAST_FETCH, 3 * min(source.every for source in watch.sources))
    known = {source.id for source in watch.sources}
    good = [state.ok_at for state in states if state.source_id in known and state.ok_at]
    if not good:
        return Vital("fetch", False, "no source has ever answered")
    age = now - max(good)
    return Vital("fetch", age <= limit, f"last good fetch {_ago(age)} (at most {_span(limit)})")


def _digest(watch: Watch, taken: Taken, now: datetime, grace: timedelta, began: datetime | None) -> Vital:
    slot, moment = newest_slot(watch.digest, watch.timezone, now)
    at = slot.removeprefix("daily:").replace("T", " ")
    if taken(slot, (moment, now)):
        return Vital("digest", True, f"the digest of {at} was made or had nothing to tell")
    if began is not None and moment < began:
        return Vital("digest", True, "no digest was due yet: the last time for one was before this folder was laid")
    late = now - moment
    return Vital("digest", late <= grace, f"the digest of {at} is due for {_span(late)} (at most {_span(grace)})")


def _ago(age: timedelta) -> str:
    return f"{_span(age)} ago" if age >= timedelta(0) else "in the future, the clock was put back"


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h".replace(".0 ", " ")
