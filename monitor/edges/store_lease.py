"""Who may write: a lease with a fencing token, so that of two programs or machines only one tells.

A holder that was held up finds at its next write that its token is no longer the newest, and writes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, or_, select, update

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.upsert import insert_into
from monitor.errors import LeaseError

NAME = "writer"


class LeaseRoom(Room):
    """The part of the store that says who may tell and send."""

    _token: int | None = None

    def take_lease(self, holder: str, lasts: timedelta, now: datetime) -> None:
        table = tables.lease.c
        with self.writing() as connection:
            time = _time(connection, now)
            connection.execute(
                insert_into(connection.dialect.name, tables.lease)
                .values(name=NAME, token=0, holder="", until=None)
                .on_conflict_do_nothing()
            )
            # One that lies too far ahead was taken by a clock that has been put back since.
            over = or_(table.until.is_(None), table.until <= time, table.until > time + 2 * lasts)
            taken = connection.execute(
                update(tables.lease)
                .where(and_(table.name == NAME, or_(over, table.holder == holder)))
                .values(token=table.token + 1, holder=holder, until=time + lasts)
                .returning(table.token)
            ).scalar()
            if taken is None:
                row = connection.execute(select(table.holder, table.until).where(table.name == NAME)).one()
                raise LeaseError(
                    f"another run is under way, in {row.holder}; wait until it ends, or, if it died, until "
                    f"{row.until:%H:%M:%S} UTC"
                )
        self._token = taken

    def keep_lease(self, lasts: timedelta, now: datetime) -> None:
        table = tables.lease.c
        # A transaction of its own, whatever the store is doing: this is called from another thread.
        with self._writer.begin() as connection:
            mine = and_(table.name == NAME, table.token == self._token)
            kept = connection.execute(
                update(tables.lease).where(mine).values(until=_time(connection, now) + lasts).returning(table.token)
            ).scalar()
        if kept is None:
            raise _lost()

    def give_lease_back(self) -> None:
        table = tables.lease.c
        with self.writing() as connection:
            connection.execute(
                update(tables.lease).where(table.name == NAME, table.token == self._token).values(until=None)
            )
        self._token = None

    def fence(self) -> None:
        with self.writing() as connection:
            self.fenced(connection)

    def fenced(self, connection: Connection) -> None:
        """Raise LeaseError inside a transaction when a lease was taken and somebody else has taken it since."""
        if self._token is None:
            return
        # The row stays as it is until the transaction ends: nobody takes the lease in the middle of it.
        newest = select(tables.lease.c.token).where(tables.lease.c.name == NAME).with_for_update(read=True)
        if connection.execute(newest).scalar() != self._token:
            raise _lost()


def _lost() -> LeaseError:
    return LeaseError("this run was held up for so long that another one took over; nothing more is told or sent by it")


def _time(connection: Connection, now: datetime) -> datetime:
    """The time that counts for a lease: a server's own, so that the machines' clocks need not agree."""
    if connection.dialect.name != "postgresql":
        return now
    at: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return at
