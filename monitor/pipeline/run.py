"""One run of the fetching half: visit the sources, then read and file every lead that is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from monitor.model import RunReport
from monitor.pipeline.filing import Filer
from monitor.pipeline.ordering import restore_order
from monitor.pipeline.pages import read_all
from monitor.pipeline.revising import read_again
from monitor.pipeline.room import Room
from monitor.pipeline.visits import visit_all
from monitor.ports import Pool

Result = TypeVar("Result")

# Seconds that the sources have to themselves before the first page is read; over sooner when so many pass in which none
# of them answers. An answer that waits for a worker is no silence. As long as they answer, pages would only wait behind
# them, and what is filed before its elders are known is filed twice.
HEAD_START, SILENCE = 30.0, 0.5


async def fetch_all(
    room: Room, filer: Filer, *, only: frozenset[str] = frozenset(), now_all: bool = False
) -> RunReport:
    """Visit the sources that are due (or `only` these; all with `now_all`), then read every lead that is due."""
    answers = _Answers(room.progress)
    reading = _Reading(room.pool)
    visits = asyncio.create_task(visit_all(replace(room, progress=answers, pool=reading), only, now_all))
    try:
        # Usually all sources answer at once and the pages are read in one order; who is slow holds up nobody.
        await _head_start(visits, answers, reading)
        if visits.done() and visits.result()[1]:
            # We are offline: the pages would only fail, and lose a try each.
            return RunReport(sources=visits.result()[0], outage=True)
        tally = await read_all(room, filer, visits)
        sources, outage = await visits
        revised = await read_again(room, filer, tally.recount)
        restore_order(room.watch, room.store, filer, note=tally.recount)
    finally:
        visits.cancel()
    return replace(tally.report(), sources=sources, outage=outage, revised=revised)


class _Answers:
    """Passes progress on, and notes when there was some."""

    def __init__(self, progress: Callable[[str, int, int], None]) -> None:
        self._progress = progress
        self.last = asyncio.get_running_loop().time()

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.last = asyncio.get_running_loop().time()
        self._progress(stage, done, total)


class _Reading:
    """A pool that knows whether it is at work. `last`: when it was, on the loop's clock."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._clock = asyncio.get_running_loop().time
        self._under_way = 0
        self._last = 0.0

    async def run(self, work: Callable[..., Result], *args: object) -> Result:
        self._under_way += 1
        try:
            return await self._pool.run(work, *args)
        finally:
            self._under_way -= 1
            self._last = self._clock()

    @property
    def last(self) -> float:
        return self._clock() if self._under_way else self._last


async def _head_start(visits: asyncio.Task[Any], answers: _Answers, reading: _Reading) -> None:
    clock = asyncio.get_running_loop().time
    end = clock() + HEAD_START
    while not visits.done() and (left := min(end, max(answers.last, reading.last) + SILENCE) - clock()) > 0:
        await asyncio.wait({visits}, timeout=left)
