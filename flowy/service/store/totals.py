"""Counts over all domains; each walks over what it counts."""

from sqlalchemy import func, select

from flowy.db.session import Session
from flowy.db.statement import Statement
from flowy.service.store.schema import executions, tasks

TASKS = Statement(select(tasks.c.kind, func.count()).group_by(tasks.c.kind))
OPEN_EXECUTIONS = Statement(
    select(func.count()).select_from(executions).where(executions.c.close_status.is_(None))
)


def tasks_by_kind(session: Session) -> dict[str, int]:
    """Count the tasks that wait for a poll, by kind."""
    return {str(kind): int(count) for kind, count in session.all(TASKS, {})}


def open_executions(session: Session) -> int:
    """Count the executions that are open."""
    row = session.one(OPEN_EXECUTIONS, {})
    return int(row[0]) if row else 0
