"""stories, and the links between texts that make them; those of articles that are there already."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WINDOW = timedelta(days=4)
_AT_ONCE = 5_000

article = sa.table(
    "article",
    sa.column("seq", sa.Integer),
    sa.column("id", sa.String),
    sa.column("canonical", sa.Text),
    sa.column("text", sa.Text),
    sa.column("published", sa.DateTime(timezone=True)),
    sa.column("fetched_at", sa.DateTime(timezone=True)),
    sa.column("verdict", sa.String),
    sa.column("of_id", sa.String),
    sa.column("trip", sa.String),
)
story = sa.table("story", sa.column("id", sa.Integer), sa.column("leader_id", sa.String))
member = sa.table(
    "member",
    sa.column("article_id", sa.String),
    sa.column("story_id", sa.Integer),
    sa.column("words", sa.Integer),
)
link = sa.table(
    "link",
    sa.column("article_id", sa.String),
    sa.column("other_id", sa.String),
    sa.column("kind", sa.String),
)


def upgrade() -> None:
    op.create_table(
        "story",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
    )
    op.create_table(
        "member",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), server_default="0", nullable=False),
        sa.Column("agency", sa.String(), server_default="", nullable=False),
        sa.Column("part", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_member_article_id")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_member_story_id")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_member")),
    )
    op.create_index("ix_member_story_id", "member", ["story_id"], unique=False)
    op.create_table(
        "link",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_link_article_id")),
        sa.ForeignKeyConstraint(["other_id"], ["article.id"], name=op.f("fk_link_other_id")),
        sa.PrimaryKeyConstraint("article_id", "other_id", name=op.f("pk_link")),
    )
    op.create_index("ix_link_other_id", "link", ["other_id"], unique=False)
    _fill(op.get_bind())


def downgrade() -> None:
    for table in ("link", "member", "story"):
        op.drop_table(table)


def _fill(connection: sa.Connection) -> None:
    """One story for what an article was found to be a copy, an update or a rewrite of, within its trip and days."""
    rows = connection.execute(
        sa.select(
            article.c.seq, article.c.id, article.c.canonical, article.c.published, article.c.fetched_at,
            article.c.verdict, article.c.of_id, article.c.trip,
            # Words are about so long, and a text is not read for it.
            (sa.func.length(article.c.text) // 6).label("words"),
        ).order_by(article.c.seq)
    ).all()  # fmt: skip
    by_id = {row.id: row for row in rows}
    firsts = {row.id: row.id for row in rows}

    def first(article_id: str) -> str:
        while firsts[article_id] != article_id:
            firsts[article_id] = firsts[firsts[article_id]]
            article_id = firsts[article_id]
        return article_id

    links = []
    for row in rows:
        if row.verdict == "new" or row.of_id not in by_id or row.of_id == row.id:
            continue
        links.append({"article_id": row.id, "other_id": row.of_id, "kind": row.verdict})
        if _binds(row, by_id[row.of_id]):
            firsts[first(row.id)] = first(row.of_id)
    sets: dict[str, list[Any]] = {}
    for row in rows:
        sets.setdefault(first(row.id), []).append(row)
    stories, members = [], []
    for number, among in enumerate(sets.values(), 1):
        full = max(row.words for row in among) / 2
        leader = min((row for row in among if row.words >= full), key=lambda row: (_at(row), row.canonical))
        stories.append({"id": number, "leader_id": leader.id})
        members += [{"article_id": row.id, "story_id": number, "words": row.words} for row in among]
    for table, values in ((story, stories), (member, members), (link, links)):
        for start in range(0, len(values), _AT_ONCE):
            connection.execute(table.insert(), values[start : start + _AT_ONCE])
    if connection.dialect.name == "postgresql" and stories:
        connection.execute(
            sa.text("SELECT setval(pg_get_serial_sequence('story', 'id'), :last)"), {"last": len(stories)}
        )


def _at(row: Any) -> datetime:
    at: datetime = min(row.published or row.fetched_at, row.fetched_at)
    return at


def _binds(one: Any, two: Any) -> bool:
    return one.trip == two.trip and (not one.published or not two.published or abs(_at(one) - _at(two)) <= WINDOW)
