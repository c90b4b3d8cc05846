"""an index from originals to their copies, updates and rewrites."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    has_original = sa.text("of_id != ''")
    op.create_index("ix_article_of", "article", ["of_id"], sqlite_where=has_original, postgresql_where=has_original)


def downgrade() -> None:
    op.drop_index("ix_article_of", "article")
