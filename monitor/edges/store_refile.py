"""Articles read back in the order of filing, and filed anew by changed rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, RowMapping, and_, bindparam, delete, exists, func, or_, select

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.store_articles import (
    FILING,
    MATCH,
    keep_echoes,
    keep_findings,
    read_article,
)
from monitor.edges.store_known import PLACE
from monitor.edges.store_revisions import link_revisions
from monitor.model import Decision, Filed, Kept, Placed, Verdict

_PAGE = 200
# Without its text nothing can be filed again.
_WITH_TEXT = and_(~tables.article.c.seed, tables.article.c.text != "")


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
            for article_id in ids:
                _take_findings_away(connection, article_id)
            for each in filed:
                done += _keep_anew(connection, each)
            _keep_echoes(connection, echoes)
        return done

    def untold_order(self) -> tuple[Placed, ...]:
        article = tables.article.c
        told_at = select(func.max(tables.digest.c.made_at)).scalar_subquery()
        lately = or_(~article.quiet, told_at.is_(None), article.fetched_at > told_at)
        first = tables.article.alias()
        statement = (
            select(
                article.id,
                article.canonical,
                article.published,
                article.fetched_at,
                or_(
                    article.decision != Decision.NONE.value,
                    article.verdict != Verdict.NEW.value,
                    exists().where(first.c.of_id == article.id),
                ),
                article.filing,
            )
            .where(article.digest_id.is_(None), ~article.seed, lately)
            .order_by(PLACE)
        )
        with self.reading() as connection:
            return tuple(
                Placed(id_, canonical, published, fetched_at, bears or _may_retell(filing))
                for id_, canonical, published, fetched_at, bears, filing in connection.execute(statement)
            )

    def take_back(self, article_ids: Sequence[str]) -> None:
        article = tables.article.c
        with self.writing() as connection:
            asked = select(article.id, PLACE).where(article.id == bindparam("given"))
            places = sorted(connection.execute(asked, {"given": each}).one()[1] for each in article_ids)
            for article_id, place in zip(article_ids, places, strict=True):
                _take_findings_away(connection, article_id)
                statement = tables.article.update().where(article.id == article_id)
                connection.execute(statement.values(place=place))

    def file_again(self, filed: Filed) -> dict[int, int]:
        with self.writing() as connection:
            _decide_anew(connection, filed)
            ids = keep_findings(connection, filed)
            keep_echoes(connection, filed.article.id, filed.echoes)
            return ids

    def settle(self, filed: Filed, *, untold: bool) -> None:
        article_id = filed.article.id
        with self.writing() as connection:
            _take_findings_away(connection, article_id)
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


def _take_findings_away(connection: Connection, article_id: str) -> None:
    old = select(tables.development.c.id).where(tables.development.c.article_id == article_id)
    connection.execute(
        delete(tables.echo).where(or_(tables.echo.c.article_id == article_id, tables.echo.c.development_id.in_(old)))
    )
    for table in (tables.sentence, tables.figure, tables.development):
        connection.execute(delete(table).where(table.c.article_id == article_id))


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
