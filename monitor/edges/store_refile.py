"""Articles read back in the order of filing, and filed anew by changed rules."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
)  # fmt: skip

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.lists import numbers, texts
from monitor.edges.store_articles import (
    FILING,
    MATCH,
    keep_echoes,
    keep_findings,
    read_article,
)
from monitor.edges.store_known import MOST_POSTINGS, PLACE, holders_of
from monitor.edges.store_revisions import link_revisions
from monitor.edges.store_stories import describe_anew, forget_links, keep_links, loosen
from monitor.model import Decision, Filed, Kept, Placed, Verdict

_PAGE = 200
# Without its text nothing can be filed again.
_WITH_TEXT = and_(~tables.article.c.seed, tables.article.c.text != "")


def _untold() -> ColumnElement[bool]:
    """What no digest has told, and what became known quietly since the last one."""
    article = tables.article.c
    told_at = select(func.max(tables.digest.c.made_at)).scalar_subquery()
    lately = or_(~article.quiet, told_at.is_(None), article.fetched_at > told_at)
    return and_(article.digest_id.is_(None), ~article.seed, lately)


class RefileRoom(Room):
    """The part of the store that files again what it keeps."""

    def kept_count(self) -> int:
        """How many articles are kept with their texts, seeds left out."""
        with self.reading() as connection:
            statement = select(func.count()).select_from(tables.article).where(_WITH_TEXT)
            return int(connection.execute(statement).scalar_one())

    def kept(self) -> Iterator[Kept]:
        """Every article but the seeds and those whose texts were pruned, in the order of filing, a few at a time."""
        last = 0
        while True:
            with self.reading() as connection:
                statement = (
                    select(tables.article, PLACE.label("at"))
                    .where(last < PLACE, _WITH_TEXT)
                    .order_by(PLACE)
                    .limit(_PAGE)
                )
                rows = connection.execute(statement).mappings().all()
            if not rows:
                return
            yield from map(_kept, rows)
            last = rows[-1]["at"]

    def kept_article(self, article_id: str) -> Kept | None:
        """The article with this id, unless it is a seed or its text was pruned."""
        article = tables.article.c
        with self.reading() as connection:
            statement = select(tables.article).where(article.id == article_id, _WITH_TEXT)
            row = connection.execute(statement).mappings().first()
        return _kept(row) if row else None

    def copies_of(self, article_id: str) -> tuple[str, ...]:
        article = tables.article.c
        statement = select(article.id).where(article.of_id == article_id, _WITH_TEXT).order_by(PLACE)
        with self.reading() as connection:
            return tuple(connection.execute(statement).scalars())

    def refile(self, filed: Sequence[Filed], echoes: Mapping[str, Sequence[tuple[str, int]]]) -> int:
        """Keep these articles as they are filed now, all in one transaction; returns how many there were.

        What was told stays told: an article keeps its digest, and none of it is told again.
        """
        done = 0
        with self.writing() as connection:
            ids = [each.article.id for each in filed]
            _take_findings_away(connection, ids)
            forget_links(connection, ids)
            for each in filed:
                done += _keep_anew(connection, each)
                keep_links(connection, each)
            _keep_echoes(connection, echoes)
        return done

    def untold_order(self, bearing: Collection[str] | None = None) -> tuple[Placed, ...]:
        article = tables.article.c
        copy = tables.article.alias()
        bears = or_(
            article.decision != Decision.NONE.value,
            article.verdict != Verdict.NEW.value,
            exists().where(copy.c.of_id == article.id, copy.c.of_id != literal_column("''")),
            exists().where(tables.link.c.article_id == article.id),
            exists().where(tables.link.c.other_id == article.id),
        ).label("bears")
        # Few bear, and nothing but these is kept of very many.
        doubtful = case((bears, ""), else_=article.filing)
        columns = article.id, article.canonical, article.published, article.fetched_at, bears, doubtful
        found: list[Placed] = []
        with self.reading() as connection:
            for id_, canonical, published, fetched_at, known, filing in connection.execute(
                select(*columns).where(_untold()).order_by(PLACE)
            ):
                counts = known or _may_retell(filing)
                if bearing is None or counts or id_ in bearing:
                    found.append(Placed(id_, canonical, published, fetched_at, counts))
        return tuple(found)

    def overlooked(self, common: Collection[int]) -> frozenset[str]:
        article, hits = tables.article.c, Counter[int]()
        with self.reading() as connection:
            number, latest = connection.execute(
                select(func.count(), func.max(article.fetched_at)).where(_untold())
            ).one()
            if not number:
                return frozenset()
            few = sorted(common)
            # Of those that more have than that, more than enough have been told.
            holders, _ = holders_of(connection, latest, few, few, (), MOST_POSTINGS + number)
            every = sorted({seq for each in holders.values() for seq in each})
            untold = select(article.seq, article.id).where(_untold(), article.seq.in_(numbers("given")))
            ids = {row.seq: row.id for row in connection.execute(untold, {"given": every})}
            for each in holders.values():
                if sum(seq not in ids for seq in each) <= MOST_POSTINGS:
                    hits.update(seq for seq in each if seq in ids)
        return frozenset(ids[seq] for seq, shared in hits.items() if shared >= 2)

    def take_back(self, article_ids: Sequence[str], changed: Collection[str] = ()) -> None:
        with self.writing() as connection:
            places = sorted(connection.execute(_PLACES, {"given": list(article_ids)}).scalars())
            _take_findings_away(connection, article_ids)
            rows = [{"moved": each, "to": place} for each, place in zip(article_ids, places, strict=True)]
            connection.execute(_PUT, rows)
            forget_links(connection, article_ids, changed)

    def file_again(self, filed: Filed) -> dict[int, int]:
        with self.writing() as connection:
            _decide_anew(connection, filed)
            describe_anew(connection, filed)
            ids = keep_findings(connection, filed)
            keep_echoes(connection, filed.article.id, filed.echoes)
            return ids

    def settle(self, filed: Filed, *, untold: bool) -> None:
        article_id = filed.article.id
        with self.writing() as connection:
            _take_findings_away(connection, [article_id])
            _keep_anew(connection, filed)
            keep_echoes(connection, article_id, filed.echoes)
            if untold:
                statement = tables.article.update().where(tables.article.c.id == article_id)
                connection.execute(statement.values(digest_id=None))


def _kept(row: RowMapping) -> Kept:
    return Kept(read_article(row), FILING.validate_json(row["filing"]), bool(row["quiet"]))


def _may_retell(filing: str) -> bool:
    """Whether an article that belongs to no trip could be a report of one in other words."""
    return any(score["score"] > 0 for score in json.loads(filing)["scores"])


def _take_findings_away(connection: Connection, article_ids: Sequence[str]) -> None:
    for statement in _TAKE_AWAY:
        connection.execute(statement, {"given": list(article_ids)})


# Statements are written once: SQLAlchemy then neither builds nor compiles them again.
_TAKEN = texts("given")
_PLACES = select(PLACE).where(tables.article.c.id.in_(_TAKEN))
_PUT = tables.article.update().where(tables.article.c.id == bindparam("moved")).values(place=bindparam("to"))
_SAID = select(tables.development.c.id).where(tables.development.c.article_id.in_(_TAKEN))
_TAKE_AWAY = (
    delete(tables.echo).where(or_(tables.echo.c.article_id.in_(_TAKEN), tables.echo.c.development_id.in_(_SAID))),
    *(
        delete(table).where(table.c.article_id.in_(_TAKEN))
        for table in (tables.sentence, tables.figure, tables.development)
    ),
)


def _keep_anew(connection: Connection, filed: Filed) -> int:
    """The article's decisions and findings; returns how many rows there were, 0 or 1."""
    done = _decide_anew(connection, filed)
    keep_findings(connection, filed)
    link_revisions(connection, filed.article.id)
    return done


def _decide_anew(connection: Connection, filed: Filed) -> int:
    values = {
        "verdict": filed.match.verdict.value,
        "of_id": filed.match.of,
        "match": MATCH.dump_json(filed.match).decode(),
        "decision": filed.filing.decision.value,
        "trip": filed.filing.trip,
        "filing": FILING.dump_json(filed.filing).decode(),
    }
    updated = connection.execute(tables.article.update().where(tables.article.c.id == filed.article.id).values(values))
    loosen(connection, [filed.article.id])
    return updated.rowcount


def _keep_echoes(connection: Connection, echoes: Mapping[str, Sequence[tuple[str, int]]]) -> None:
    """What these articles say as well, found by the article and the sentence that said it first."""
    table = tables.development.c
    for article_id, places in echoes.items():
        said = (
            connection.execute(select(table.id).where(table.article_id == first, table.sentence == sentence)).scalar()
            for first, sentence in places
        )
        keep_echoes(connection, article_id, (each for each in said if each is not None))
