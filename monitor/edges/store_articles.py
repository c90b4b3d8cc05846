"""Articles, what is known by them, and the seed corpus."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, Select, delete, or_, select

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.store_leads import end_lead, insert
from monitor.model import (
    Article,
    Development,
    Figure,
    FigureSighting,
    Filed,
    Filing,
    Fingerprint,
    Known,
    KnownSentence,
    Match,
    StoredArticle,
    Verdict,
)

FILING = TypeAdapter(Filing)
MATCH = TypeAdapter(Match)
DEVELOPMENT = TypeAdapter(Development)
FIGURE = TypeAdapter(Figure)

SEED_PART = 0
PART_DAYS = 30
LIVE_PARTS = 3
MOST_POSTINGS = 64
MOST_CANDIDATES = 8


def part_of(moment: datetime) -> int:
    """The 30-day partition of a moment; never the seed part."""
    return int(moment.timestamp()) // (PART_DAYS * 86400) + 1


def pack(words: Iterable[int], code: str = "I") -> bytes:
    """Numbers as bytes, sorted: 32 bits each, or 64 with code "Q"."""
    return array(code, sorted(words)).tobytes()


def unpack(data: bytes, code: str = "I") -> array[int]:
    """The numbers that `pack` wrote."""
    numbers: array[int] = array(code)
    numbers.frombytes(data)
    return numbers


def chunks(items: Iterable[int], size: int = 500) -> Iterable[list[int]]:
    """Lists of at most `size`: databases cap the number of parameters of one statement."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


