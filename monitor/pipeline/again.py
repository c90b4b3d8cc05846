"""What was told, told again in one: the week's digest, and a whole trip's."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Digest, Watch
from monitor.pipeline.letters import NO_POST, Post, deliveries
from monitor.pipeline.telling import Told
from monitor.ports import Store
from monitor.stages.digest import Span, has_news, make_digest

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = timedelta(days=7)


def tell_week(watch: Watch, store: Store, now: datetime, *, post: Post = NO_POST) -> Told | None:
    """The digest of the seven days before the last `[digest] weekly` weekday, once.

    None where none is asked for, where it has been told, or where nothing was told in those days. After downtime it
    comes with the next digest of that week. It marks no article: what it tells has been told.
    """
    if not watch.digest.weekly:
        return None
    today = now.astimezone(ZoneInfo(watch.timezone)).date()
    begun = today - timedelta(days=(today.weekday() - WEEKDAYS.index(watch.digest.weekly)) % 7)
    slot = f"again:week:{begun.isoformat()}"
    if store.slot_taken(slot):
        return None
    span = Span("weekly", begun - WEEK, begun - timedelta(days=1))
    digest = make_digest(
        store.told_material(span.first, span.last), watch, now=now, name=f"{begun.isoformat()}-week", span=span
    )
    if not has_news(digest):
        store.skip_slot(slot, now)
        return None
    rows, problems = deliveries(digest, watch, store, post, now)
    made = store.save_digest(slot, digest, (), rows)
    return None if made is None else Told(made, digest, problems)


def trip_digest(watch: Watch, store: Store, trip_id: str, now: datetime) -> Digest:
    """Everything filed under a trip, told or not, as one digest by day; nothing is stored. KeyError: no such trip."""
    trip = watch.trip(trip_id)
    span = Span("trip", trip.first, trip.last)
    return make_digest(store.trip_material(trip_id), watch, now=now, name=trip_id, span=span)
