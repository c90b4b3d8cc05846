"""How recipients fare, and what of the outbox needs a look."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select, update
from sqlalchemy.engine import Row

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.store_articles import DEVELOPMENT
from monitor.edges.upsert import insert_into
from monitor.model import Posted, Reader

# So many refusals for good, in a row, and a recipient gets nothing more until a person says so.
PAUSE_AFTER = 3


def count_refusal(connection: Connection, address: str, reason: str, now: datetime) -> None:
    """One more refusal for good; at the third in a row the recipient is paused."""
    _know(connection, [address])
    table = tables.recipient.c
    connection.execute(
        update(tables.recipient).where(table.address == address).values(failures=table.failures + 1, reason=reason)
    )
    connection.execute(
        update(tables.recipient)
        .where(table.address == address, table.failures >= PAUSE_AFTER, table.paused_at.is_(None))
        .values(paused_at=now)
    )


def forget_refusals(connection: Connection, address: str) -> None:
    """The recipient took a message."""
    table = tables.recipient.c
    connection.execute(
        update(tables.recipient).where(table.address == address, table.failures > 0).values(failures=0, reason="")
    )


def _know(connection: Connection, addresses: Iterable[str]) -> None:
    for address in addresses:
        connection.execute(
            insert_into(connection.dialect.name, tables.recipient)
            .values(address=address, token=secrets.token_urlsafe(24), failures=0, reason="")
            .on_conflict_do_nothing()
        )


def _reader(row: Row[tuple[object, ...]]) -> Reader:
    return Reader(row.address, row.token, row.failures, row.reason, row.paused_at, row.left_at)


def wanted() -> ColumnElement[bool]:
    """Which deliveries may be sent again: not the mails to those who are paused or have left."""
    table = tables.recipient.c
    silent = select(table.address).where(or_(table.paused_at.is_not(None), table.left_at.is_not(None)))
    return or_(tables.delivery.c.channel != "mail", tables.delivery.c.recipient.not_in(silent))


class MailRoom(Room):
    """The part of the store that keeps what happened to mail."""

    def readers(self, addresses: Iterable[str] = ()) -> dict[str, Reader]:
        wanted = list(addresses)
        if wanted:
            with self.writing() as connection:
                _know(connection, wanted)
        with self.reading() as connection:
            rows = connection.execute(select(tables.recipient).order_by(tables.recipient.c.address))
            return {row.address: _reader(row) for row in rows}

    def leave(self, token: str, now: datetime) -> str:
        table = tables.recipient.c
        with self.writing() as connection:
            connection.execute(
                update(tables.recipient).where(table.token == token, table.left_at.is_(None)).values(left_at=now)
            )
            address = connection.execute(select(table.address).where(table.token == token)).scalar()
            delivery = tables.delivery.c
            connection.execute(
                update(tables.delivery)
                .where(delivery.channel == "mail", delivery.recipient == address, delivery.state == "pending")
                .values(state="failed", reason="its recipient has left")
            )
            return address or ""

    def welcome_back(self, address: str) -> bool:
        with self.writing() as connection:
            done = connection.execute(
                update(tables.recipient)
                .where(tables.recipient.c.address == address)
                .values(failures=0, reason="", paused_at=None, left_at=None)
            )
            return bool(done.rowcount)

    def posted(self) -> tuple[Posted, ...]:
        table = tables.delivery.c
        statement = (
            select(tables.digest.c.name, tables.digest.c.made_at, table.channel, table.recipient, table.state,
                   table.attempts, table.next_try, table.reason)
            .join(tables.digest, tables.digest.c.id == table.digest_id)
            .where(table.state != "done")
            .order_by(table.id)
        )  # fmt: skip
        with self.reading() as connection:
            return tuple(Posted(*row) for row in connection.execute(statement))

    def retry_failed(self) -> int:
        table = tables.delivery.c
        with self.writing() as connection:
            done = connection.execute(
                update(tables.delivery)
                .where(table.state != "done", wanted())
                .values(state="pending", attempts=0, next_try=None, reason="")
            )
            return done.rowcount

    def topics_of(self, developments: Iterable[int]) -> dict[int, tuple[str, ...]]:
        table, wanted = tables.development.c, [*developments]
        found: dict[int, tuple[str, ...]] = {}
        with self.reading() as connection:
            for start in range(0, len(wanted), 500):
                rows = connection.execute(
                    select(table.id, table.record).where(table.id.in_(wanted[start : start + 500]))
                )
                found |= {row.id: tuple(DEVELOPMENT.validate_json(row.record).topics) for row in rows}
        return found
