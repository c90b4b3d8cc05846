"""INSERT that knows ON CONFLICT, for either database; made once for each table."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT for the database with this name."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - most stores are files

        return postgresql.insert(table)
    return sqlite.insert(table)


@lru_cache(maxsize=16)
def upsert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """A row in the place of the one with the same primary key; the values are given when it is executed."""
    statement = insert_into(dialect, table)
    keys = [column.name for column in table.primary_key]
    changes = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)
