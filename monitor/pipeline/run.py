"""One run of the fetching half: visit the sources, then read and file every lead that is due."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import RunReport
from monitor.pipeline.filing import Filer
from monitor.pipeline.pages import read_all
from monitor.pipeline.room import Room
from monitor.pipeline.visits import visit_all


async def fetch_all(
    room: Room, filer: Filer, *, only: frozenset[str] = frozenset(), now_all: bool = False
) -> RunReport:
    """Visit the sources that are due (or `only` these; all with `now_all`), then read every lead that is due."""
    sources, outage = await visit_all(room, only, now_all)
    if outage:
        # The pages would only fail, and lose a try each.
        return RunReport(sources=sources, outage=True)
    tally = await read_all(room, filer)
    return replace(tally.report(), sources=sources)
