"""Rows as records that can leave a database and enter another, of whatever kind.

A record is complete but for the numbers that a database gives itself. Events travel as they are
stored.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Column, bindparam, delete, insert, select

from flowy.db.session import Row, Session
from flowy.db.statement import ZERO, Statement
from flowy.protocol.ids import ExecutionId
from flowy.protocol.value import Value
from flowy.service.domain.change import TaskKind
from flowy.service.store import events
from flowy.service.store.events import Range
from flowy.service.store.executions import INSERT_TAG, find_open, find_run
from flowy.service.store.schema import executions, heartbeats, tasks, types
from flowy.service.store.types import Kind

PAGE = 200

_types = [column for column in types.c if column.name != "domain"]
_executions = [column for column in executions.c if column.name not in ("id", "domain")]
_tasks = [column for column in tasks.c if column.name not in ("execution", "domain")]
_heartbeats = [column for column in heartbeats.c if column.name != "execution"]
_of_execution: BindParameter[int] = bindparam("of_execution")

TYPES = Statement(select(*_types).where(types.c.domain == bindparam("of_domain")))
INSERT_TYPE = Statement(insert(types))
KEYS = Statement(
    select(executions.c.id)
    .where(executions.c.domain == bindparam("of_domain"), executions.c.id > bindparam("after"))
    .order_by(executions.c.id)
    .limit(bindparam("size"))
    .offset(ZERO)
)
EXECUTION = Statement(select(*_executions).where(executions.c.id == _of_execution))
INSERT_EXECUTION = Statement(
    insert(executions).returning(executions.c.id),
    columns=("domain", *(column.name for column in _executions)),
)
DELETE_EXECUTION = Statement(delete(executions).where(executions.c.id == _of_execution))
TASKS = Statement(select(*_tasks).where(tasks.c.execution == _of_execution))
INSERT_TASK = Statement(insert(tasks))
HEARTBEATS = Statement(select(*_heartbeats).where(heartbeats.c.execution == _of_execution))
INSERT_HEARTBEAT = Statement(insert(heartbeats))


class TypeRecord(Value, tag="type"):
    """A registered type."""

    kind: Kind
    name: str
    version: str
    status: str
    created_at: float
    deprecated_at: float | None
    description: str | None
    configuration: bytes


class TaskRecord(Value):
    """A task that waits on a list."""

    scheduled_event_id: int
    kind: TaskKind
    task_list: str
    rank: int
    queued_at: float


class HeartbeatRecord(Value):
    """The last heartbeat of an activity task."""

    scheduled_event_id: int
    recorded_at: float
    details: str | None


class ExecutionRecord(Value, tag="execution"):
    """An execution with everything that belongs to it; ``key`` is its number where it was."""

    key: int
    workflow_id: str
    run_id: str
    type_name: str
    type_version: str
    started_at: float
    closed_at: float | None
    close_status: str | None
    cancel_requested: int
    parent_workflow_id: str | None
    parent_run_id: str | None
    tags: bytes | None
    version: int
    next_due: float | None
    tasks: list[TaskRecord]
    heartbeats: list[HeartbeatRecord]
    events: list[msgspec.Raw]


_execution_fields = [column.name for column in _executions]


def read_types(session: Session, domain: int) -> list[TypeRecord]:
    """Return the types of a domain."""
    rows = session.all(TYPES, {"of_domain": domain})
    return [TypeRecord(**_named(_types, row)) for row in rows]


def add_type(session: Session, domain: int, record: TypeRecord) -> None:
    """Store a type."""
    session.execute(INSERT_TYPE, {"domain": domain, **msgspec.structs.asdict(record)})


def keys(session: Session, domain: int) -> Iterator[int]:
    """Give the keys of all executions of a domain."""
    after = 0
    while page := session.all(KEYS, {"of_domain": domain, "after": after, "size": PAGE}):
        yield from (int(row[0]) for row in page)
        after = int(page[-1][0])


def read_execution(session: Session, key: int) -> ExecutionRecord | None:
    """Return an execution, or None when there is none of that key."""
    of = {"of_execution": key}
    row = session.one(EXECUTION, of)
    if row is None:
        return None
    bodies = events.bodies(session, Range(execution=key))
    return ExecutionRecord(
        key=key,
        **_named(_executions, row),
        tasks=[TaskRecord(**_named(_tasks, row)) for row in session.all(TASKS, of)],
        heartbeats=[
            HeartbeatRecord(**_named(_heartbeats, row)) for row in session.all(HEARTBEATS, of)
        ],
        events=[msgspec.Raw(body) for body in bodies],
    )


def is_present(session: Session, domain: int, record: ExecutionRecord) -> bool:
    """Tell whether the run is there already, or another open run of its workflow."""
    run = (record.workflow_id, record.run_id)
    if find_run(session, domain, ExecutionId(workflow_id=run[0], run_id=run[1])) is not None:
        return True
    is_open = record.close_status is None
    return is_open and find_open(session, domain, record.workflow_id) is not None


def add_execution(session: Session, domain: int, record: ExecutionRecord) -> int:
    """Store an execution under another key than it had, and return that.

    Task tokens name the key: whoever holds one of the old database must not answer here.
    """
    row = {name: getattr(record, name) for name in _execution_fields} | {"domain": domain}
    key = _insert(session, row)
    if key == record.key:
        session.execute(DELETE_EXECUTION, {"of_execution": key})
        taken = _insert(session, row | {"run_id": "", "close_status": "TERMINATED"})
        key = _insert(session, row)
        session.execute(DELETE_EXECUTION, {"of_execution": taken})
    _add_parts(session, domain, key, record)
    return key


def _named(columns: Sequence[Column[Any]], row: Row) -> dict[str, Any]:
    return dict(zip((column.name for column in columns), row, strict=True))


def _insert(session: Session, row: dict[str, object]) -> int:
    found = session.one(INSERT_EXECUTION, row)
    assert found is not None  # noqa: S101
    return int(found[0])


def _add_parts(session: Session, domain: int, key: int, record: ExecutionRecord) -> None:
    events.store(session, key, 1, [bytes(body) for body in record.events])
    tags = msgspec.json.decode(record.tags, type=list[str]) if record.tags else []
    session.execute_many(
        INSERT_TAG, [{"execution": key, "tag": tag} for tag in dict.fromkeys(tags)]
    )
    of_task = {"execution": key, "domain": domain}
    session.execute_many(INSERT_TASK, [of_task | msgspec.structs.asdict(t) for t in record.tasks])
    session.execute_many(
        INSERT_HEARTBEAT,
        [{"execution": key} | msgspec.structs.asdict(beat) for beat in record.heartbeats],
    )
