"""The tables of the embedded service.

Times are seconds since the epoch. An event's ``body`` is the very text that goes out on the wire.
"""

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from flowy.db.migrate import Schema

metadata = MetaData()

KEY = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite's integers are as long as need be, and only an ``INTEGER`` can be its row's own number."""

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Texts are in the order of their bytes on every database, whatever its language."""

domains = Table(
    "domains",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("status", TEXT, nullable=False),
    Column("retention", TEXT, nullable=False),
    Column("description", TEXT),
    UniqueConstraint("name", name="domains_by_name"),
)

domain_tags = Table(
    "domain_tags",
    metadata,
    Column("domain", Integer, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("value", TEXT),
    PrimaryKeyConstraint("domain", "key"),
    sqlite_with_rowid=False,
)

types = Table(
    "types",
    metadata,
    Column("domain", Integer, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("version", TEXT, nullable=False),
    Column("status", TEXT, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("deprecated_at", Float),
    Column("description", TEXT),
    Column("configuration", LargeBinary, nullable=False),
    PrimaryKeyConstraint("domain", "kind", "name", "version"),
    sqlite_with_rowid=False,
)

executions = Table(
    "executions",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("domain", Integer, nullable=False),
    Column("workflow_id", TEXT, nullable=False),
    Column("run_id", TEXT, nullable=False),
    Column("type_name", TEXT, nullable=False),
    Column("type_version", TEXT, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("closed_at", Float),
    Column("close_status", TEXT),
    Column("cancel_requested", Integer, nullable=False),
    Column("parent_workflow_id", TEXT),
    Column("parent_run_id", TEXT),
    Column("tags", LargeBinary),
    Column("version", Integer, nullable=False),
    Column("next_due", Float),
)
"""``version`` grows with each change. ``next_due`` is a moment before which nothing is due, perhaps
earlier than the first deadline, so that it need not be written with every command."""

_is_open = executions.c.close_status.is_(None)
_is_closed = executions.c.close_status.is_not(None)
_is_due = executions.c.next_due.is_not(None)

Index(
    "executions_by_run",
    executions.c.domain,
    executions.c.workflow_id,
    executions.c.run_id,
    unique=True,
)
Index(
    "executions_one_open",
    executions.c.domain,
    executions.c.workflow_id,
    unique=True,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)
Index(
    "executions_open",
    executions.c.domain,
    executions.c.started_at,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)
Index(
    "executions_closed",
    executions.c.domain,
    executions.c.closed_at,
    sqlite_where=_is_closed,
    postgresql_where=_is_closed,
)
Index(
    "executions_closed_by_start",
    executions.c.domain,
    executions.c.started_at,
    sqlite_where=_is_closed,
    postgresql_where=_is_closed,
)
Index(
    "executions_due",
    executions.c.next_due,
    sqlite_where=_is_due,
    postgresql_where=_is_due,
)

execution_tags = Table(
    "execution_tags",
    metadata,
    Column("execution", KEY, nullable=False),
    Column("tag", TEXT, nullable=False),
    PrimaryKeyConstraint("execution", "tag"),
    Index("execution_tags_by_tag", "tag", "execution"),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("execution", KEY, nullable=False),
    Column("event_id", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("execution", "event_id"),
)
"""A table with row numbers on SQLite too: the events that a commit brings, of many executions, then
lie together at its end, and only a small index is written at many places."""

tasks = Table(
    "tasks",
    metadata,
    Column("execution", KEY, nullable=False),
    Column("scheduled_event_id", Integer, nullable=False),
    Column("domain", Integer, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("task_list", TEXT, nullable=False),
    Column("rank", KEY, nullable=False),
    Column("queued_at", Float, nullable=False),
    PrimaryKeyConstraint("execution", "scheduled_event_id"),
    Index(
        "tasks_in_order",
        "domain",
        "kind",
        "task_list",
        "rank",
        "queued_at",
        "execution",
        "scheduled_event_id",
    ),
    sqlite_with_rowid=False,
)
"""Tasks that may be handed out; ``rank`` is the negated priority, so that all columns ascend."""

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("execution", KEY, nullable=False),
    Column("scheduled_event_id", Integer, nullable=False),
    Column("recorded_at", Float, nullable=False),
    Column("details", TEXT),
    PrimaryKeyConstraint("execution", "scheduled_event_id"),
    sqlite_with_rowid=False,
)

left_lists = Table(
    "left_lists",
    metadata,
    Column("domain", Integer, nullable=False),
    Column("task_list", TEXT, nullable=False),
    Column("left_at", Float, nullable=False),
    PrimaryKeyConstraint("domain", "task_list"),
    sqlite_with_rowid=False,
)
"""Lists of decision tasks whose pollers have said that they leave."""

SCHEMA = Schema(
    metadata=metadata,
    revisions=("0001", "0002", "0003"),
    scripts=str(Path(__file__).parent / "migrations"),
    version_table="flowy_service_version",
)
