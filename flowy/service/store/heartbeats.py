"""The last heartbeat of each activity task: no event, but what its timeout counts from."""

from sqlalchemy import bindparam, delete, insert, select

from flowy.db.session import Session
from flowy.db.statement import Statement
from flowy.protocol.value import Value
from flowy.service.store.schema import heartbeats

_of_execution = heartbeats.c.execution == bindparam("of_execution")

ALL = Statement(
    select(heartbeats.c.scheduled_event_id, heartbeats.c.recorded_at, heartbeats.c.details).where(
        _of_execution
    )
)
DELETE = Statement(
    delete(heartbeats).where(
        _of_execution, heartbeats.c.scheduled_event_id == bindparam("of_event")
    )
)
DELETE_ALL = Statement(delete(heartbeats).where(_of_execution))
INSERT = Statement(insert(heartbeats))


class Heartbeat(Value):
    """An activity task was alive at a time."""

    scheduled_event_id: int
    recorded_at: float
    details: str | None


def record(session: Session, execution: int, heartbeat: Heartbeat) -> None:
    """Store a heartbeat in place of the task's last one."""
    event_id = heartbeat.scheduled_event_id
    session.execute(DELETE, {"of_execution": execution, "of_event": event_id})
    row = {
        "execution": execution,
        "scheduled_event_id": event_id,
        "recorded_at": heartbeat.recorded_at,
        "details": heartbeat.details,
    }
    session.execute(INSERT, row)


def of(session: Session, execution: int) -> list[Heartbeat]:
    """Return the last heartbeats of an execution's tasks, of those that are over too."""
    return [
        Heartbeat(scheduled_event_id=event_id, recorded_at=recorded_at, details=details)
        for event_id, recorded_at, details in session.all(ALL, {"of_execution": execution})
    ]


def forget(session: Session, execution: int) -> None:
    """Delete the heartbeats of an execution."""
    session.execute(DELETE_ALL, {"of_execution": execution})
