"""Three years of slots, simulated: downtimes, clocks that are changed twice a year, and clocks that jump."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from monitor.model import DigestPlan
from monitor.stages.slots import due_slot, newest_slot, read_timing

BEGIN, DAYS = date(2023, 1, 1), 3 * 365
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Clocks change at two, at midnight, by half an hour, in the south, or never.
ZONES = ["Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata"]
PLANS = {
    "daily": (["07:00"], lambda day: [time(7)]),
    "at night": (["00:30", "02:00", "02:30", "23:45"], lambda day: [time(0, 30), time(2), time(2, 30), time(23, 45)]),
    "weekdays": (["mon-fri 06:15", "0 18 * * 5"], lambda day: [time(6, 15), *[time(18)] * (day.weekday() == 4)]
                 if day.weekday() < 5 else []),
}  # fmt: skip


@cache
def expected(name: str, zone: str) -> tuple[tuple[datetime, str], ...]:
    """Every slot with its moment, found without our code: the first minute at which the wall clock has reached it."""
    found = []
    for offset in range(DAYS):
        day = BEGIN + timedelta(days=offset)
        for at in PLANS[name][1](day):
            wall = datetime.combine(day, at)
            moment = wall.replace(tzinfo=UTC) - ZoneInfo(zone).utcoffset(wall - 4 * HOUR) - 2 * HOUR  # type: ignore[operator]
            while moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < wall:
                moment += 15 * MINUTE
            found.append((moment, f"daily:{wall:%Y-%m-%dT%H:%M}"))
    return tuple(sorted(found))


@dataclass
class Scheduler:
    """One that remembers only what the store would: the slots that were taken, and when by its clock."""

    plan: DigestPlan
    zone: str
    taken: dict[str, datetime] = field(default_factory=dict)
    told: list[tuple[datetime, str]] = field(default_factory=list)

    def tick(self, now: datetime, wrong_by: timedelta = timedelta(0)) -> None:
        shown = now + wrong_by
        slot = due_slot(self.plan, self.zone, shown, self._taken)
        if slot:
            self.told.append((now, slot))
            self.taken[slot] = shown

    def _taken(self, slot: str, between: tuple[datetime, datetime]) -> bool:
        since, until = between
        return slot in self.taken or any(since <= at <= until for at in [*self.taken.values()][-40:])


def ticks(slots: tuple[tuple[datetime, str], ...], chance: random.Random) -> Iterator[datetime]:
    """The moments worth looking at: the minute before each slot, the slot, a minute later, and some at random."""
    moments = {moment + step for moment, _ in slots for step in (-MINUTE, 0 * MINUTE, MINUTE)}
    first, last = min(moments), max(moments)
    moments |= {first + chance.random() * (last - first) for _ in range(1000)}
    return iter(sorted(moments))


def scheduler(name: str, zone: str) -> Scheduler:
    """As a watch begins: it does not owe the slot before."""
    made = Scheduler(DigestPlan(at=tuple(map(read_timing, PLANS[name][0]))), zone)
    slot, _ = newest_slot(made.plan, zone, expected(name, zone)[0][0] - MINUTE)
    made.taken[slot] = expected(name, zone)[0][0] - MINUTE
    return made


def newest(slots: tuple[tuple[datetime, str], ...], now: datetime) -> str:
    return slots[bisect_right(slots, (now, "~")) - 1][1]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", PLANS)
class TestThreeYears:
    def test_each_slot_is_told_once_when_it_is_due(self, name: str, zone: str) -> None:
        slots, bot = expected(name, zone), scheduler(name, zone)
        for now in ticks(slots, random.Random(1)):
            bot.tick(now)
        moments = [moment for moment, _ in slots]
        # Where the clock leaves out several slots at once, one digest tells for all of them.
        assert bot.told == [(moment, slot) for (moment, slot), later in zip(slots, [*moments[1:], None], strict=True)
                            if moment != later]  # fmt: skip

    def test_after_each_downtime_the_newest_is_told_once_and_none_is_missed(self, name: str, zone: str) -> None:
        chance = random.Random(f"{name} {zone}")
        slots, bot = expected(name, zone), scheduler(name, zone)
        moments, down, back = [*ticks(slots, chance)], [], []
        for _ in range(40):
            begin = chance.choice(moments)
            down.append((begin, begin + chance.choice([HOUR, 9 * HOUR, 30 * HOUR, 10 * 24 * HOUR])))
        up = [now for now in moments if not any(begin <= now < end for begin, end in down)]
        for now in up:
            before = len(bot.told)
            bot.tick(now)
            back.append(len(bot.told) - before)
        told = [slot for _, slot in bot.told]
        assert len(told) == len(set(told)), "no slot twice"
        assert told == sorted(told), "only forward"
        assert max(back) == 1, "one digest catches up, however many slots passed"
        # Whenever it is up, the newest slot is the one told last: none is missed, only covered by a later one.
        assert told == [*dict.fromkeys(newest(slots, now) for now in up if now >= slots[0][0])]

    def test_clocks_that_jump_tell_no_slot_twice_and_miss_none(self, name: str, zone: str) -> None:
        chance = random.Random(f"{zone} {name}")
        slots, bot = expected(name, zone), scheduler(name, zone)
        moments, jumps = [*ticks(slots, chance)], []
        for _ in range(60):
            begin = chance.choice(moments)
            jumps.append((begin, begin + 3 * HOUR, chance.choice([-144, -2, 2, 144]) * HOUR))
        for now in moments:
            wrong = [by for begin, end, by in jumps if begin <= now < end]
            bot.tick(now, wrong[0] if wrong else timedelta(0))
        told = [slot for _, slot in bot.told]
        assert len(told) == len(set(told)), "no slot twice"
        known = {slot for _, slot in slots}
        assert {slot for slot in bot.taken if slot in known}, "it told"
        for (moment, slot), (later, _) in pairwise(slots):
            # Neither jumping itself, nor told already while a clock showed this time too early.
            clear = not any(
                begin + by - 4 * HOUR <= moment <= end + by + 4 * HOUR for *span, jump in jumps
                for begin, end in [span] for by in (0 * HOUR, jump)
            )  # fmt: skip
            assert slot in bot.taken or not clear or later == moment, slot
