"""Delete what has been kept long enough."""

from sqlalchemy import bindparam, delete, select

from flowy.db.session import Session
from flowy.db.statement import ZERO, Statement
from flowy.service.store.schema import events, execution_tags, executions, heartbeats, tasks

CLOSED_BEFORE = Statement(
    select(executions.c.id)
    .where(
        executions.c.domain == bindparam("of_domain"),
        executions.c.close_status.is_not(None),
        executions.c.closed_at <= bindparam("moment"),
    )
    .order_by(executions.c.closed_at)
    .limit(bindparam("size"))
    .offset(ZERO)
    .with_for_update(skip_locked=True)
)
DELETES = (
    Statement(delete(events).where(events.c.execution == bindparam("of_execution"))),
    Statement(
        delete(execution_tags).where(execution_tags.c.execution == bindparam("of_execution"))
    ),
    Statement(delete(heartbeats).where(heartbeats.c.execution == bindparam("of_execution"))),
    Statement(delete(tasks).where(tasks.c.execution == bindparam("of_execution"))),
    Statement(delete(executions).where(executions.c.id == bindparam("of_execution"))),
)


def closed_before(session: Session, domain: int, moment: float, size: int) -> list[int]:
    """Return keys of executions of a domain that closed at or before a moment."""
    parameters = {"of_domain": domain, "moment": moment, "size": size}
    return [int(row[0]) for row in session.all(CLOSED_BEFORE, parameters)]


def remove(session: Session, execution: int) -> None:
    """Delete an execution with everything that belongs to it."""
    for statement in DELETES:
        session.execute(statement, {"of_execution": execution})