class ArticleRoom(Room):
    """The part of the store that keeps articles and answers what is known."""

    def known_url(self, canonical: str) -> str:
        return self._first_id(select(tables.article.c.id).where(tables.article.c.canonical == canonical))

    def known_hash(self, content_hash: str) -> str:
        if not content_hash:
            return ""
        return self._first_id(
            select(tables.article.c.id)
            .where(tables.article.c.content_hash == content_hash)
            .order_by(tables.article.c.seq)
            .limit(1)
        )

    def _first_id(self, statement: Select[Any]) -> str:
        with self.reading() as connection:
            return str(connection.execute(statement).scalar() or "")

    def candidates(self, sketch: Sequence[int], at: datetime) -> tuple[Known, ...]:
        newest = part_of(at)
        parts = [SEED_PART, *range(newest - LIVE_PARTS + 1, newest + 1)]
        hits: dict[int, int] = {}
        table = tables.fingerprint.c
        with self.reading() as connection:
            for chunk in chunks(dict.fromkeys(sketch)):
                found: dict[int, list[int]] = {}
                rows = connection.execute(
                    select(table.hash, table.seq).where(table.part.in_(parts), table.hash.in_(chunk))
                )
                for hash_, seq in rows:
                    found.setdefault(hash_, []).append(seq)
                for postings in found.values():
                    # A run of words that stands everywhere tells nothing.
                    for seq in postings if len(postings) <= MOST_POSTINGS else ():
                        hits[seq] = hits.get(seq, 0) + 1
            best = sorted((seq for seq in hits if hits[seq] >= 2), key=lambda seq: (-hits[seq], seq))
            return tuple(self._known(connection, seq) for seq in best[:MOST_CANDIDATES])

    def _known(self, connection: Connection, seq: int) -> Known:
        row = connection.execute(select(tables.article).where(tables.article.c.seq == seq)).mappings().one()
        original = None
        if row["shingles"] is not None:
            sets = connection.execute(
                select(tables.sentence.c.words).where(
                    tables.sentence.c.article_id == row["id"], tables.sentence.c.text == ""
                )
            ).scalars()
            shingles = tuple(unpack(row["shingles"], "Q"))
            original = Fingerprint(shingles, tuple(frozenset(unpack(words)) for words in sets), len(shingles) + 4)
        return Known(row["id"], row["outlet"], row["title"], row["published"], row["text"], original, bool(row["seed"]))

    def recent_texts(self, trip: str, since: datetime) -> tuple[Known, ...]:
        article = tables.article.c
        statement = (
            select(article.id, article.outlet, article.title, article.published, article.text, article.seed)
            .where(article.trip == trip, or_(article.seed, article.fetched_at >= since))
            .order_by(article.seq)
        )
        with self.reading() as connection:
            return tuple(
                Known(row.id, row.outlet, row.title, row.published, row.text, None, row.seed)
                for row in connection.execute(statement)
            )

    def known_sentences(self, trip: str) -> tuple[KnownSentence, ...]:
        sentence, article = tables.sentence.c, tables.article.c
        statement = (
            select(
                sentence.article_id,
                sentence.idx,
                sentence.text,
                sentence.words,
                sentence.development_id,
                article.outlet,
                article.published,
            )
            .join(tables.article, article.id == sentence.article_id)
            .where(sentence.trip == trip)
            .order_by(article.seq, sentence.idx)
        )
        with self.reading() as connection:
            return tuple(
                KnownSentence(
                    row.article_id,
                    row.idx,
                    row.text,
                    frozenset(unpack(row.words)),
                    row.outlet,
                    row.published,
                    row.development_id,
                )
                for row in connection.execute(statement)
            )

    def known_figures(self, trip: str) -> tuple[FigureSighting, ...]:
        with self.reading() as connection:
            return sightings(connection, select_figures().where(tables.figure.c.trip == trip))

    def file(self, lead_id: int | None, filed: Filed) -> dict[int, int]:
        with self.writing() as connection:
            fresh = self._insert(connection, filed, seed=False, part=part_of(filed.article.fetched_at))
            if lead_id is not None:
                end_lead(connection, lead_id, filed.article.id)
            return fresh or {}

    def add_seed(self, filed: Filed, original: Fingerprint | None) -> None:
        with self.writing() as connection:
            self._remove_seed(connection, filed.article.id)
            # An article or another seed may have this address; the seed is kept all the same, under a name of its own.
            at_address = select(tables.article.c.id).where(tables.article.c.canonical == filed.article.canonical)
            if connection.execute(at_address).first():
                filed = replace(filed, article=replace(filed.article, canonical=f"seed:{filed.article.id}"))
            self._insert(connection, filed, seed=True, part=SEED_PART, original=original)

    def seed_versions(self) -> dict[str, str]:
        article = tables.article.c
        with self.reading() as connection:
            rows = connection.execute(select(article.id, article.content_hash).where(article.seed))
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
        connection.execute(delete(tables.article).where(article.seq == seq))

    def _insert(
        self, connection: Connection, filed: Filed, *, seed: bool, part: int, original: Fingerprint | None = None
    ) -> dict[int, int] | None:
        done = connection.execute(
            insert(connection, tables.article).values(_article_values(filed, seed, original)).on_conflict_do_nothing()
        )
        if done.rowcount == 0:
            return None
        article_id, trip = filed.article.id, filed.filing.trip
        seq = connection.execute(select(tables.article.c.seq).where(tables.article.c.id == article_id)).scalar_one()
        if filed.sketch:
            rows = [{"part": part, "hash": hash_, "seq": seq} for hash_ in sorted(set(filed.sketch))]
            connection.execute(insert(connection, tables.fingerprint), rows)
        ids: dict[int, int] = {}
        for development in filed.developments:
            made = connection.execute(
                insert(connection, tables.development)
                .values(
                    article_id=article_id,
                    sentence=development.sentence,
                    trip=development.trip,
                    record=DEVELOPMENT.dump_json(development).decode(),
                )
                .returning(tables.development.c.id)
            )
            ids[development.sentence] = made.scalar_one()
        if filed.sentences:
            connection.execute(insert(connection, tables.sentence), _sentence_values(filed, trip, ids))
        if filed.figures:
            connection.execute(insert(connection, tables.figure), _figure_values(filed, trip))
        if filed.echoes:
            rows = [{"development_id": id_, "article_id": article_id} for id_ in sorted(set(filed.echoes))]
            connection.execute(insert(connection, tables.echo).on_conflict_do_nothing(), rows)
        return ids

    def article(self, key: str) -> StoredArticle | None:
        article = tables.article.c
        statement = select(tables.article).where(or_(article.id == key, article.canonical == key, article.url == key))
        with self.reading() as connection:
            row = connection.execute(statement).mappings().first()
            return stored_article(connection, row) if row else None

    def seeds(self) -> tuple[StoredArticle, ...]:
        """The seed corpus, by id."""
        statement = select(tables.article).where(tables.article.c.seed).order_by(tables.article.c.id)
        with self.reading() as connection:
            return tuple(stored_article(connection, row) for row in connection.execute(statement).mappings().all())


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
        }
        for novelty in filed.sentences
    ]


def _figure_values(filed: Filed, trip: str) -> list[dict[str, Any]]:
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


def select_figures() -> Select[Any]:
    """Figures with their articles, by as-of time."""
    figure, article = tables.figure.c, tables.article.c
    return (
        select(figure.record, figure.trip, figure.as_of, article.id, article.outlet, article.url)
        .join(tables.article, article.id == figure.article_id)
        .order_by(figure.as_of, figure.id)
    )


def sightings(connection: Connection, statement: Select[Any]) -> tuple[FigureSighting, ...]:
    """The ledger entries that a statement made by `select_figures` finds."""
    return tuple(
        FigureSighting(FIGURE.validate_json(row.record), row.id, row.outlet, row.url, row.trip, row.as_of)
        for row in connection.execute(statement)
    )


def read_article(row: RowMapping) -> Article:
    """The article in a row of the article table."""
    return Article(**{name: row[name] for name in Article.__dataclass_fields__})


def stored_article(connection: Connection, row: RowMapping) -> StoredArticle:
    """A row of the article table with its original's title and outlet."""
    match = MATCH.validate_json(row["match"])
    original = None
    if match.of:
        statement = select(tables.article.c.title, tables.article.c.outlet).where(tables.article.c.id == match.of)
        original = connection.execute(statement).first()
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
