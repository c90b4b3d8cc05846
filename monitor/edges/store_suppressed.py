"""What was told and what was not, and why: articles and sentences, each with the nearest known one."""

from __future__ import annotations

from sqlalchemy import RowMapping, and_, case, func, select

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.store_articles import stored_article
from monitor.edges.store_known import PLACE
from monitor.model import Account, KnownLine, Suppressed

_SAID, _NEAR, _SOURCE = tables.sentence.c, tables.sentence.alias("near"), tables.article.alias("source")
# "" is the article itself.
_NEAR_ID = case((_SAID.near_id == "", _SAID.article_id), else_=_SAID.near_id)
# Statements are written once: SQLAlchemy then neither builds nor compiles them again.
_LINES = (
    select(
        _SAID.article_id, _SAID.idx, _SAID.text, _SAID.score, _SAID.reason, _NEAR.c.text.label("near_text"),
        _SOURCE.c.outlet, _SOURCE.c.title, _SOURCE.c.url, _SOURCE.c.published, _SAID.near_idx, _SOURCE.c.id,
        _SAID.development_id, tables.digest.c.name,
    )
    .join(tables.article, tables.article.c.id == _SAID.article_id)
    .outerjoin(_NEAR, and_(_NEAR.c.article_id == _NEAR_ID, _NEAR.c.idx == _SAID.near_idx))
    .outerjoin(_SOURCE, _SOURCE.c.id == _NEAR_ID)
    .outerjoin(tables.development, tables.development.c.id == _SAID.development_id)
    .outerjoin(tables.revision, tables.revision.c.id == tables.development.c.revision_id)
    .outerjoin(
        tables.digest,
        tables.digest.c.id
        == case(
            (tables.development.c.revision_id.is_(None), tables.article.c.digest_id), else_=tables.revision.c.digest_id
        ),
    )
    .order_by(_SAID.article_id, _SAID.idx)
)  # fmt: skip


def _line(row: RowMapping) -> KnownLine:
    return KnownLine(
        row["idx"], row["text"], row["score"], row["reason"], row["near_text"] or "", row["outlet"] or "",
        row["title"] or "", row["url"] or "", row["published"], row["near_idx"], row["id"] or "",
        row["development_id"] is not None, row["name"] or "",
    )  # fmt: skip


class SuppressedRoom(Room):
    """The part of the store that answers for what was told and what was left out."""

    def suppressed(self, digest_id: int | None) -> tuple[Suppressed, ...]:
        """Every article of this digest (None: of the next one) with what was not told of it, in the order of filing.

        Articles of which everything was told are left out.
        """
        article = tables.article.c
        asked = (
            and_(article.digest_id.is_(None), ~article.quiet) if digest_id is None else article.digest_id == digest_id
        )
        with self.reading() as connection:
            rows = connection.execute(
                select(tables.article).where(asked, ~article.seed).order_by(PLACE)
            ).mappings().all()  # fmt: skip
            counted = (
                select(tables.development.c.article_id, func.count())
                .join(tables.article, article.id == tables.development.c.article_id)
                .where(asked)
                .group_by(tables.development.c.article_id)
            )
            told: dict[str, int] = {row[0]: row[1] for row in connection.execute(counted)}
            lines: dict[str, list[KnownLine]] = {}
            statement = _LINES.where(asked, ~article.seed, _SAID.development_id.is_(None))
            for row in connection.execute(statement).mappings():
                lines.setdefault(row["article_id"], []).append(_line(row))
            return tuple(
                Suppressed(stored_article(connection, row), tuple(lines.get(row["id"], ())), told.get(row["id"], 0))
                for row in rows
                if row["id"] in lines or not told.get(row["id"])
            )

    def account(self, article_id: str) -> Account:
        """Every sentence of an article or seed with what became of it; nothing of one that is not stored."""
        article = tables.article.c
        with self.reading() as connection:
            row = connection.execute(
                select(article.quiet, article.seed, tables.digest.c.name)
                .outerjoin(tables.digest, tables.digest.c.id == article.digest_id)
                .where(article.id == article_id)
            ).first()
            if row is None:
                return Account(())
            lines = connection.execute(_LINES.where(_SAID.article_id == article_id)).mappings()
            return Account(tuple(map(_line, lines)), row.name or "", row.quiet, row.seed)
