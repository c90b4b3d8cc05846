"""What is known, asked by key: addresses, hashes, sketches, and what each trip's reports have said."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.lists import numbers
from monitor.model import Candidates, Figure, FigureSighting, Fingerprint, Known, KnownSentence, Verdict

FIGURE = TypeAdapter(Figure)

SEED_PART = 0
PART_DAYS = 30
LIVE_PARTS = 3
MOST_POSTINGS, MOST_CARRIERS = 64, 1024
FEW_COMMON = 8
MOST_CANDIDATES = 8
# So many holders are read row by row; more are asked for hash by hash, each only so far.
FEW_ROWS = 512
MOST_TIED = 512
# What a shared hash weighs that one text has, in whole numbers: their sums do not depend on their order.
RARE = 720_720


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


# Statements are written once: SQLAlchemy then neither builds nor compiles them again.
_AT_ADDRESS = select(tables.article.c.id).where(tables.article.c.canonical == bindparam("given"))
# The order of filing.
PLACE = func.coalesce(tables.article.c.place, tables.article.c.seq)
_WITH_HASH = select(tables.article.c.id).where(tables.article.c.content_hash == bindparam("given")).order_by(PLACE)


def _holding(part: ColumnElement[int], listed: str) -> Select[Any]:
    """Each of the listed hashes with those who hold it in a part; of very many only enough to see that."""
    asked, row = numbers(listed).subquery(), tables.fingerprint
    few = (
        select(row.c.seq)
        .where(row.c.part == part, row.c.hash == asked.c.value)
        .order_by(row.c.seq)
        .limit(bindparam("most", type_=Integer))
        .correlate(asked)
        .subquery()
    )
    holders = select(func.aggregate_strings(cast(few.c.seq, String), ",")).correlate(asked).scalar_subquery()
    return select(asked.c.value, holders.label("holders")).where(holders.is_not(None))


_SHARING = union_all(
    _holding(literal_column(str(SEED_PART), Integer), "of_seeds"),
    *(_holding(bindparam("newest", type_=Integer) - back, "lately") for back in range(LIVE_PARTS)),
)
# The same row by row, where there are not many: most texts share little with what is known.
_ROW = tables.fingerprint.c
_FEW_SHARING = union_all(
    select(_ROW.hash, _ROW.seq).where(_ROW.part == SEED_PART, _ROW.hash.in_(numbers("of_seeds"))),
    select(_ROW.hash, _ROW.seq).where(
        _ROW.part.in_([bindparam("newest", type_=Integer) - back for back in range(LIVE_PARTS)]),
        _ROW.hash.in_(numbers("lately")),
    ),
).limit(bindparam("rows", type_=Integer))
_IDS = select(tables.article.c.seq, tables.article.c.id, PLACE.label("place")).where(
    tables.article.c.seq.in_(numbers("given"))
)
_KNOWN = select(
    tables.article.c.id,
    tables.article.c.outlet,
    tables.article.c.title,
    tables.article.c.published,
    tables.article.c.text,
    tables.article.c.seed,
    tables.article.c.shingles,
    tables.article.c.canonical,
).where(tables.article.c.id == bindparam("given"))
_SEED_SENTENCES = select(tables.sentence.c.words).where(
    tables.sentence.c.article_id == bindparam("given"), tables.sentence.c.text == ""
)


def holders_of(
    connection: Connection,
    at: datetime,
    lately: Sequence[int],
    of_seeds: Sequence[int],
    without: Collection[str],
    most: int,
) -> tuple[dict[int, list[int]], frozenset[int]]:
    """Who holds each of these hashes, and the hashes that are left out: more than so many hold them."""
    asked = {"newest": part_of(at), "lately": lately, "of_seeds": of_seeds}
    holders: dict[int, list[int]] = {}
    rows = connection.execute(_FEW_SHARING, {**asked, "rows": FEW_ROWS + 1}).all()
    if len(rows) <= FEW_ROWS:
        for hash_, seq in rows:
            holders.setdefault(hash_, []).append(seq)
    else:
        # So many that, without those that do not count, it is seen whether there are too many.
        asked["most"] = most + 1 + len(without)
        for hash_, few in connection.execute(_SHARING, asked).all():
            holders.setdefault(hash_, []).extend(map(int, few.split(",")))
    if without:
        every = {seq for few in holders.values() for seq in few}
        rows = connection.execute(_IDS, {"given": sorted(every)}).all()
        left = {row.seq for row in rows if row.id not in without}
        holders = {hash_: [seq for seq in few if seq in left] for hash_, few in holders.items()}
    common = frozenset(hash_ for hash_, few in holders.items() if len(few) > most)
    return {hash_: few for hash_, few in holders.items() if few and hash_ not in common}, common


class KnownRoom(Room):
    """The part of the store that answers what is known."""

    def known_url(self, canonical: str) -> str:
        with self.reading() as connection:
            return str(connection.execute(_AT_ADDRESS, {"given": canonical}).scalar() or "")

    def known_hash(self, content_hash: str, without: Collection[str] = ()) -> str:
        if not content_hash:
            return ""
        with self.reading() as connection:
            found = connection.execute(_WITH_HASH, {"given": content_hash}).scalars()
            return next((article_id for article_id in found if article_id not in without), "")

    def candidates(
        self,
        sketch: Sequence[int],
        at: datetime,
        seeds: Sequence[int] | None = None,
        without: Collection[str] = (),
        most: int = MOST_CANDIDATES,
    ) -> Candidates:
        lately, of_seeds = sorted(set(sketch)), sorted(set(sketch if seeds is None else seeds))
        with self.reading() as connection:
            holders, common = holders_of(connection, at, lately, of_seeds, without, MOST_POSTINGS)
            if common and 2 * len(common.intersection(lately)) >= len(lately):
                # No phrases that stand everywhere, but a report that very many carry: the first of them stand for all.
                lately, of_seeds = ([each for each in few if each in common][:FEW_COMMON] for few in (lately, of_seeds))
                carried, _ = holders_of(connection, at, lately, of_seeds, without, MOST_CARRIERS)
                every = sorted({seq for few in carried.values() for seq in few})
                places = {row.seq: row.place for row in connection.execute(_IDS, {"given": every})}
                for hash_, few in carried.items():
                    holders[hash_] = sorted(few, key=places.__getitem__)[:MOST_POSTINGS]
            hits, weight = Counter[int](), Counter[int]()
            for few in holders.values():
                # A run of words that few have tells the most.
                hits.update(few)
                weight.update(dict.fromkeys(few, RARE // len(few)))
            best = sorted((seq for seq in hits if hits[seq] >= 2), key=lambda seq: (-weight[seq], seq))
            found: list[str] = []
            while best and len(found) < most:
                # All that weigh as much as the last of the few: which of them count is a matter of their order.
                least = weight[best[min(most, len(best)) - 1]]
                few = [seq for seq in best[:MOST_TIED] if weight[seq] >= least]
                best = best[len(few) :]
                rows = sorted(connection.execute(_IDS, {"given": few}), key=lambda row: (-weight[row.seq], row.place))
                found += [row.id for row in rows]
        return Candidates(tuple(found[:most]), common)

    def known(self, article_id: str) -> Known | None:
        with self.reading() as connection:
            row = connection.execute(_KNOWN, {"given": article_id}).first()
            if row is None:
                return None
            original = None
            if row.shingles is not None:
                sets = connection.execute(_SEED_SENTENCES, {"given": article_id}).scalars()
                shingles = tuple(unpack(row.shingles, "Q"))
                original = Fingerprint(shingles, tuple(frozenset(unpack(words)) for words in sets), len(shingles) + 4)
        return Known(row.id, row.outlet, row.title, row.published, row.text, original, bool(row.seed), row.canonical)

    def recent_texts(self, trip: str, since: datetime) -> tuple[Known, ...]:
        article = tables.article.c
        statement = (
            select(article.id, article.outlet, article.title, article.published, article.text, article.seed)
            .where(
                article.trip == trip,
                article.verdict != Verdict.COPY.value,
                or_(article.seed, article.fetched_at >= since),
            )
            .order_by(PLACE)
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
            .order_by(PLACE, sentence.idx)
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


class _number(FunctionElement[int]):
    """The number of the sentence in a figure's record."""

    name = "number"
    inherit_cache = True
    type = Integer()


@compiles(_number)
def _number_in_sqlite(element: _number, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **more)}, '$.sentence')"


@compiles(_number, "postgresql")
def _number_in_postgresql(element: _number, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(CAST({compiler.process(element.clauses, **more)} AS json) ->> 'sentence' AS integer)"


def select_figures() -> Select[Any]:
    """Figures with their articles and sentences, by as-of time."""
    figure, article, sentence = tables.figure.c, tables.article.c, tables.sentence.c
    return (
        select(figure.record, figure.trip, figure.as_of, article.id, article.outlet, article.url, sentence.text)
        .join(tables.article, article.id == figure.article_id)
        .outerjoin(
            tables.sentence,
            and_(sentence.article_id == figure.article_id, sentence.idx == _number(figure.record)),
        )
        .order_by(figure.as_of, figure.id)
    )


def sightings(connection: Connection, statement: Select[Any]) -> tuple[FigureSighting, ...]:
    """The ledger entries that a statement made by `select_figures` finds."""
    return tuple(
        FigureSighting(
            FIGURE.validate_json(row.record), row.id, row.outlet, row.url, row.trip, row.as_of, row.text or ""
        )
        for row in connection.execute(statement)
    )
