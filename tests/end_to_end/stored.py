"""What a run left behind, read from monitor.db with the standard library and not through our own store."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """An article that is no seed, as it is filed. `url`: as it was fetched."""

    id: str
    url: str
    title: str
    outlet: str
    text: str
    verdict: str
    of_id: str
    decision: str
    trip: str
    reason: str
    topics: tuple[str, ...]


_COLUMNS = ("id", "url", "title", "outlet", "text", "verdict", "of_id", "decision", "trip")


def query(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """All rows of one question to the folder's database."""
    with closing(sqlite3.connect(home / "monitor.db")) as connection:
        return connection.execute(sql).fetchall()


def articles(home: Path) -> list[Row]:
    """Every article but the seeds, in order of filing."""
    rows = query(home, f"SELECT {', '.join(_COLUMNS)}, filing FROM article WHERE NOT seed ORDER BY seq")
    found = []
    for *plain, record in rows:
        filing = json.loads(record)
        topics = tuple(hit["topic_id"] for hit in filing["topics"])
        found.append(Row(**dict(zip(_COLUMNS, plain, strict=True)), reason=filing["reason"], topics=topics))
    return found


def count(home: Path, table: str) -> int:
    """How many rows a table has."""
    return int(query(home, f"SELECT count(*) FROM {table}")[0][0])


def tables(home: Path) -> dict[str, int]:
    """The number of rows of every table."""
    names = [name for (name,) in query(home, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: count(home, name) for name in names}


def lead_states(home: Path) -> dict[str, int]:
    """How many leads are in each state."""
    return dict(query(home, "SELECT state, count(*) FROM lead GROUP BY state"))
