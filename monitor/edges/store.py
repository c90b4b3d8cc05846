"""The store on SQLAlchemy Core: SQLite by default, PostgreSQL by address. One object, its rooms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from monitor.edges import tables
from monitor.edges.database import migrate, open_engine, revisions, sound
from monitor.edges.store_articles import ArticleRoom
from monitor.edges.store_digests import DigestRoom
from monitor.edges.store_hosts import HostRoom
from monitor.edges.store_known import KnownRoom
from monitor.edges.store_leads import LeadRoom
from monitor.edges.store_lines import LineRoom
from monitor.edges.store_mail import MailRoom
from monitor.edges.store_prune import PruneRoom
from monitor.edges.store_refile import RefileRoom
from monitor.edges.store_revisions import RevisionRoom
from monitor.edges.store_stories import StoryRoom
from monitor.edges.store_suppressed import SuppressedRoom


class SqlStore(
    LeadRoom,
    KnownRoom,
    ArticleRoom,
    DigestRoom,
    MailRoom,
    HostRoom,
    RefileRoom,
    RevisionRoom,
    PruneRoom,
    SuppressedRoom,
    LineRoom,
    StoryRoom,
):
    """`ports.Store` on a database. Build it with `SqlStore.open`."""

    @classmethod
    def open(cls, url: str, now: datetime) -> SqlStore:
        """Open, create or migrate the database at this SQLAlchemy address; raises StoreError."""
        engine = open_engine(url)
        migrate(engine, now)
        return cls(engine)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def health(self) -> dict[str, str]:
        """What `doctor` shows: schema, soundness, counts."""
        have, head = revisions(self.engine)
        with self.reading() as connection:
            counts = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (tables.article, tables.lead, tables.development, tables.digest)
            }
        return {"schema": f"{have} (newest {head})", "check": sound(self.engine)} | {
            name: str(count) for name, count in counts.items()
        }
