"""Digests, what they tell, and the outbox."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from monitor.edges import tables
from monitor.edges.store_articles import (
    DEVELOPMENT,
    read_article,
    stored_article,
)
from monitor.edges.store_known import PLACE, select_figures, sightings
from monitor.edges.store_lease import LeaseRoom
from monitor.edges.store_mail import count_refusal, forget_refusals, wanted
from monitor.edges.store_stories import stories_of
from monitor.edges.upsert import insert_into
from monitor.model import (
    Correction,
    Delivery,
    Digest,
    DigestRow,
    FigureSighting,
    Material,
    NewDelivery,
    SourceState,
    StoredDevelopment,
    Volume,
)
from monitor.record import read_record, write_record

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

# Slots of digests that tell again what others told.
AGAIN = "again:"
# A timeline asks for no more than this.
WEEKS = timedelta(weeks=5)


class _TakenError(Exception):
    """Rolls a digest's transaction back: something in it has been told meanwhile."""


def _row(connection: Connection, digest_id: int, delivery: NewDelivery) -> sqlite.Insert | postgresql.Insert:
    return insert_into(connection.dialect.name, tables.delivery).values(
        digest_id=digest_id,
        channel=delivery.channel,
        recipient=delivery.to,
        payload=delivery.payload,
        message_id=delivery.message_id,
    )


def _volume(connection: Connection, trips: Sequence[str]) -> tuple[Volume, ...]:
    """What was filed under these trips in the weeks before the newest report of each, by moment of publication."""
    article, development = tables.article.c, tables.development.c
    found = []
    for trip in trips:
        filed = and_(article.trip == trip, article.published.is_not(None), ~article.seed)
        newest = connection.execute(select(func.max(article.published)).where(filed)).scalar()
        if newest is None:
            continue
        recent = and_(filed, article.published >= newest - WEEKS)
        reports: Counter[datetime] = Counter(connection.execute(select(article.published).where(recent)).scalars())
        topics: dict[datetime, list[tuple[str, ...]]] = {}
        for at, record in connection.execute(
            select(article.published, development.record)
            .join(tables.development, development.article_id == article.id)
            .where(recent)
            .order_by(article.published, development.id)
        ):
            topics.setdefault(at, []).append(tuple(json.loads(record)["topics"]))
        found += [Volume(trip, at, count, tuple(topics.get(at, ()))) for at, count in sorted(reports.items())]
    return tuple(found)


