"""When digests are due: times of day, weekdays and cron lines, in local time. Pure.

A slot is a time on a wall clock and happens once: where a clock that is put back shows it twice, at the first; where
one that is put forward leaves it out, at the moment of the change, as cron does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor.model import DigestPlan, Timing

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
# A clock that is put back by less than this does not make yesterday's slot due again.
CLOCK_SLACK = timedelta(hours=3)
Taken = Callable[[str, tuple[datetime, datetime]], bool]
# A leap day may be eight years away (1896 to 1904, 2096 to 2104).
_FARTHEST = 8 * 366 + 7


def read_timing(text: str) -> Timing:
    """ "07:00", "mon-fri 07:00" or the five fields of a cron line (Vixie cron's, without its @names).

    Raises ValueError that says what is wrong, for text that is none of them or for days that never come.
    """
    parts = text.split()
    if len(parts) == 5:
        timing = _read_cron(text, parts)
    elif len(parts) in (1, 2) and (clock := _CLOCK.fullmatch(parts[-1])):
        weekdays = _field(parts[0], 0, 6, WEEKDAYS) if len(parts) == 2 else ()
        timing = Timing(text, (int(clock[1]),), (int(clock[2]),), weekdays=weekdays)
    else:
        raise ValueError("is no time of a digest")
    if not any(_falls_on(timing, date(2096, 1, 1) + timedelta(days=day)) for day in range(_FARTHEST + 366)):
        raise ValueError("names a day that never comes")
    return timing


def _read_cron(text: str, parts: list[str]) -> Timing:
    # Cron counts weekdays from Sunday, as 0 or 7; Python from Monday.
    weekdays = _field(parts[4], 0, 7, ("sun", *WEEKDAYS)) if parts[4] != "*" else ()
    return Timing(
        text,
        hours=_field(parts[1], 0, 23),
        minutes=_field(parts[0], 0, 59),
        days=_field(parts[2], 1, 31) if parts[2] != "*" else (),
        months=_field(parts[3], 1, 12, MONTHS) if parts[3] != "*" else (),
        weekdays=tuple(sorted({(day - 1) % 7 for day in weekdays})),
    )


def _field(text: str, least: int, most: int, names: tuple[str, ...] = ()) -> tuple[int, ...]:
    """The numbers that one field means: lists, ranges, steps and names; a range of names may go round the end."""
    found: set[int] = set()
    for part in text.lower().split(","):
        span, slash, step = part.partition("/")
        if slash and not re.fullmatch(r"[1-9][0-9]?", step):
            raise ValueError(f'"{part}" has no step')
        if span == "*":
            first, last = least, most
        else:
            begin, dash, end = span.partition("-")
            first = _number(begin, least, most, names)
            last = _number(end, least, most, names) if dash else most if slash else first
        numbers = [*range(first, last + 1)] if first <= last else [*range(first, most + 1), *range(least, last + 1)]
        if first > last and not names:
            raise ValueError(f'"{part}" goes backwards')
        found.update(numbers[:: int(step or 1)])
    return tuple(sorted(found))


def _number(text: str, least: int, most: int, names: tuple[str, ...]) -> int:
    if text in names:
        return least + names.index(text)
    if not re.fullmatch(r"[0-9]{1,2}", text, re.ASCII) or not least <= int(text) <= most:
        known = f"one of {', '.join(names)}" if names else f"{least} to {most}"
        raise ValueError(f'"{text}" is not {known}')
    return int(text)


def _falls_on(timing: Timing, day: date) -> bool:
    if timing.months and day.month not in timing.months:
        return False
    chosen = [
        wanted for wanted in ((timing.days, day.day), (timing.weekdays, day.weekday())) if wanted[0]
    ]  # of a day of the month and a weekday, cron wants either
    return any(value in wanted for wanted, value in chosen) if chosen else True


@lru_cache(maxsize=8)
def _times(plan: DigestPlan) -> tuple[tuple[Timing, tuple[time, ...]], ...]:
    return tuple(
        (timing, tuple(time(hour, minute) for hour in timing.hours for minute in timing.minutes)) for timing in plan.at
    )


def _on(plan: DigestPlan, day: date) -> list[time]:
    """The wall-clock times of a day's slots, the last first."""
    return sorted({at for timing, times in _times(plan) if _falls_on(timing, day) for at in times}, reverse=True)


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which a naive local time happens; see above for the nights when clocks change."""
    local = wall.replace(tzinfo=zone, fold=0)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # Left out: the change lies between the readings by the new and by the old offset.
    early, late = local.replace(fold=1).astimezone(UTC), moment
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == late.astimezone(zone).utcoffset():
            late = middle
        else:
            early = middle
    return (late + timedelta(milliseconds=500)).replace(microsecond=0)


def _newest_first(plan: DigestPlan, zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Slots at or before `now` as wall-clock time and moment."""
    today = now.astimezone(zone).date()
    for back in range(-1, _FARTHEST):  # the wall clock may have been put back over midnight
        day = today - timedelta(days=back)
        for at in _on(plan, day):
            wall = datetime.combine(day, at)
            moment = moment_of(wall, zone)
            if moment <= now:
                yield wall, moment


def newest_slot(plan: DigestPlan, timezone: str, now: datetime) -> tuple[str, datetime]:
    """The name and the moment (UTC-aware) of the last slot at or before `now`."""
    wall, moment = next(_newest_first(plan, ZoneInfo(timezone), now))
    return f"daily:{wall:%Y-%m-%dT%H:%M}", moment


def due_slot(plan: DigestPlan, timezone: str, now: datetime, taken: Taken) -> str:
    """The name of the slot that is to be told now, or "": the newest one, unless it or a later one was taken.

    So of several slots that passed meanwhile only the newest is told. `taken`: as `ports.Store.slot_taken`.
    """
    slot, moment = newest_slot(plan, timezone, now)
    return "" if taken(slot, (moment, now + CLOCK_SLACK)) else slot
