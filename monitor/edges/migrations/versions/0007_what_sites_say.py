"""how often each site has said a sentence."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "line",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("site", "hash", name=op.f("pk_line")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_line_last", "line", ["last"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_line_last", table_name="line")
    op.drop_table("line")
