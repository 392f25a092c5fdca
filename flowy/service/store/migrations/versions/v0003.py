"""On SQLite, events lie in the order in which they came, and an index finds them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Move the events of SQLite to a table of the new kind; elsewhere they lie so already."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.rename_table("events", "events_by_execution")
    op.create_table(
        "events",
        sa.Column("execution", KEY, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("execution", "event_id"),
    )
    op.execute(
        "INSERT INTO events (execution, event_id, body) SELECT execution, event_id, body "
        "FROM events_by_execution ORDER BY execution, event_id"
    )
    op.drop_table("events_by_execution")
