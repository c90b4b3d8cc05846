"""The tables, as the newest migration leaves them. Times are stored as UTC, whole sets of facts as typed JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger as Big
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.engine import Dialect


class Utc(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database; ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the store")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        aware: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC)


names = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=names)

source = Table(
    "source",
    metadata,
    Column("id", String, primary_key=True),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("body_hash", String, nullable=False, default=""),
    Column("tried_at", Utc),
    Column("ok_at", Utc),
    Column("failing_since", Utc),
    Column("failures", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("due_at", Utc),
    Column("note", Text, nullable=False, default=""),
    Column("new_at", Utc),
    Column("gap", Float, nullable=False, server_default="0"),
    Column("undated", Float, nullable=False, server_default="0"),
    Column("words", Float, nullable=False, server_default="0"),
    Column("words_now", Float, nullable=False, server_default="0"),
    Column("moved_to", Text, nullable=False, server_default=""),
    Column("moved_since", Utc),
    Column("moved_seen", Integer, nullable=False, server_default="0"),
    Column("gone", Boolean, nullable=False, server_default=false()),
    Column("recovered_at", Utc),
    Column("alerted_at", Utc),
    Column("ttl", Float, nullable=False, server_default="0"),
    Column("bare", Float, nullable=False, server_default="0"),
    Column("bare_reason", Text, nullable=False, server_default=""),
    Column("items", Text, nullable=False, server_default=""),
)

# What a host asked of us: its robots.txt as it came, and until when it wants to be left alone.
host = Table(
    "host",
    metadata,
    Column("place", Text, primary_key=True),
    Column("closed_until", Utc),
    Column("robots", LargeBinary),
    Column("content_type", Text, nullable=False, default=""),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("robots_at", Utc),
    Column("kept_at", Utc, nullable=False),
)

# state: "pending", "filed", "failed", or "again": filed, and to be read once more.
lead = Table(
    "lead",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", String, nullable=False),
    Column("canonical", Text, nullable=False, unique=True),
    Column("guid", Text, nullable=False, default=""),
    Column("record", Text, nullable=False),
    Column("published", Utc),
    Column("state", String, nullable=False, default="pending"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try", Utc),
    Column("reason", Text, nullable=False, default=""),
    Column("article_id", String),
    Column("ended_at", Utc),
    Column("first", Boolean, nullable=False, server_default=false()),
    # How often it was read again, when last, and the validators of its last answer.
    Column("rereads", Integer, nullable=False, server_default="0"),
    Column("read_at", Utc),
    Column("etag", Text, nullable=False, server_default=""),
    Column("last_modified", Text, nullable=False, server_default=""),
    Index("ix_lead_state", "state", "next_try"),
    Index("ix_lead_guid", "source_id", "guid"),
)

digest = Table(
    "digest",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("slot", String, nullable=False, unique=True),
    Column("day", Date, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("record", Text, nullable=False),
)

# A seed's `digest_id` stays empty and `seed` keeps it out of every digest.
article = Table(
    "article",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("canonical", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("source_id", String, nullable=False),
    Column("outlet", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("published", Utc),
    Column("language", String, nullable=False),
    Column("fetched_at", Utc, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("summary_only", Boolean, nullable=False),
    Column("seed", Boolean, nullable=False, default=False),
    Column("quiet", Boolean, nullable=False, server_default=false()),
    Column("verdict", String, nullable=False),
    Column("of_id", String, nullable=False, default=""),
    Column("match", Text, nullable=False),
    Column("decision", String, nullable=False),
    Column("trip", String, nullable=False, default=""),
    Column("filing", Text, nullable=False),
    Column("shingles", LargeBinary),
    Column("digest_id", Integer, ForeignKey("digest.id")),
    # Its place in the order of filing where that is not the order of coming, which `seq` is.
    Column("place", Integer),
    Index("ix_article_hash", "content_hash"),
    # Of the originals only: without it, whoever asks for an article's copies reads all articles.
    # In PostgreSQL it has the same WHERE, by its migration: to say so here costs each start that database's drivers.
    Index("ix_article_of", "of_id", sqlite_where=text("of_id != ''")),
    Index("ix_article_told", "digest_id", "seed"),
    Index("ix_article_trip", "trip"),
    Index("ix_article_url", "url"),
)

# The articles that tell one report; `leader_id`: the first of them that tells it in full.
story = Table(
    "story",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("leader_id", String, nullable=False),
)

# Each article is in one story. `words`: how long its text is, or was before it was pruned; `agency`: which it names as
# where it is from, `part`: of some of it only.
member = Table(
    "member",
    metadata,
    Column("article_id", String, ForeignKey("article.id"), primary_key=True),
    Column("story_id", Integer, ForeignKey("story.id"), nullable=False, index=True),
    Column("words", Integer, nullable=False, server_default="0"),
    Column("agency", String, nullable=False, server_default=""),
    Column("part", Boolean, nullable=False, server_default=false()),
    # The first article that is one report with it.
    Column("report", String, nullable=False, server_default=""),
    # Whether its links or its trip have changed since. The index is as that of an article's originals, see there.
    Column("loose", Boolean, nullable=False, server_default=false()),
    Index("ix_member_loose", "article_id", sqlite_where=text("loose")),
)

# What was found of two texts: that they are one report, or how alike. `article_id`: of the one that was filed later.
link = Table(
    "link",
    metadata,
    Column("article_id", String, ForeignKey("article.id"), primary_key=True),
    Column("other_id", String, ForeignKey("article.id"), primary_key=True, index=True),
    Column("kind", String, nullable=False),
    Column("alike", Float, nullable=False, server_default="0"),
)

fingerprint = Table(
    "fingerprint",
    metadata,
    Column("part", Integer, primary_key=True),
    Column("hash", Big, primary_key=True, autoincrement=False),
    Column("seq", Integer, ForeignKey("article.seq"), primary_key=True),
    sqlite_with_rowid=False,
)

# What a site has said, on how many days: what it says time and again is its furniture.
line = Table(
    "line",
    metadata,
    Column("site", String, primary_key=True),
    Column("hash", Big, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Index("ix_line_last", "last"),
    sqlite_with_rowid=False,
)

development = Table(
    "development",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", String, ForeignKey("article.id"), nullable=False),
    Column("sentence", Integer, nullable=False),
    Column("trip", String, nullable=False),
    Column("record", Text, nullable=False),
    # The revision that brought it, where it did not come with the article.
    Column("revision_id", Integer, index=True),
    UniqueConstraint("article_id", "sentence"),
)

# What had changed on a page when it was read again; lists of sentences are JSON. `waits`: some of it is to be told.
revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", String, ForeignKey("article.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("read_at", Utc, nullable=False),
    Column("title", Text, nullable=False),
    Column("removed", Text, nullable=False),
    Column("added", Text, nullable=False),
    Column("withdrawn", Text, nullable=False),
    Column("instead", Text, nullable=False),
    Column("waits", Boolean, nullable=False),
    Column("digest_id", Integer, ForeignKey("digest.id")),
    UniqueConstraint("article_id", "number"),
    Index("ix_revision_told", "digest_id", "waits"),
)

# A scheduled slot on which there was nothing to tell: it is not tried again.
skipped = Table(
    "skipped",
    metadata,
    Column("slot", String, primary_key=True),
    Column("at", Utc, nullable=False),
)

# Another article that says the same as a development: "also in …".
echo = Table(
    "echo",
    metadata,
    Column("development_id", Integer, ForeignKey("development.id"), primary_key=True),
    Column("article_id", String, ForeignKey("article.id"), primary_key=True),
)

sentence = Table(
    "sentence",
    metadata,
    Column("article_id", String, ForeignKey("article.id"), primary_key=True),
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("trip", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("development_id", Integer, ForeignKey("development.id")),
    Column("score", Float, nullable=False),
    Column("reason", Text, nullable=False),
    # The nearest known sentence: its article ("" for this one) and its number there.
    Column("near_id", String),
    Column("near_idx", Integer),
    Index("ix_sentence_trip", "trip"),
)

figure = Table(
    "figure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", String, ForeignKey("article.id"), nullable=False),
    Column("trip", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("as_of", Utc, nullable=False),
    Column("record", Text, nullable=False),
    Column("revision_id", Integer, index=True),
    Index("ix_figure_trip", "trip", "subject"),
)

# state: "pending", "done" or "failed" (for good).
delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest_id", Integer, ForeignKey("digest.id"), nullable=False),
    Column("channel", String, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("message_id", Text, nullable=False, default=""),
    Column("state", String, nullable=False, default="pending"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try", Utc),
    Column("reason", Text, nullable=False, default=""),
    Column("done_at", Utc),
    UniqueConstraint("digest_id", "channel", "recipient"),
    Index("ix_delivery_state", "state", "next_try"),
)

# Who may write: the row's one holder, until its time. Each new holder gets a greater token.
lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("token", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("until", Utc),
)

# How a mail address fares. `token`: by which its owner may leave; `failures`: refusals for good, in a row.
recipient = Table(
    "recipient",
    metadata,
    Column("address", Text, primary_key=True),
    Column("token", String, nullable=False, unique=True),
    Column("failures", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("paused_at", Utc),
    Column("left_at", Utc),
)
