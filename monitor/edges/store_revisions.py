"""Pages to be read again, and what had changed on them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, delete, exists, func, or_, select, update

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.lists import texts
from monitor.edges.store_articles import FILING, MATCH, keep_echoes, keep_findings
from monitor.edges.store_known import part_of
from monitor.edges.store_leads import LEAD
from monitor.edges.upsert import insert_into
from monitor.model import Filed, Lead, ReadAgain, Revised, Revision

# So long after it was filed a page is read again when its source says that it changed, and so often at most.
WATCHED = timedelta(hours=72)
MOST_REREADS = 3
REST = timedelta(hours=1)


class RevisionRoom(Room):
    """The part of the store that keeps revisions. A lead in the state "again" is filed, and to be read once more."""

    def changed_leads(self, leads: Sequence[Lead], now: datetime) -> int:
        """Note the filed pages among these that their source offers with another title or a later update."""
        offered = {lead.canonical: lead for lead in reversed(leads)}
        noted = 0
        with self.writing() as connection:
            asked = {"given": list(offered), "since": now - WATCHED}
            for row in connection.execute(_FILED_LATELY, asked).all():
                lead, was = offered[row.canonical], LEAD.validate_json(row.record)
                own = lead.source_id == was.source_id
                later = lead.updated and lead.updated > max(filter(None, (row.fetched_at, row.read_at)))
                if not (later and not (own and lead.updated == was.updated)) and not (own and lead.title != was.title):
                    continue
                noted += 1
                values = {"record": LEAD.dump_json(lead).decode()} if own else {}
                connection.execute(
                    update(tables.lead).where(tables.lead.c.id == row.id).values(state="again", next_try=None, **values)
                )
        return noted

    def to_read_again(self, now: datetime, limit: int) -> tuple[ReadAgain, ...]:
        lead = tables.lead.c
        statement = (
            select(lead.id, lead.record, lead.article_id, lead.etag, lead.last_modified)
            .where(lead.state == "again", or_(lead.next_try.is_(None), lead.next_try <= now))
            .order_by(lead.id)
            .limit(limit)
        )
        with self.reading() as connection:
            return tuple(
                ReadAgain(row.id, LEAD.validate_json(row.record), row.article_id, row.etag, row.last_modified)
                for row in connection.execute(statement)
            )

    def was_read_again(self, lead_id: int, now: datetime, etag: str = "", last_modified: str = "") -> None:
        lead = tables.lead.c
        with self.writing() as connection:
            connection.execute(
                update(tables.lead)
                .where(lead.id == lead_id, lead.state == "again")
                .values(state="filed", rereads=lead.rereads + 1, read_at=now, next_try=None,
                        etag=etag or lead.etag, last_modified=last_modified or lead.last_modified)
            )  # fmt: skip

    def not_read_again(self, lead_id: int, now: datetime) -> None:
        lead = tables.lead.c
        with self.writing() as connection:
            connection.execute(
                update(tables.lead)
                .where(lead.id == lead_id, lead.state == "again")
                .values(
                    state=case((lead.rereads + 1 >= MOST_REREADS, "filed"), else_="again"),
                    rereads=lead.rereads + 1,
                    next_try=now + REST,
                )
            )

    def revisions(self, article_id: str) -> tuple[Revision, ...]:
        table = tables.revision.c
        statement = select(tables.revision).where(table.article_id == article_id).order_by(table.number)
        with self.reading() as connection:
            return tuple(
                Revision(
                    row.article_id, row.number, row.read_at, row.title,
                    *(tuple(json.loads(each)) for each in (row.removed, row.added, row.withdrawn, row.instead)),
                )
                for row in connection.execute(statement)
            )  # fmt: skip

    def told_sentences(self, article_id: str) -> tuple[tuple[str, ...], int]:
        """The sentences of an article that a digest told, and the next number for a sentence of it."""
        development, article = tables.development.c, tables.article.c
        told = or_(development.revision_id.is_(None), ~exists().where(_waiting(development.revision_id)))
        statement = (
            select(development.record)
            .join(tables.article, article.id == development.article_id)
            .where(article.id == article_id, article.digest_id.is_not(None), told)
        )
        used = select(func.max(tables.sentence.c.idx)).where(tables.sentence.c.article_id == article_id)
        with self.reading() as connection:
            texts_ = tuple(json.loads(record)["text"] for record in connection.execute(statement).scalars())
            highest = connection.execute(used).scalar()
        # A gap: the added ones are no neighbours of the last one.
        return texts_, 0 if highest is None else highest + 2

    def revise(self, revised: Revised, *, untold: bool = False) -> dict[int, int]:
        """Keep a page's newest text, the change, and what the added sentences tell; returns the developments' ids.

        `untold`: the next digest tells the article anew.
        """
        article, revision = revised.article, revised.revision
        with self.writing() as connection:
            values = {
                "title": article.title, "text": article.text, "content_hash": article.content_hash,
                "summary_only": article.summary_only, "match": MATCH.dump_json(revised.match).decode(),
                "filing": FILING.dump_json(revised.filing).decode(),
            }  # fmt: skip
            if untold:
                values["digest_id"] = None
            seq = connection.execute(
                update(tables.article)
                .where(tables.article.c.id == article.id)
                .values(values)
                .returning(tables.article.c.seq)
            ).scalar_one()
            # Those of the former text stay: who copied that is recognised all the same.
            rows = [{"part": part_of(article.fetched_at), "hash": each, "seq": seq} for each in set(revised.sketch)]
            if rows:
                insert = insert_into(connection.dialect.name, tables.fingerprint).on_conflict_do_nothing()
                connection.execute(insert, rows)
            _withdraw(connection, article.id, revision.removed)
            made = connection.execute(
                tables.revision.insert()
                .values(
                    article_id=article.id, number=revision.number, read_at=revision.read_at, title=revision.title,
                    removed=json.dumps(revision.removed), added=json.dumps(revision.added),
                    withdrawn=json.dumps(revision.withdrawn), instead=json.dumps(revision.instead),
                    waits=bool(revised.developments or revised.figures or revision.withdrawn),
                )
                .returning(tables.revision.c.id)
            ).scalar_one()  # fmt: skip
            added = Filed(
                article, revised.match, revised.filing, revised.sentences, revised.developments, revised.figures
            )
            ids = keep_findings(connection, added, made)
            keep_echoes(connection, article.id, revised.echoes)
            return ids


def _waiting(revision_id: ColumnElement[int | None]) -> ColumnElement[bool]:
    return and_(tables.revision.c.id == revision_id, tables.revision.c.waits)


def _withdraw(connection: Connection, article_id: str, removed: Sequence[str]) -> None:
    """What an earlier revision added, nobody has been told, and the page no longer says, is not told."""
    development, revision = tables.development.c, tables.revision.c
    waiting = (
        select(development.id, development.record)
        .join(tables.revision, revision.id == development.revision_id)
        .where(development.article_id == article_id, revision.waits)
    )
    for id_, record in connection.execute(waiting).all():
        if json.loads(record)["text"] in removed:
            connection.execute(delete(tables.echo).where(tables.echo.c.development_id == id_))
            connection.execute(
                update(tables.sentence).where(tables.sentence.c.development_id == id_).values(development_id=None)
            )
            connection.execute(delete(tables.development).where(development.id == id_))


def link_revisions(connection: Connection, article_id: str) -> None:
    """What an article was found to say anew belongs to the revisions that brought it, told or waiting."""
    table, sentence = tables.revision.c, tables.sentence.c
    concerned = or_(table.waits, table.digest_id.is_not(None))
    found = select(table.id, table.added).where(table.article_id == article_id, concerned).order_by(table.number)
    for revision_id, added in connection.execute(found).all():
        said = select(sentence.idx).where(sentence.article_id == article_id, sentence.text.in_(texts("said")))
        places = set(connection.execute(said, {"said": json.loads(added)}).scalars())
        for table_ in (tables.development, tables.figure):
            rows = connection.execute(select(table_.c.id, table_.c.record).where(table_.c.article_id == article_id))
            ids = [row.id for row in rows if json.loads(row.record)["sentence"] in places]
            connection.execute(update(table_).where(table_.c.id.in_(ids)).values(revision_id=revision_id))


_FILED_LATELY = (
    select(
        tables.lead.c.id,
        tables.lead.c.canonical,
        tables.lead.c.record,
        tables.lead.c.read_at,
        tables.article.c.fetched_at,
    )
    .join(tables.article, tables.article.c.id == tables.lead.c.article_id)
    .where(
        tables.lead.c.canonical.in_(texts("given")),
        tables.lead.c.state == "filed",
        tables.lead.c.rereads < MOST_REREADS,
        tables.article.c.fetched_at >= bindparam("since", type_=tables.Utc()),
    )
)
