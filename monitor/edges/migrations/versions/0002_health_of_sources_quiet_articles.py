"""health of sources, quiet articles."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quiet", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("new_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("gap", sa.Float(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("undated", sa.Float(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("words", sa.Float(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("words_now", sa.Float(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("moved_to", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("moved_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("moved_seen", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_column("alerted_at")
        batch_op.drop_column("recovered_at")
        batch_op.drop_column("gone")
        batch_op.drop_column("moved_seen")
        batch_op.drop_column("moved_since")
        batch_op.drop_column("moved_to")
        batch_op.drop_column("words_now")
        batch_op.drop_column("words")
        batch_op.drop_column("undated")
        batch_op.drop_column("gap")
        batch_op.drop_column("new_at")

    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_column("first")

    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_column("quiet")
