"""Texts of old articles are dropped to save room; whatever they are recognised by stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.store_known import LIVE_PARTS, PART_DAYS
from monitor.errors import StoreError

# Texts that are younger are compared with what comes in.
LEAST_AGE = timedelta(days=LIVE_PARTS * PART_DAYS)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was dropped, or would be: `characters` of text, in so many articles and sentences."""

    articles: int
    sentences: int
    characters: int


class PruneRoom(Room):
    """The part of the store that drops texts, never fingerprints, hashes, decisions, developments or digests."""

    def prunable(self, before: datetime) -> Pruned:
        """What `prune` would drop."""
        article, sentence = tables.article.c, tables.sentence.c
        texts = select(func.count(), func.coalesce(func.sum(func.length(article.text)), 0)).where(_old(before))
        of_old = sentence.article_id.in_(select(article.id).where(_old(before)))
        said = select(func.count(), func.coalesce(func.sum(func.length(sentence.text)), 0)).where(of_old)
        with self.reading() as connection:
            articles, in_articles = connection.execute(texts).one()
            sentences, in_sentences = connection.execute(said).one()
        return Pruned(articles, sentences, in_articles + in_sentences)

    def prune(self, before: datetime) -> Pruned:
        """Drop the texts of articles that were read before then and told, or known without being told.

        Some articles at a time, each time whole: it may be ended and begun again.
        """
        article, sentence = tables.article.c, tables.sentence.c
        found = self.prunable(before)
        while True:
            with self.writing() as connection:
                few = list(connection.execute(select(article.id).where(_old(before)).limit(_AT_ONCE)).scalars())
                connection.execute(update(tables.sentence).where(sentence.article_id.in_(few)).values(text=""))
                connection.execute(update(tables.article).where(article.id.in_(few)).values(text=""))
            if len(few) < _AT_ONCE:
                return found

    def vacuum(self) -> int:
        """Give the room back to the disk; returns how many bytes that were. Needs as much free room as the file has.

        Raises StoreError on PostgreSQL, which does so by itself, and while another program writes.
        """
        url = self.engine.url
        if self.engine.dialect.name != "sqlite" or not url.database:
            raise StoreError("only an SQLite file is vacuumed; PostgreSQL does so by itself: leave --vacuum out")
        try:
            with closing(sqlite3.connect(url.database, timeout=30)) as connection:
                size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
                was = connection.execute(size).fetchone()[0]
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return int(was - connection.execute(size).fetchone()[0])
        except sqlite3.Error as error:
            raise StoreError(f"{url.database}: cannot be vacuumed ({error}); free some space or try later") from error


def _old(before: datetime) -> ColumnElement[bool]:
    article = tables.article.c
    told_at = select(func.max(tables.digest.c.made_at)).scalar_subquery()
    over = or_(article.digest_id.is_not(None), and_(article.quiet, article.fetched_at < told_at))
    return and_(~article.seed, article.fetched_at < before, over, article.text != "")
