"""What each site says, and on how many days: the table by which its furniture is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import (
    Connection,
    Date,
    Insert,
    String,
    and_,
    bindparam,
    case,
    delete,
    literal_column,
    or_,
    select,
    true,
)

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.lists import numbers
from monitor.edges.upsert import insert_into
from monitor.model import Filed, Line

# A sentence that was said on one day only is forgotten sooner: nearly all are such.
FORGOTTEN_AFTER, ONCE_FORGOTTEN_AFTER = timedelta(days=180), timedelta(days=45)

# Statements are written once: SQLAlchemy then neither builds nor compiles them again.
_SAID = select(tables.line.c.hash, tables.line.c.n, tables.line.c.first, tables.line.c.last).where(
    tables.line.c.site == bindparam("of_site"), tables.line.c.hash.in_(numbers("given")), tables.line.c.n > 1
)


class LineRoom(Room):
    """The part of the store that counts what sites say."""

    def lines(self, site: str, hashes: Sequence[int]) -> tuple[Line, ...]:
        asked = sorted(set(hashes) - {0})
        if not site or not asked:
            return ()
        with self.reading() as connection:
            rows = connection.execute(_SAID, {"of_site": site, "given": asked})
            return tuple(Line(row.hash, row.n, row.first, row.last) for row in rows)

    def forget_lines(self, today: date) -> int:
        line = tables.line.c
        once = and_(line.n == 1, line.last < today - ONCE_FORGOTTEN_AFTER)
        with self.writing() as connection:
            return connection.execute(
                delete(tables.line).where(
                    line.last < today - ONCE_FORGOTTEN_AFTER, or_(once, line.last < today - FORGOTTEN_AFTER)
                )
            ).rowcount


def count_lines(connection: Connection, filed: Filed) -> None:
    """Count an article's sentences for its site; a day that lies between the outermost ones is never counted again."""
    said = sorted(set(filed.lines) - {0})
    if filed.site and said:
        day = filed.article.fetched_at.date()
        connection.execute(_count(connection.dialect.name), {"of_site": filed.site, "day": day, "given": said})


@lru_cache(maxsize=2)
def _count(dialect: str) -> Insert:
    day = bindparam("day", type_=Date)
    # SQLite tells the conflict of a row from that of a join by the WHERE.
    rows = select(
        bindparam("of_site", type_=String), numbers("given").selected_columns[0], literal_column("1"), day, day
    ).where(true())
    statement = insert_into(dialect, tables.line).from_select(["site", "hash", "n", "first", "last"], rows)
    line, now = tables.line.c, statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["site", "hash"],
        set_={
            "n": line.n + 1,
            "first": case((now.first < line.first, now.first), else_=line.first),
            "last": case((now.last > line.last, now.last), else_=line.last),
        },
        where=or_(now.first < line.first, now.last > line.last),
    )
