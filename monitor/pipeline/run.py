"""One run of the fetching half: visit the sources, then read and file every lead that is due."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from monitor.model import RunReport
from monitor.pipeline.filing import Filer
from monitor.pipeline.pages import read_all
from monitor.pipeline.room import Room
from monitor.pipeline.visits import visit_all

# Seconds that the sources have to themselves before the first page is read.
HEAD_START = 3.0


async def fetch_all(
    room: Room, filer: Filer, *, only: frozenset[str] = frozenset(), now_all: bool = False
) -> RunReport:
    """Visit the sources that are due (or `only` these; all with `now_all`), then read every lead that is due."""
    visits = asyncio.create_task(visit_all(room, only, now_all))
    try:
        # Usually all sources answer at once and the pages are read in one order; who is slow holds up nobody.
        await asyncio.wait({visits}, timeout=HEAD_START)
        if visits.done() and visits.result()[1]:
            # We are offline: the pages would only fail, and lose a try each.
            return RunReport(sources=visits.result()[0], outage=True)
        tally = await read_all(room, filer, visits)
        sources, outage = await visits
    finally:
        visits.cancel()
    return replace(tally.report(), sources=sources, outage=outage)
