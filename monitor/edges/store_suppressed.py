"""What was not told, and why: articles and sentences, each with the nearest known one."""

from __future__ import annotations

from sqlalchemy import and_, case, func, select

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.store_articles import stored_article
from monitor.edges.store_known import PLACE
from monitor.model import KnownLine, Suppressed


class SuppressedRoom(Room):
    """The part of the store that answers for what a digest left out."""

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
            said, near = tables.sentence.c, tables.sentence.alias("near")
            source = tables.article.alias("source")
            # "" is the article itself.
            near_id = case((said.near_id == "", said.article_id), else_=said.near_id)
            statement = (
                select(
                    said.article_id, said.idx, said.text, said.score, said.reason, near.c.text.label("near_text"),
                    source.c.outlet, source.c.title, source.c.url, source.c.published, said.near_idx,
                )
                .join(tables.article, article.id == said.article_id)
                .outerjoin(near, and_(near.c.article_id == near_id, near.c.idx == said.near_idx))
                .outerjoin(source, source.c.id == near_id)
                .where(asked, ~article.seed, said.development_id.is_(None))
                .order_by(said.article_id, said.idx)
            )  # fmt: skip
            for row in connection.execute(statement):
                line = KnownLine(
                    row.idx, row.text, row.score, row.reason, row.near_text or "", row.outlet or "", row.title or "",
                    row.url or "", row.published, row.near_idx,
                )  # fmt: skip
                lines.setdefault(row.article_id, []).append(line)
            return tuple(
                Suppressed(stored_article(connection, row), tuple(lines.get(row["id"], ())), told.get(row["id"], 0))
                for row in rows
                if row["id"] in lines or not told.get(row["id"])
            )
