"""What hosts asked of us, from run to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, or_, select

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.upsert import upsert
from monitor.model import HostMemory, RobotsFile

# A host that was not met for so long is forgotten: what it said has long lost its force.
FORGOTTEN_AFTER = timedelta(days=30)
# A robots.txt is believed for a day; longer ones, in bytes, are read when they are asked for.
HOLDS_FOR = timedelta(days=1)
MOST_AT_ONCE = 8_192

Recall = Callable[[str], HostMemory | None]


_HOST = select(tables.host).where(tables.host.c.place == bindparam("given"))
_STILL_HOLDING = select(tables.host).where(
    or_(tables.host.c.closed_until > bindparam("now"), tables.host.c.robots_at > bindparam("since")),
    func.length(func.coalesce(tables.host.c.robots, b"")) <= bindparam("most"),
)


class HostRoom(Room):
    """The part of the store that keeps hosts."""

    def host(self, place: str) -> HostMemory | None:
        """What is kept of the host with this name and port."""
        with self.reading() as connection:
            row = connection.execute(_HOST, {"given": place}).first()
        return None if row is None else _memory(row)

    def recall(self, now: datetime) -> Recall:
        """`host`, with what still holds of most hosts read at once: a run asks for each of them."""
        with self.reading() as connection:
            rows = connection.execute(_STILL_HOLDING, {"now": now, "since": now - HOLDS_FOR, "most": MOST_AT_ONCE})
            held = {row.place: _memory(row) for row in rows}
        return lambda place: held.pop(place, None) or self.host(place)

    def keep_hosts(self, memories: Iterable[HostMemory], now: datetime) -> None:
        """Keep these in the place of what was kept of them, in one transaction; forget those not met for a month."""
        rows = [_row(memory, now) for memory in memories]
        if not rows:
            return
        with self.writing() as connection:
            connection.execute(upsert(connection.dialect.name, tables.host), rows)
            connection.execute(delete(tables.host).where(tables.host.c.kept_at < now - FORGOTTEN_AFTER))


def _memory(row: Row[Any]) -> HostMemory:
    robots = None
    if row.robots is not None:
        robots = RobotsFile(row.robots, row.content_type, row.etag, row.last_modified)
    return HostMemory(row.place, row.closed_until, robots, row.robots_at)


def _row(memory: HostMemory, now: datetime) -> dict[str, object]:
    robots = memory.robots or RobotsFile()
    return {
        "place": memory.place,
        "closed_until": memory.closed_until,
        "robots": memory.robots and robots.body,
        "content_type": robots.content_type,
        "etag": robots.etag,
        "last_modified": robots.last_modified,
        "robots_at": memory.robots_at,
        "kept_at": now,
    }
