"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make all tables."""
    _make_registrations()
    _make_executions()
    _make_execution_indexes()
    _make_events_and_tasks()


def _make_registrations() -> None:
    op.create_table(
        "domains",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("retention", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="domains_by_name"),
    )
    op.create_table(
        "domain_tags",
        sa.Column("domain", sa.Integer(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("domain", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "types",
        sa.Column("domain", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("deprecated_at", sa.Float(), nullable=True),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("configuration", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("domain", "kind", "name", "version"),
        sqlite_with_rowid=False,
    )


def _make_executions() -> None:
    op.create_table(
        "executions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("domain", sa.Integer(), nullable=False),
        sa.Column("workflow_id", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("type_name", TEXT, nullable=False),
        sa.Column("type_version", TEXT, nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("closed_at", sa.Float(), nullable=True),
        sa.Column("close_status", TEXT, nullable=True),
        sa.Column("cancel_requested", sa.Integer(), nullable=False),
        sa.Column("parent_workflow_id", TEXT, nullable=True),
        sa.Column("parent_run_id", TEXT, nullable=True),
        sa.Column("tags", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("next_due", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "execution_tags",
        sa.Column("execution", KEY, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("execution", "tag"),
        sqlite_with_rowid=False,
    )
    op.create_index("execution_tags_by_tag", "execution_tags", ["tag", "execution"], unique=False)


def _make_execution_indexes() -> None:
    op.create_index(
        "executions_by_run", "executions", ["domain", "workflow_id", "run_id"], unique=True
    )
    op.create_index(
        "executions_closed",
        "executions",
        ["domain", "closed_at"],
        unique=False,
        sqlite_where=sa.text("close_status IS NOT NULL"),
        postgresql_where=sa.text("close_status IS NOT NULL"),
    )
    op.create_index(
        "executions_closed_by_start",
        "executions",
        ["domain", "started_at"],
        unique=False,
        sqlite_where=sa.text("close_status IS NOT NULL"),
        postgresql_where=sa.text("close_status IS NOT NULL"),
    )
    op.create_index(
        "executions_due",
        "executions",
        ["next_due"],
        unique=False,
        sqlite_where=sa.text("next_due IS NOT NULL"),
        postgresql_where=sa.text("next_due IS NOT NULL"),
    )
    op.create_index(
        "executions_one_open",
        "executions",
        ["domain", "workflow_id"],
        unique=True,
        sqlite_where=sa.text("close_status IS NULL"),
        postgresql_where=sa.text("close_status IS NULL"),
    )
    op.create_index(
        "executions_open",
        "executions",
        ["domain", "started_at"],
        unique=False,
        sqlite_where=sa.text("close_status IS NULL"),
        postgresql_where=sa.text("close_status IS NULL"),
    )


def _make_events_and_tasks() -> None:
    op.create_table(
        "events",
        sa.Column("execution", KEY, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("execution", "event_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tasks",
        sa.Column("execution", KEY, nullable=False),
        sa.Column("scheduled_event_id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("task_list", TEXT, nullable=False),
        sa.Column("rank", KEY, nullable=False),
        sa.Column("queued_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("execution", "scheduled_event_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "tasks_in_order",
        "tasks",
        [
            "domain",
            "kind",
            "task_list",
            "rank",
            "queued_at",
            "execution",
            "scheduled_event_id",
        ],
        unique=False,
    )
    op.create_table(
        "heartbeats",
        sa.Column("execution", KEY, nullable=False),
        sa.Column("scheduled_event_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.Float(), nullable=False),
        sa.Column("details", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("execution", "scheduled_event_id"),
        sqlite_with_rowid=False,
    )
