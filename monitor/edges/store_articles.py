"""Articles, what is known by them, and the seed corpus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Insert, Integer, RowMapping, String, and_, bindparam, delete, or_, select
from sqlalchemy.sql.dml import ReturningInsert

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.lists import numbers
from monitor.edges.store_known import FIGURE, SEED_PART, pack, part_of
from monitor.edges.store_leads import end_lead
from monitor.edges.store_lines import count_lines
from monitor.edges.store_stories import enter_story, leave_story, links_to, put_links
from monitor.edges.upsert import insert_into
from monitor.model import (
    Article,
    Development,
    Filed,
    Filing,
    Fingerprint,
    Match,
    StoredArticle,
    Verdict,
)

FILING = TypeAdapter(Filing)
MATCH = TypeAdapter(Match)
DEVELOPMENT = TypeAdapter(Development)

# As the index of what is untold has it (seeds are in no digest): no article but the seeds is looked at.
_IS_SEED = and_(tables.article.c.digest_id.is_(None), tables.article.c.seed.is_(True))


class ArticleRoom(Room):
    """The part of the store that keeps articles and answers what is known."""

    def file(self, lead_id: int | None, filed: Filed) -> dict[int, int]:
        with self.writing() as connection:
            fresh = self._insert(connection, filed, seed=False, part=part_of(filed.article.fetched_at))
            if fresh is not None:
                count_lines(connection, filed)
            if lead_id is not None:
                end_lead(connection, lead_id, filed.article.id, filed.etag, filed.last_modified)
            return fresh or {}

    def add_seed(self, filed: Filed, original: Fingerprint | None) -> None:
        with self.writing() as connection:
            links = links_to(connection, filed.article.id)
            self._remove_seed(connection, filed.article.id)
            # An article or another seed may have this address; the seed is kept all the same, under a name of its own.
            at_address = select(tables.article.c.id).where(tables.article.c.canonical == filed.article.canonical)
            if connection.execute(at_address).first():
                filed = replace(filed, article=replace(filed.article, canonical=f"seed:{filed.article.id}"))
            self._insert(connection, filed, seed=True, part=SEED_PART, original=original)
            put_links(connection, links)

    def seed_versions(self) -> dict[str, str]:
        article = tables.article.c
        with self.reading() as connection:
            rows = connection.execute(select(article.id, article.content_hash).where(_IS_SEED))
            return {row.id: row.content_hash for row in rows}

    def remove_seed(self, seed_id: str) -> None:
        """Forget a seed whose record is gone."""
        with self.writing() as connection:
            self._remove_seed(connection, seed_id)

    def _remove_seed(self, connection: Connection, seed_id: str) -> None:
        article = tables.article.c
        seq = connection.execute(select(article.seq).where(article.id == seed_id, article.seed)).scalar()
        if seq is None:
            return
        fingerprint = tables.fingerprint.c
        # The part comes first in the table's key: without it every row would be read.
        connection.execute(delete(tables.fingerprint).where(fingerprint.part == SEED_PART, fingerprint.seq == seq))
        for table in (tables.sentence, tables.figure):
            connection.execute(delete(table).where(table.c.article_id == seed_id))
        leave_story(connection, seed_id)
        connection.execute(delete(tables.article).where(article.seq == seq))

    def _insert(
        self, connection: Connection, filed: Filed, *, seed: bool, part: int, original: Fingerprint | None = None
    ) -> dict[int, int] | None:
        seq = connection.execute(
            _insert_article(connection.dialect.name), _article_values(filed, seed, original)
        ).scalar()
        if seq is None:
            return None
        if filed.sketch:
            hashes = sorted(set(filed.sketch))
            connection.execute(_INSERT_SKETCH, {"in_part": part, "of_seq": seq, "given": hashes})
        enter_story(connection, filed)
        ids = keep_findings(connection, filed)
        keep_echoes(connection, filed.article.id, filed.echoes)
        return ids

    def article(self, key: str) -> StoredArticle | None:
        with self.reading() as connection:
            row = connection.execute(_WITH_KEY, {"given": key}).mappings().first()
            return stored_article(connection, row) if row else None

    def seeds(self) -> tuple[StoredArticle, ...]:
        """The seed corpus, by id."""
        statement = select(tables.article).where(_IS_SEED).order_by(tables.article.c.id)
        with self.reading() as connection:
            return tuple(stored_article(connection, row) for row in connection.execute(statement).mappings().all())


# Statements are written once: SQLAlchemy then neither builds nor compiles them again.
_INSERT_SKETCH = tables.fingerprint.insert().from_select(
    ["part", "hash", "seq"],
    select(
        bindparam("in_part", type_=Integer), numbers("given").selected_columns[0], bindparam("of_seq", type_=Integer)
    ),
)
_KEY = bindparam("given", type_=String)
_WITH_KEY = select(tables.article).where(
    or_(tables.article.c.id == _KEY, tables.article.c.canonical == _KEY, tables.article.c.url == _KEY)
)
_TITLED = select(tables.article.c.title, tables.article.c.outlet).where(tables.article.c.id == _KEY)
_INSERT_DEVELOPMENT = tables.development.insert().returning(
    tables.development.c.id, tables.development.c.sentence, sort_by_parameter_order=True
)


@lru_cache(maxsize=2)
def _insert_article(dialect: str) -> ReturningInsert[tuple[int]]:
    return insert_into(dialect, tables.article).on_conflict_do_nothing().returning(tables.article.c.seq)


@lru_cache(maxsize=2)
def _insert_echo(dialect: str) -> Insert:
    return insert_into(dialect, tables.echo).on_conflict_do_nothing()


def keep_echoes(connection: Connection, article_id: str, echoes: Iterable[int]) -> None:
    """Save that an article says these developments as well; those that are there stay."""
    rows = [{"development_id": each, "article_id": article_id} for each in sorted(set(echoes))]
    if rows:
        connection.execute(_insert_echo(connection.dialect.name), rows)


def keep_findings(connection: Connection, filed: Filed, revision_id: int | None = None) -> dict[int, int]:
    """Save an article's developments, sentences and figures; returns the developments' ids by sentence.

    `revision_id`: the revision that brought them.
    """
    trip, ids = filed.filing.trip, dict[int, int]()
    if filed.developments:
        told = [
            {
                "article_id": filed.article.id,
                "sentence": development.sentence,
                "trip": development.trip,
                "record": DEVELOPMENT.dump_json(development).decode(),
                "revision_id": revision_id,
            }
            for development in filed.developments
        ]
        ids = {row.sentence: row.id for row in connection.execute(_INSERT_DEVELOPMENT, told)}
    if filed.sentences:
        connection.execute(tables.sentence.insert(), _sentence_values(filed, trip, ids))
    if filed.figures:
        rows = [{**values, "revision_id": revision_id} for values in _figure_values(filed, trip)]
        connection.execute(tables.figure.insert(), rows)
    return ids


def _article_values(filed: Filed, seed: bool, original: Fingerprint | None) -> dict[str, Any]:
    article = filed.article
    return {
        "id": article.id,
        "canonical": article.canonical,
        "url": article.url,
        "source_id": article.source_id,
        "outlet": article.outlet,
        "title": article.title,
        "text": article.text,
        "author": article.author,
        "published": article.published,
        "language": article.language,
        "fetched_at": article.fetched_at,
        "content_hash": article.content_hash,
        "summary_only": article.summary_only,
        "seed": seed,
        "quiet": filed.quiet,
        "verdict": filed.match.verdict.value,
        "of_id": filed.match.of,
        "match": MATCH.dump_json(filed.match).decode(),
        "decision": filed.filing.decision.value,
        "trip": filed.filing.trip,
        "filing": FILING.dump_json(filed.filing).decode(),
        "shingles": pack(original.shingles, "Q") if original else None,
    }


def _sentence_values(filed: Filed, trip: str, ids: dict[int, int]) -> list[dict[str, Any]]:
    """The rows of an article's sentences; `ids`: of its developments, by sentence."""
    return [
        {
            "article_id": filed.article.id,
            "idx": novelty.sentence.index,
            "trip": trip,
            "text": novelty.sentence.text,
            "words": pack(novelty.sentence.words),
            "development_id": ids.get(novelty.sentence.index),
            "score": novelty.score,
            "reason": novelty.reason,
            "near_id": novelty.nearest.article_id if novelty.nearest else None,
            "near_idx": novelty.nearest.index if novelty.nearest else None,
        }
        for novelty in filed.sentences
    ]


def _figure_values(filed: Filed, trip: str) -> list[dict[str, Any]]:
    """The rows of an article's figures."""
    as_of = filed.article.published or filed.article.fetched_at
    return [
        {
            "article_id": filed.article.id,
            "trip": trip,
            "subject": figure.subject,
            "as_of": as_of,
            "record": FIGURE.dump_json(figure).decode(),
        }
        for figure in filed.figures
    ]


def read_article(row: RowMapping) -> Article:
    """The article in a row of the article table."""
    return Article(**{name: row[name] for name in Article.__dataclass_fields__})


def stored_article(connection: Connection, row: RowMapping) -> StoredArticle:
    """A row of the article table with its original's title and outlet."""
    match = MATCH.validate_json(row["match"])
    original = None
    if match.of:
        original = connection.execute(_TITLED, {"given": match.of}).first()
    return StoredArticle(
        article=read_article(row),
        verdict=Verdict(row["verdict"]),
        match=match,
        filing=FILING.validate_json(row["filing"]),
        original=match.of,
        original_title=original.title if original else "",
        original_outlet=original.outlet if original else "",
        digest_id=row["digest_id"],
    )
