"""Task lists: tasks that may be handed out, in the order in which they are."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, func, select

from flowy.db.ledger import Rows
from flowy.db.session import Row, Session
from flowy.db.statement import ZERO, Statement
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

_with_execution = (
    select(tasks.c.scheduled_event_id, *HEADER_COLUMNS)
    .join(executions, executions.c.id == tasks.c.execution)
    .limit(bindparam("size"))
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
ROWS = Rows(tasks, key=2)


class TaskQueue(Value, cache_hash=True):
    """A task list: decision, activity and Lambda lists of one name are different lists."""

    domain: int
    kind: TaskKind
    task_list: str


class Waiting(Value):
    """A task that waits, and its execution's row."""

    scheduled_event_id: int
    header: Header


class EmptyLists:
    """Task lists that are known to be empty, so that nobody need look.

    That can be known only where others cannot put tasks on them unnoticed.
    """

    def __init__(self) -> None:
        self._lists: set[TaskQueue] = set()

    def __contains__(self, task_queue: TaskQueue) -> bool:
        return task_queue in self._lists

    def add(self, task_queue: TaskQueue) -> None:
        """Take note that a list is empty."""
        self._lists.add(task_queue)

    def fill(self, task_queue: TaskQueue) -> bool:
        """Take note that a list gets a task; tell whether it was known to be empty."""
        if task_queue not in self._lists:
            return False
        self._lists.discard(task_queue)
        return True

    def forget(self) -> None:
        """Take note that others may have put tasks on any list."""
        self._lists.clear()


def queue(
    session: Session, domain: int, execution: int, queued: Sequence[QueuedTask], now: float
) -> None:
    """Put tasks of an execution on their lists."""
    add = session.ledger.add
    for task in queued:
        event_id = task.scheduled_event_id
        values = (execution, event_id, domain, task.kind, task.task_list, -task.priority, now)
        add(ROWS, (execution, event_id), values)


def dequeue(session: Session, execution: int, scheduled_event_ids: Iterable[int]) -> None:
    """Take tasks of an execution off their lists."""
    for event_id in scheduled_event_ids:
        session.ledger.remove(ROWS, (execution, event_id))


def first(session: Session, task_queue: TaskQueue, size: int) -> list[Waiting]:
    """Return the next tasks, at most so many; those that others have in hand are left out."""
    return [_waiting(row) for row in session.all(FIRST, {**_key(task_queue), "size": size})]


def first_of_kind(session: Session, domain: int, kind: TaskKind) -> Waiting | None:
    """Return a task of any list of a kind, or None."""
    parameters = {"of_domain": domain, "of_kind": kind, "size": 1}
    row = session.one(FIRST_OF_KIND, parameters)
    return None if row is None else _waiting(row)


def _waiting(row: Row) -> Waiting:
    return Waiting(scheduled_event_id=row[0], header=header_of(row[1:]))


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
