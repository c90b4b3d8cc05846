"""the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("name", name=op.f("uq_digest_name")),
        sa.UniqueConstraint("slot", name=op.f("uq_digest_slot")),
    )
    op.create_table(
        "lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("canonical", name=op.f("uq_lead_canonical")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index("ix_lead_guid", ["source_id", "guid"], unique=False)
        batch_op.create_index("ix_lead_state", ["state", "next_try"], unique=False)

    op.create_table(
        "skipped",
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_skipped")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "article",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("summary_only", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("of_id", sa.String(), nullable=False),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("trip", sa.String(), nullable=False),
        sa.Column("filing", sa.Text(), nullable=False),
        sa.Column("shingles", sa.LargeBinary(), nullable=True),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_article_digest_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_article")),
        sa.UniqueConstraint("canonical", name=op.f("uq_article_canonical")),
        sa.UniqueConstraint("id", name=op.f("uq_article_id")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index("ix_article_hash", ["content_hash"], unique=False)
        batch_op.create_index("ix_article_told", ["digest_id", "seed"], unique=False)
        batch_op.create_index("ix_article_trip", ["trip"], unique=False)
        batch_op.create_index("ix_article_url", ["url"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_delivery_digest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("digest_id", "channel", "recipient", name=op.f("uq_delivery_digest_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_state", ["state", "next_try"], unique=False)

    op.create_table(
        "development",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("sentence", sa.Integer(), nullable=False),
        sa.Column("trip", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_development_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_development")),
        sa.UniqueConstraint("article_id", "sentence", name=op.f("uq_development_article_id")),
    )
    op.create_table(
        "figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("trip", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_figure_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure")),
    )
    with op.batch_alter_table("figure", schema=None) as batch_op:
        batch_op.create_index("ix_figure_trip", ["trip", "subject"], unique=False)

    op.create_table(
        "fingerprint",
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["article.seq"], name=op.f("fk_fingerprint_seq")),
        sa.PrimaryKeyConstraint("part", "hash", "seq", name=op.f("pk_fingerprint")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "echo",
        sa.Column("development_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_echo_article_id")),
        sa.ForeignKeyConstraint(["development_id"], ["development.id"], name=op.f("fk_echo_development_id")),
        sa.PrimaryKeyConstraint("development_id", "article_id", name=op.f("pk_echo")),
    )
    op.create_table(
        "sentence",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("trip", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("development_id", sa.Integer(), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_sentence_article_id")),
        sa.ForeignKeyConstraint(["development_id"], ["development.id"], name=op.f("fk_sentence_development_id")),
        sa.PrimaryKeyConstraint("article_id", "idx", name=op.f("pk_sentence")),
    )
    with op.batch_alter_table("sentence", schema=None) as batch_op:
        batch_op.create_index("ix_sentence_trip", ["trip"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sentence", schema=None) as batch_op:
        batch_op.drop_index("ix_sentence_trip")

    op.drop_table("sentence")
    op.drop_table("echo")
    op.drop_table("fingerprint")
    with op.batch_alter_table("figure", schema=None) as batch_op:
        batch_op.drop_index("ix_figure_trip")

    op.drop_table("figure")
    op.drop_table("development")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_state")

    op.drop_table("delivery")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_url")
        batch_op.drop_index("ix_article_trip")
        batch_op.drop_index("ix_article_told")
        batch_op.drop_index("ix_article_hash")

    op.drop_table("article")
    op.drop_table("source")
    op.drop_table("skipped")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index("ix_lead_state")
        batch_op.drop_index("ix_lead_guid")

    op.drop_table("lead")
    op.drop_table("digest")
