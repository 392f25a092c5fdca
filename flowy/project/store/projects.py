"""Projects, and the counters that give their things numbers."""

from typing import Literal

import msgspec
from sqlalchemy import bindparam, column, delete, func, insert, select, update

from flowy.db.session import Session
from flowy.db.statement import ONE, ZERO, Statement
from flowy.project.store.schema import (
    attempts,
    dependencies,
    folder_notes,
    parents,
    processes,
    projects,
    scripts,
    workspaces,
)
from flowy.project.values import ProjectRecord

Counter = Literal["last_script", "last_process", "last_workspace"]

COUNTED = {"last_script": scripts, "last_process": processes, "last_workspace": workspaces}
_PARTS = (attempts, dependencies, folder_notes, parents, processes, scripts, workspaces)
_FIELDS = ("id", "name", "root_dir", "user", "created_at")
_FRESH = ("last_script", "last_process", "last_workspace", "version")

_columns = [projects.c[name] for name in _FIELDS]
_by_name = projects.c.name == bindparam("of_name")
_by_id = projects.c.id == bindparam("of_project")

FIND = Statement(select(*_columns).where(_by_name))
ALL = Statement(select(*_columns).order_by(projects.c.name))
INSERT = Statement(insert(projects), ["name", "root_dir", "user", "created_at", *_FRESH])
DELETE = Statement(delete(projects).where(_by_id))
DELETE_PARTS = [
    Statement(delete(part).where(part.c.project == bindparam("of_project"))) for part in _PARTS
]
LOCK = Statement(
    update(projects).where(_by_id).values(version=projects.c.version + ONE).returning(projects.c.id)
)
COUNT = {
    name: Statement(
        update(projects)
        .where(_by_id)
        .values({name: projects.c[name] + ONE})
        .returning(projects.c[name])
    )
    for name in COUNTED
}
TRIM = {
    name: Statement(
        update(projects)
        .where(_by_id)
        .values(
            {
                name: select(func.coalesce(func.max(table.c.id), ZERO))
                .where(table.c.project == bindparam("of_project"))
                .scalar_subquery()
            }
        )
        .returning(column(name))
    )
    for name, table in COUNTED.items()
}


def find(session: Session, name: str) -> ProjectRecord | None:
    """Return the project with a name, or None."""
    row = session.one(FIND, {"of_name": name})
    return None if row is None else _record(row)


def all_(session: Session) -> list[ProjectRecord]:
    """Return all projects by name."""
    return [_record(row) for row in session.all(ALL, {})]


def add(session: Session, name: str, root_dir: str, user: str, now: float) -> None:
    """Add a project."""
    values = {"name": name, "root_dir": root_dir, "user": user, "created_at": now}
    session.execute(INSERT, {**values, **dict.fromkeys(_FRESH, 0)})


def drop(session: Session, project: int) -> None:
    """Delete a project and all its rows."""
    for statement in (*DELETE_PARTS, DELETE):
        session.execute(statement, {"of_project": project})


def lock(session: Session, project: int) -> bool:
    """Make other transactions on this project wait; return False when the project is gone."""
    return session.one(LOCK, {"of_project": project}) is not None


def next_number(session: Session, project: int, counter: Counter) -> int | None:
    """Count on and return the new number, which nobody else gets; None if the project is gone."""
    row = session.one(COUNT[counter], {"of_project": project})
    return None if row is None else int(row[0])


def trim(session: Session, project: int, counter: Counter) -> int:
    """Set a counter back to the highest number in use and return that."""
    row = session.one(TRIM[counter], {"of_project": project})
    return 0 if row is None else int(row[0])


def _record(row: tuple[object, ...]) -> ProjectRecord:
    return msgspec.convert(dict(zip(_FIELDS, row, strict=True)), ProjectRecord)
