"""what hosts asked of us, feeds' own pace, pages without text."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "host",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("robots", sa.LargeBinary(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("robots_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_host")),
    )

    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ttl", sa.Float(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("bare", sa.Float(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("bare_reason", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_column("bare_reason")
        batch_op.drop_column("bare")
        batch_op.drop_column("ttl")

    op.drop_table("host")