def _revisions(*conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(tables.revision.c.id).where(*conditions).order_by(tables.revision.c.id)


def _brought(
    asked: ColumnElement[bool], revision_id: ColumnElement[int | None], revised: Select[tuple[int]] | None
) -> ColumnElement[bool]:
    """What came with the articles that are asked for, or with these revisions."""
    return asked if revised is None else or_(and_(asked, revision_id.is_(None)), revision_id.in_(revised))


def _corrections(connection: Connection, revised: Select[tuple[int]] | None) -> tuple[Correction, ...]:
    """What these revisions changed of what digests had told."""
    if revised is None:
        return ()
    article, revision, digest = tables.article.c, tables.revision.c, tables.digest.c
    statement = (
        select(
            article.id, article.trip, article.title, article.outlet, article.url,
            digest.day, revision.read_at, revision.withdrawn, revision.instead,
        )
        .join(tables.article, article.id == revision.article_id)
        .join(tables.digest, digest.id == article.digest_id)
        .where(revision.id.in_(revised), revision.withdrawn != "[]")
        .order_by(revision.id)
    )  # fmt: skip
    return tuple(
        Correction(*row[:7], tuple(json.loads(row.withdrawn)), tuple(json.loads(row.instead)))
        for row in connection.execute(statement)
    )


class DigestRoom(LeaseRoom):
    """The part of the store that keeps digests and their deliveries."""

    def source_states(self) -> dict[str, SourceState]:
        raise NotImplementedError

    def material(self) -> Material:
        article, waiting = tables.article.c, _revisions(tables.revision.c.digest_id.is_(None), tables.revision.c.waits)
        return self._material(and_(article.digest_id.is_(None), ~article.seed, ~article.quiet), waiting)

    def told_material(self, first: date, last: date) -> Material:
        made = select(tables.digest.c.id).where(
            tables.digest.c.day.between(first, last), ~tables.digest.c.slot.startswith(AGAIN)
        )
        return self._material(tables.article.c.digest_id.in_(made), _revisions(tables.revision.c.digest_id.in_(made)))

    def trip_material(self, trip: str) -> Material:
        article = tables.article.c
        on_trip = select(article.id).where(article.trip == trip)
        return self._material(
            and_(article.trip == trip, ~article.seed, ~article.quiet),
            None,
            _revisions(tables.revision.c.article_id.in_(on_trip)),
        )

    def _material(
        self,
        asked: ColumnElement[bool],
        revised: Select[tuple[int]] | None,
        corrected: Select[tuple[int]] | None = None,
    ) -> Material:
        """The articles that meet the condition, with all that belongs to them and all that these revisions brought.

        `revised`: None for those of the articles themselves; `corrected`: those whose corrections are asked for, where
        they are others.
        """
        article, development, figure = tables.article.c, tables.development.c, tables.figure.c
        with self.reading() as connection:
            rows = connection.execute(select(tables.article).where(asked).order_by(PLACE)).mappings().all()
            found = connection.execute(
                select(tables.article, development.id.label("development"), development.record)
                .join(tables.development, development.article_id == article.id)
                .where(_brought(asked, development.revision_id, revised))
                .order_by(PLACE, development.sentence)
            ).mappings()
            developments = [
                StoredDevelopment(row["development"], DEVELOPMENT.validate_json(row["record"]), read_article(row))
                for row in found
            ]
            also: dict[int, list[str]] = {}
            echoes = connection.execute(
                select(tables.echo.c.development_id, article.outlet)
                .join(tables.article, article.id == tables.echo.c.article_id)
                .order_by(PLACE)
            )
            for development_id, outlet in echoes:
                if outlet not in also.setdefault(development_id, []):
                    also[development_id].append(outlet)
            trips = sorted({row["trip"] for row in rows} | {each.development.trip for each in developments} - {""})
            first = min((row["seq"] for row in rows), default=2**31 - 1)
            told_now = _brought(asked, figure.revision_id, revised)
            now = sightings(connection, select_figures().where(told_now))
            before: tuple[FigureSighting, ...] = sightings(
                connection,
                select_figures().where(
                    figure.trip.in_(trips),
                    or_(article.seed, article.quiet, and_(article.digest_id.is_not(None), article.seq < first)),
                    ~told_now,
                ),
            )
            return Material(
                articles=tuple(stored_article(connection, row) for row in rows),
                developments=tuple(
                    StoredDevelopment(item.id, item.development, item.article, tuple(also.get(item.id, ())))
                    for item in developments
                ),
                figures=now,
                earlier_figures=before,
                states=tuple(self.source_states().values()),
                told_at=connection.execute(select(func.max(tables.digest.c.made_at))).scalar(),
                volume=_volume(connection, trips),
                corrections=_corrections(connection, revised if corrected is None else corrected),
                revisions=() if revised is None else tuple(row.id for row in connection.execute(revised)),
                stories=stories_of(connection, {each.article.id for each in developments}),
            )

    def digest_names(self, day: date) -> tuple[str, ...]:
        table = tables.digest.c
        with self.reading() as connection:
            return tuple(connection.execute(select(table.name).where(table.day == day).order_by(table.id)).scalars())

    def slot_taken(self, slot: str, between: tuple[datetime, datetime] | None = None) -> bool:
        digest, skipped = tables.digest.c, tables.skipped.c
        taken = [digest.slot == slot]
        passed = [skipped.slot == slot]
        if between:
            other = ~digest.slot.startswith("by-hand:") & ~digest.slot.startswith(AGAIN)
            taken.append(and_(digest.made_at.between(*between), other))
            passed.append(and_(skipped.at.between(*between), ~skipped.slot.startswith(AGAIN)))
        with self.reading() as connection:
            asked = (select(digest.id).where(or_(*taken)), select(skipped.slot).where(or_(*passed)))
            return any(connection.execute(statement.limit(1)).first() for statement in asked)

    def skip_slot(self, slot: str, now: datetime) -> None:
        with self.writing() as connection:
            self.fenced(connection)
            connection.execute(
                insert_into(connection.dialect.name, tables.skipped).values(slot=slot, at=now).on_conflict_do_nothing()
            )

    def fresh(self) -> bool:
        with self.reading() as connection:
            return not any(
                connection.execute(select(table).limit(1)).first() for table in (tables.digest, tables.skipped)
            )

    def save_digest(
        self,
        slot: str,
        digest: Digest,
        articles: Sequence[str],
        deliveries: Sequence[NewDelivery],
        revisions: Sequence[int] = (),
    ) -> int | None:
        article, revision = tables.article.c, tables.revision.c
        try:
            with self.writing() as connection:
                self.fenced(connection)
                made = connection.execute(
                    insert_into(connection.dialect.name, tables.digest)
                    .values(
                        name=digest.name,
                        slot=slot,
                        day=digest.day,
                        made_at=digest.made_at,
                        record=write_record(digest),
                    )
                    .on_conflict_do_nothing()
                    .returning(tables.digest.c.id)
                ).scalar()
                if made is None:
                    return None
                for start in range(0, len(articles), 500):
                    chunk = articles[start : start + 500]
                    done = connection.execute(
                        update(tables.article)
                        .where(article.id.in_(chunk), article.digest_id.is_(None))
                        .values(digest_id=made)
                    )
                    if done.rowcount != len(chunk):
                        raise _TakenError
                done = connection.execute(
                    update(tables.revision)
                    .where(revision.id.in_(revisions), revision.waits)
                    .values(digest_id=made, waits=False)
                )
                if done.rowcount != len(revisions):
                    raise _TakenError
                for delivery in deliveries:
                    connection.execute(_row(connection, made, delivery))
                return int(made)
        except _TakenError:
            return None

    def digest(self, name: str) -> DigestRow | None:
        table = tables.digest.c
        statement = select(tables.digest).order_by(table.id.desc()).limit(1)
        if name:
            statement = statement.where(table.name == name)
        with self.reading() as connection:
            row = connection.execute(statement).first()
            return DigestRow(row.id, row.slot, read_record(row.record)) if row else None

    def recent_digests(self, limit: int) -> tuple[DigestRow, ...]:
        statement = select(tables.digest).order_by(tables.digest.c.id.desc()).limit(limit)
        with self.reading() as connection:
            return tuple(DigestRow(row.id, row.slot, read_record(row.record)) for row in connection.execute(statement))

    def outbox(self, now: datetime) -> tuple[Delivery, ...]:
        table = tables.delivery.c
        statement = (
            select(tables.delivery)
            .where(table.state == "pending", or_(table.next_try.is_(None), table.next_try <= now))
            .order_by(table.id)
        )
        with self.reading() as connection:
            return tuple(
                Delivery(row.id, row.digest_id, row.channel, row.recipient, row.payload, row.attempts, row.message_id)
                for row in connection.execute(statement)
            )

    def undelivered(self) -> int:
        """How many deliveries still wait, due or not."""
        statement = select(func.count()).select_from(tables.delivery).where(tables.delivery.c.state == "pending")
        with self.reading() as connection:
            return connection.execute(statement).scalar_one()

    def delivered(self, delivery_id: int, now: datetime) -> None:
        # Not fenced: that it was taken is so, whoever may write by now.
        table = tables.delivery.c
        with self.writing() as connection:
            row = connection.execute(
                update(tables.delivery)
                .where(table.id == delivery_id)
                .values(state="done", done_at=now, reason="")
                .returning(table.channel, table.recipient)
            ).first()
            if row is not None and row.channel == "mail":
                forget_refusals(connection, row.recipient)

    def delivery_failed(
        self, delivery_id: int, reason: str, until: datetime | None, *, unknown_at: datetime | None = None
    ) -> None:
        table = tables.delivery.c
        with self.writing() as connection:
            row = connection.execute(
                update(tables.delivery)
                .where(table.id == delivery_id, table.state == "pending")
                .values(
                    attempts=table.attempts + 1,
                    reason=reason,
                    next_try=until,
                    state="pending" if until else "failed",
                )
                .returning(table.recipient)
            ).first()
            if row is not None and unknown_at is not None:
                count_refusal(connection, row.recipient, reason, unknown_at)

    def send_again(self, digest_id: int, deliveries: Sequence[NewDelivery]) -> int:
        """Put a digest's deliveries back into the outbox, and those that it never had; returns how many.

        Mails to those who are paused or have left stay where they are.
        """
        with self.writing() as connection:
            for delivery in deliveries:
                connection.execute(_row(connection, digest_id, delivery).on_conflict_do_nothing())
            done = connection.execute(
                update(tables.delivery)
                .where(tables.delivery.c.digest_id == digest_id, wanted())
                .values(state="pending", attempts=0, next_try=None, reason="")
            )
            return done.rowcount
