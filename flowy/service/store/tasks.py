"""Task lists: tasks that may be handed out, in the order in which they are."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, insert, select

from flowy.db.session import Row, Session
from flowy.db.statement import ONE, ZERO, Statement
from flowy.protocol.value import Value
from flowy.service.domain.change import QueuedTask, TaskKind
from flowy.service.store.executions import HEADER_COLUMNS, Header, header_of
from flowy.service.store.schema import executions, tasks

COUNTED = 10_000
"""A count stops here and says that it is truncated."""

_list = (
    tasks.c.domain == bindparam("of_domain"),
    tasks.c.kind == bindparam("of_kind"),
    tasks.c.task_list == bindparam("of_list"),
)
_order = (tasks.c.rank, tasks.c.queued_at, tasks.c.execution, tasks.c.scheduled_event_id)
_of_execution = tasks.c.execution == bindparam("of_execution")

_with_execution = (
    select(tasks.c.scheduled_event_id, *HEADER_COLUMNS)
    .join(executions, executions.c.id == tasks.c.execution)
    .limit(ONE)
    .offset(ZERO)
    .with_for_update(of=tasks, skip_locked=True)
)

FIRST = Statement(_with_execution.where(*_list).order_by(*_order))
FIRST_OF_KIND = Statement(_with_execution.where(*_list[:2]).order_by(tasks.c.task_list, *_order))
COUNT = Statement(
    select(func.count()).select_from(
        select(tasks.c.execution).where(*_list).limit(bindparam("most")).offset(ZERO).subquery()
    )
)
INSERT = Statement(insert(tasks))
DELETE = Statement(
    delete(tasks).where(_of_execution, tasks.c.scheduled_event_id == bindparam("of_event"))
)
DELETE_ALL = Statement(delete(tasks).where(_of_execution))


class TaskQueue(Value):
    """A task list: decision, activity and Lambda lists of one name are different lists."""

    domain: int
    kind: TaskKind
    task_list: str


class Waiting(Value):
    """A task that waits, and its execution's row."""

    scheduled_event_id: int
    header: Header

    def is_same(self, other: "Waiting") -> bool:
        """Tell whether this is the task that another look has found."""
        return (
            self.header.id == other.header.id
            and self.scheduled_event_id == other.scheduled_event_id
        )


def queue(
    session: Session, domain: int, execution: int, queued: Sequence[QueuedTask], now: float
) -> None:
    """Put tasks of an execution on their lists."""
    rows = [
        {
            "execution": execution,
            "scheduled_event_id": task.scheduled_event_id,
            "domain": domain,
            "kind": task.kind,
            "task_list": task.task_list,
            "rank": -task.priority,
            "queued_at": now,
        }
        for task in queued
    ]
    if len(rows) == 1:
        session.execute(INSERT, rows[0])
    else:
        session.execute_many(INSERT, rows)


def dequeue(session: Session, execution: int, scheduled_event_ids: Sequence[int]) -> None:
    """Take tasks of an execution off their lists."""
    for event_id in scheduled_event_ids:
        session.execute(DELETE, {"of_execution": execution, "of_event": event_id})


def dequeue_all(session: Session, execution: int) -> None:
    """Take all tasks of an execution off their lists."""
    session.execute(DELETE_ALL, {"of_execution": execution})


def first(session: Session, task_queue: TaskQueue) -> Waiting | None:
    """Return the task that is next, or None; those that others have in hand are left out."""
    return _waiting(session.one(FIRST, _key(task_queue)))


def first_of_kind(session: Session, domain: int, kind: TaskKind) -> Waiting | None:
    """Return a task of any list of a kind, or None."""
    return _waiting(session.one(FIRST_OF_KIND, {"of_domain": domain, "of_kind": kind}))


def _waiting(row: Row | None) -> Waiting | None:
    return None if row is None else Waiting(scheduled_event_id=row[0], header=header_of(row[1:]))


def count(session: Session, task_queue: TaskQueue, most: int = COUNTED) -> int:
    """Count the tasks on a list, at most ``most``."""
    row = session.one(COUNT, {**_key(task_queue), "most": most})
    return int(row[0]) if row else 0


def _key(task_queue: TaskQueue) -> dict[str, object]:
    return {
        "of_domain": task_queue.domain,
        "of_kind": task_queue.kind,
        "of_list": task_queue.task_list,
    }
