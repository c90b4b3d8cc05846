"""Sources' state and the leads they offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, and_, bindparam, func, or_, select, union_all, update

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.lists import texts
from monitor.edges.upsert import upsert
from monitor.model import Lead, PendingLead, SourceState

LEAD = TypeAdapter(Lead)


class LeadRoom(Room):
    """The part of the store that keeps sources and leads."""

    def source_states(self) -> dict[str, SourceState]:
        with self.reading() as connection:
            rows = connection.execute(select(tables.source)).mappings()
            return {
                row["id"]: SourceState(source_id=row["id"], **{key: row[key] for key in row if key != "id"})
                for row in rows
            }

    def save_state(self, state: SourceState) -> None:
        # `dataclasses.asdict` copies every date deeply.
        values = {name: getattr(state, name) for name in SourceState.__dataclass_fields__}
        values["id"] = values.pop("source_id")
        with self.writing() as connection:
            connection.execute(upsert(connection.dialect.name, tables.source), values)

    def add_leads(self, leads: Iterable[Lead], *, first: bool = False) -> int:
        """Save those that are not known; returns how many."""
        with self.writing() as connection:
            offered = {lead.canonical: lead for lead in reversed(list(leads))}
            known = set(connection.execute(_KNOWN_ADDRESSES, {"given": list(offered)}).scalars())
            fresh = [lead for lead in reversed(offered.values()) if lead.canonical not in known]
            fresh = _not_renamed(connection, fresh)
            rows = [
                {
                    "source_id": lead.source_id,
                    "canonical": lead.canonical,
                    "guid": lead.guid,
                    "record": LEAD.dump_json(lead).decode(),
                    "published": lead.published,
                    "first": first,
                }
                for lead in fresh
            ]
            if rows:
                connection.execute(INSERT_LEAD, rows)
        return len(rows)

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


def end_lead(connection: Connection, lead_id: int, article_id: str, etag: str = "", last_modified: str = "") -> None:
    """The lead ends as filed under this article; the validators are those of its page."""
    values = {"lead_id": lead_id, "filed_as": article_id, "page_etag": etag, "page_modified": last_modified}
    connection.execute(END_LEAD, values)


def _not_renamed(connection: Connection, leads: Sequence[Lead]) -> list[Lead]:
    """Without those that a source gave before under another address.

    A GUID alone proves nothing (some feeds give all items the same one): the title must agree.
    """
    known: set[tuple[str, str, str]] = set()
    for source_id in {lead.source_id for lead in leads}:
        guids = sorted({lead.guid for lead in leads if lead.guid and lead.source_id == source_id})
        if guids:
            rows = connection.execute(_WITH_GUIDS, {"source": source_id, "given": guids})
            known |= {(source_id, guid, LEAD.validate_json(record).title) for guid, record in rows}
    fresh = []
    for lead in leads:
        name = (lead.source_id, lead.guid, lead.title)
        if not lead.guid or name not in known:
            fresh.append(lead)
            known.add(name)
    return fresh


_KNOWN_ADDRESSES = union_all(
    select(tables.lead.c.canonical).where(tables.lead.c.canonical.in_(texts("given"))),
    select(tables.article.c.canonical).where(tables.article.c.canonical.in_(texts("given"))),
)
_WITH_GUIDS = select(tables.lead.c.guid, tables.lead.c.record).where(
    tables.lead.c.source_id == bindparam("source"), tables.lead.c.guid.in_(texts("given"))
)
INSERT_LEAD = tables.lead.insert()
END_LEAD = (
    update(tables.lead)
    .where(tables.lead.c.id == bindparam("lead_id"))
    .values(
        state="filed",
        article_id=bindparam("filed_as"),
        reason="",
        etag=bindparam("page_etag"),
        last_modified=bindparam("page_modified"),
    )
)
