"""how alike two linked texts are, and whose story is to be made anew."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("link") as table:
        table.add_column(sa.Column("alike", sa.Float(), server_default="0", nullable=False))
    with op.batch_alter_table("member") as table:
        table.add_column(sa.Column("report", sa.String(), server_default="", nullable=False))
        table.add_column(sa.Column("loose", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Until now the articles of a story were one report.
    op.execute("UPDATE member SET report = (SELECT leader_id FROM story WHERE story.id = member.story_id)")
    loose = sa.text("loose")
    op.create_index("ix_member_loose", "member", ["article_id"], sqlite_where=loose, postgresql_where=loose)


def downgrade() -> None:
    op.drop_index("ix_member_loose", "member")
    with op.batch_alter_table("member") as table:
        table.drop_column("loose")
        table.drop_column("report")
    with op.batch_alter_table("link") as table:
        table.drop_column("alike")
