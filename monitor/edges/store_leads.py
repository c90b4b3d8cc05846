"""Sources' state and the leads they offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Select, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.model import Lead, PendingLead, SourceState

LEAD = TypeAdapter(Lead)


def insert(connection: Connection, table: object) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of this database's dialect, for `on_conflict_do_nothing`."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table)  # type: ignore[arg-type]


class LeadRoom(Room):
    """The part of the store that keeps sources and leads."""

    def source_states(self) -> dict[str, SourceState]:
        with self.reading() as connection:
            rows = connection.execute(select(tables.source)).mappings()
            return {
                row["id"]: SourceState(source_id=row["id"], **{key: row[key] for key in row if key != "id"})
                for row in rows
            }

    def save_visit(self, state: SourceState, leads: Iterable[Lead], *, first: bool = False) -> int:
        values = asdict(state)
        values["id"] = values.pop("source_id")
        fresh = 0
        with self.writing() as connection:
            statement = insert(connection, tables.source).values(values)
            changes = {key: value for key, value in values.items() if key != "id"}
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))
            for lead in leads:
                fresh += self._save_lead(connection, lead, first)
        return fresh

    def _save_lead(self, connection: Connection, lead: Lead, first: bool) -> int:
        # A GUID alone proves nothing (some feeds give all items the same one): the title must agree.
        same = connection.execute(_with_guid(lead)).scalars() if lead.guid else ()
        if any(LEAD.validate_json(record).title == lead.title for record in same):
            return 0
        if connection.execute(select(tables.article.c.seq).where(tables.article.c.canonical == lead.canonical)).first():
            return 0
        statement: Insert = (
            insert(connection, tables.lead)
            .values(
                source_id=lead.source_id,
                canonical=lead.canonical,
                guid=lead.guid,
                record=LEAD.dump_json(lead).decode(),
                published=lead.published,
                first=first,
            )
            .on_conflict_do_nothing(index_elements=["canonical"])
        )
        return connection.execute(statement).rowcount

    def mark_alerted(self, source_ids: Sequence[str], now: datetime) -> None:
        with self.writing() as connection:
            connection.execute(update(tables.source).where(tables.source.c.id.in_(source_ids)).values(alerted_at=now))

    def pending(self, now: datetime, limit: int) -> tuple[PendingLead, ...]:
        lead = tables.lead.c
        due = or_(lead.next_try.is_(None), lead.next_try <= now)
        statement = (
            select(lead.id, lead.record, lead.attempts, lead.first)
            .where(and_(lead.state == "pending", due))
            .order_by(lead.published.is_(None), lead.published, lead.canonical)
            .limit(limit)
        )
        with self.reading() as connection:
            return tuple(
                PendingLead(row.id, LEAD.validate_json(row.record), row.attempts, row.first)
                for row in connection.execute(statement)
            )

    def pending_count(self) -> int:
        """How many leads wait, due or not."""
        statement = select(func.count()).select_from(tables.lead).where(tables.lead.c.state == "pending")
        with self.reading() as connection:
            return connection.execute(statement).scalar_one()

    def postpone(self, lead_id: int, reason: str, until: datetime, *, tried: bool = True) -> None:
        with self.writing() as connection:
            connection.execute(
                update(tables.lead)
                .where(tables.lead.c.id == lead_id, tables.lead.c.state == "pending")
                .values(attempts=tables.lead.c.attempts + int(tried), reason=reason, next_try=until)
            )

    def give_up(self, lead_id: int, reason: str, now: datetime) -> None:
        with self.writing() as connection:
            connection.execute(
                update(tables.lead)
                .where(tables.lead.c.id == lead_id, tables.lead.c.state == "pending")
                .values(state="failed", reason=reason, ended_at=now, attempts=tables.lead.c.attempts + 1)
            )

    def drop_lead(self, lead_id: int, article_id: str) -> None:
        with self.writing() as connection:
            end_lead(connection, lead_id, article_id)


def end_lead(connection: Connection, lead_id: int, article_id: str) -> None:
    """The lead ends as filed under this article."""
    connection.execute(
        update(tables.lead).where(tables.lead.c.id == lead_id).values(state="filed", article_id=article_id, reason="")
    )


def _with_guid(lead: Lead) -> Select[Any]:
    return select(tables.lead.c.record).where(
        tables.lead.c.source_id == lead.source_id, tables.lead.c.guid == lead.guid
    )
