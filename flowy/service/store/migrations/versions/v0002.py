"""Lists of decision tasks whose pollers have left."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "left_lists",
        sa.Column("domain", sa.Integer(), nullable=False),
        sa.Column("task_list", TEXT, nullable=False),
        sa.Column("left_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("domain", "task_list"),
        sqlite_with_rowid=False,
    )
