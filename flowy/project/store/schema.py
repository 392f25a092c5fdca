"""The tables of projects.

Times are seconds since the epoch, yes and no are 1 and 0, and free-form values are JSON. Numbers of
scripts, processes and workspaces are given from counters in the project's row, whose lock also
puts in order what must not happen twice at once.
"""

from pathlib import Path

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from flowy.db.migrate import Schema

metadata = MetaData()

projects = Table(
    "projects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("root_dir", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("last_script", Integer, nullable=False),
    Column("last_process", Integer, nullable=False),
    Column("last_workspace", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("name", name="projects_by_name"),
)

scripts = Table(
    "project_scripts",
    metadata,
    Column("project", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("program", Text),
    Column("filename", Text),
    Column("source_path", Text),
    Column("import_path", Text),
    Column("sources", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("added", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Column("time_limit", Float, nullable=False),
    Column("cores", Integer, nullable=False),
    Column("on_hold", Integer, nullable=False),
    Column("fail_if_parent_fails", Integer, nullable=False),
    Column("join", Integer, nullable=False),
    Column("only_on_success", Integer, nullable=False),
    Column("has_init", Integer, nullable=False),
    Column("extra", Text, nullable=False),
    PrimaryKeyConstraint("project", "id"),
    UniqueConstraint("project", "label", name="project_scripts_by_label"),
)

dependencies = Table(
    "project_dependencies",
    metadata,
    Column("project", Integer, nullable=False),
    Column("parent", Text, nullable=False),
    Column("child", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    PrimaryKeyConstraint("project", "parent", "child"),
    Index("project_dependencies_by_child", "project", "child"),
)
"""A script's label and one that depends on it; ``rank`` is the order in which that was said."""

processes = Table(
    "project_processes",
    metadata,
    Column("project", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("params", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("parent", Integer),
    Column("root", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("started", Float, nullable=False),
    Column("duration", Float, nullable=False),
    Column("propagate", Integer),
    Column("attempt", Integer, nullable=False),
    Column("takeovers", Integer, nullable=False),
    Column("pid", Integer),
    Column("pid_birth", Text),
    Column("host", Text),
    Column("owner", Text),
    Column("lease_until", Float),
    Column("killed", Integer, nullable=False),
    Column("extra", Text, nullable=False),
    PrimaryKeyConstraint("project", "id"),
    Index("project_processes_by_status", "project", "status", "id"),
    Index("project_processes_by_label", "project", "label", "id"),
    Index("project_processes_by_root", "project", "root", "label"),
)

parents = Table(
    "project_process_parents",
    metadata,
    Column("project", Integer, nullable=False),
    Column("child", Integer, nullable=False),
    Column("parent", Integer, nullable=False),
    PrimaryKeyConstraint("project", "child", "parent"),
    Index("project_process_parents_by_parent", "project", "parent"),
)
"""Every parent of a process: one, but for scripts that join several."""

attempts = Table(
    "project_attempts",
    metadata,
    Column("project", Integer, nullable=False),
    Column("process", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float),
    Column("status", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("duration", Float, nullable=False),
    Column("host", Text),
    Column("owner", Text),
    Column("log", Text),
    PrimaryKeyConstraint("project", "process", "number"),
)

workspaces = Table(
    "project_workspaces",
    metadata,
    Column("project", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("label", Text),
    Column("process", Integer),
    Column("path", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("extra", Text, nullable=False),
    PrimaryKeyConstraint("project", "id"),
    Index("project_workspaces_by_process", "project", "process", "label"),
)

folder_notes = Table(
    "project_folder_notes",
    metadata,
    Column("project", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("id", Integer, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("pid_birth", Text),
    Column("since", Float, nullable=False),
    PrimaryKeyConstraint("project", "kind", "id"),
)
"""Who is at the folder of a script or workspace: its row is there, its files are not all yet."""

SCHEMA = Schema(
    metadata=metadata,
    revisions=("0001", "0002"),
    scripts=str(Path(__file__).parent / "migrations"),
    version_table="flowy_project_version",
)
