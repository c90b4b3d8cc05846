"""A trip's days: its stops as done, now, today or next, and what was filed on each day. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from monitor.model import DayMark, StopMark, Trip, Volume, Watch

# A timeline has so many days at most: those up to the digest's.
MOST_DAYS = 14


def stop_marks(trip: Trip, day: date) -> tuple[StopMark, ...]:
    """Each stop as done, now or next, at most one of them now; those of a day with several are "today".

    The hour of a stop is not known, so on such a day none is said to be now.
    """
    reached = [stop.on for stop in trip.stops if stop.on and stop.on <= day]
    current = max(reached) if reached and trip.first <= day <= trip.last else None
    here = [number for number, stop in enumerate(trip.stops) if current and stop.on == current]
    several = current == day and len({trip.stops[number].place for number in here}) > 1
    marks: list[StopMark] = []
    for number, stop in enumerate(trip.stops):
        if day > trip.last:
            state = "done"
        elif stop.on is None:
            state = "next"
        elif stop.on == current and (several or number == here[-1]):
            state = "today" if several else "now"
        else:
            state = "done" if stop.on <= day else "next"
        arrived = stop.on
        if marks and marks[-1].place == stop.place:
            # Several days in one place are one mark: of the states that it has, what comes first here.
            last = marks.pop()
            arrived = last.on or arrived
            state = min(last.state, state, key=("now", "today", "next", "done").index)
        marks.append(StopMark(stop.place, state, arrived))
    return tuple(marks)


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The local day of a moment of publication; one at midnight UTC is a page's day without a time, and stays it."""
    return moment.date() if moment.time() == time(0) else moment.astimezone(zone).date()


def timeline(
    trip: Trip, volume: Iterable[Volume], watch: Watch, day: date, first: date | None = None
) -> tuple[DayMark, ...]:
    """The days of a trip up to the digest's, at most a fortnight, days without any report included.

    It begins on the trip's first day or with its first report, whichever is earlier, or on `first`.
    """
    zone = ZoneInfo(watch.timezone)
    reports: Counter[date] = Counter()
    developments: Counter[date] = Counter()
    topics: dict[date, Counter[str]] = {}
    for each in volume:
        if each.trip == trip.id:
            when = local_day(each.at, zone)
            reports[when] += each.reports
            developments[when] += len(each.developments)
            topics.setdefault(when, Counter()).update(topic for those in each.developments for topic in those)
    days = [when for when in reports if when <= day]
    if not days:
        return ()
    begun = first or (min(*days, trip.first) if trip.first <= day else min(days))
    last = min(day, max(trip.last, *days))
    begun = max(begun, last - timedelta(days=MOST_DAYS - 1))
    names = {topic.id: topic.name for topic in watch.topics}
    return tuple(
        DayMark(
            when,
            tuple(dict.fromkeys(stop.place for stop in trip.stops if stop.on == when)),
            reports[when],
            developments[when],
            tuple(
                (id_, name, topics[when][id_]) for id_, name in names.items() if when in topics and topics[when][id_]
            ),
        )
        for when in (begun + timedelta(days=step) for step in range((last - begun).days + 1))
    )
