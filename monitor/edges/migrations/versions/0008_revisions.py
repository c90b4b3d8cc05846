"""revisions of articles, what is needed to read pages again, and the nearest known sentence of each."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("removed", sa.Text(), nullable=False),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Text(), nullable=False),
        sa.Column("instead", sa.Text(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_revision_article_id")),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_revision_digest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_revision_article_id")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index("ix_revision_told", ["digest_id", "waits"], unique=False)
    for table in ("development", "figure"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("revision_id", sa.Integer(), nullable=True))
            batch_op.create_index(f"ix_{table}_revision_id", ["revision_id"], unique=False)
    with op.batch_alter_table("sentence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("near_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("near_idx", sa.Integer(), nullable=True))
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rereads", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("etag", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("last_modified", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("lead", schema=None) as batch_op:
        for column in ("last_modified", "etag", "read_at", "rereads"):
            batch_op.drop_column(column)
    with op.batch_alter_table("sentence", schema=None) as batch_op:
        batch_op.drop_column("near_idx")
        batch_op.drop_column("near_id")
    for table in ("figure", "development"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(f"ix_{table}_revision_id")
            batch_op.drop_column("revision_id")
    op.drop_table("revision")
