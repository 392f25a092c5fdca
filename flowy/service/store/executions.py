"""Executions: a row each, found by id, by run, by what is open, by what is due."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, insert, select

from flowy.db.ledger import Rows
from flowy.db.session import Row, Session
from flowy.db.statement import ONE, ZERO, Statement
from flowy.protocol.events.workflow import WorkflowExecutionStartedAttributes
from flowy.protocol.fields import CloseStatus
from flowy.protocol.ids import ExecutionId
from flowy.protocol.value import Value
from flowy.service.store.schema import execution_tags, executions

_of_id = executions.c.id == bindparam("of_id")
_of_domain = executions.c.domain == bindparam("of_domain")
_of_workflow = executions.c.workflow_id == bindparam("of_workflow")
_is_open = executions.c.close_status.is_(None)
_of_version = executions.c.version == bindparam("of_version")
HEADER_COLUMNS = (
    executions.c.id,
    executions.c.domain,
    executions.c.workflow_id,
    executions.c.run_id,
    executions.c.version,
    executions.c.next_due,
    executions.c.close_status,
)
_inserted = (
    "domain",
    "workflow_id",
    "run_id",
    "type_name",
    "type_version",
    "started_at",
    "cancel_requested",
    "parent_workflow_id",
    "parent_run_id",
    "tags",
    "version",
    "next_due",
)

ROWS = Rows(executions, version="version")

CURRENT = Statement(select(ONE).where(_of_id, _of_version))
HEADER = Statement(select(*HEADER_COLUMNS).where(_of_id))
OPEN = Statement(select(executions.c.id).where(_of_domain, _of_workflow, _is_open))
RUN = Statement(
    select(executions.c.id).where(
        _of_domain, _of_workflow, executions.c.run_id == bindparam("of_run")
    )
)
COUNT_OPEN = Statement(select(func.count()).select_from(executions).where(_of_domain, _is_open))
INSERT = Statement(insert(executions).returning(executions.c.id), columns=_inserted)
INSERT_TAG = Statement(insert(execution_tags))
DUE = Statement(
    select(executions.c.id)
    .where(executions.c.next_due <= bindparam("now"))
    .order_by(executions.c.next_due)
    .limit(bindparam("size"))
    .offset(ZERO)
    .with_for_update(skip_locked=True)
)
NEXT_DUE = Statement(
    select(executions.c.next_due)
    .where(executions.c.next_due.is_not(None))
    .order_by(executions.c.next_due)
    .limit(ONE)
    .offset(ZERO)
)


class Header(Value):
    """What has to be known of an execution's row before its state is used."""

    id: int
    domain: int
    workflow_id: str
    run_id: str
    version: int
    next_due: float | None
    close_status: CloseStatus | None

    @property
    def execution(self) -> ExecutionId:
        """The execution's own name."""
        return ExecutionId(workflow_id=self.workflow_id, run_id=self.run_id)


def header(session: Session, execution: int) -> Header | None:
    """Return the header of an execution, or None."""
    row = session.one(HEADER, {"of_id": execution})
    return None if row is None else header_of(row)


def header_of(row: Row) -> Header:
    """Return the header that a row of ``HEADER_COLUMNS`` makes."""
    number, domain, workflow_id, run_id, version, next_due, close_status = row
    return Header(
        id=number,
        domain=domain,
        workflow_id=workflow_id,
        run_id=run_id,
        version=version,
        next_due=next_due,
        close_status=close_status,
    )


def find_open(session: Session, domain: int, workflow_id: str) -> int | None:
    """Return the key of the open run of a workflow, or None."""
    row = session.one(OPEN, {"of_domain": domain, "of_workflow": workflow_id})
    return None if row is None else int(row[0])


def find_run(session: Session, domain: int, execution: ExecutionId) -> int | None:
    """Return the key of a run, open or closed, or None."""
    parameters = {
        "of_domain": domain,
        "of_workflow": execution.workflow_id,
        "of_run": execution.run_id,
    }
    row = session.one(RUN, parameters)
    return None if row is None else int(row[0])


def count_open(session: Session, domain: int) -> int:
    """Count the open executions of a domain; this walks over all of them."""
    row = session.one(COUNT_OPEN, {"of_domain": domain})
    return int(row[0]) if row else 0


class New(NamedTuple):
    """What the row of a new execution is made of."""

    domain: int
    execution: ExecutionId
    settings: WorkflowExecutionStartedAttributes
    started_at: float
    version: int = 0
    next_due: float | None = None


def add(session: Session, new: New) -> int:
    """Insert an execution and return its key."""
    settings = new.settings
    parent, tags = settings.parent_workflow_execution, settings.tag_list
    values = {
        "domain": new.domain,
        "workflow_id": new.execution.workflow_id,
        "run_id": new.execution.run_id,
        "type_name": settings.workflow_type.name,
        "type_version": settings.workflow_type.version,
        "started_at": new.started_at,
        "cancel_requested": 0,
        "parent_workflow_id": parent.workflow_id if parent else None,
        "parent_run_id": parent.run_id if parent else None,
        "tags": msgspec.json.encode(tags) if tags else None,
        "version": new.version,
        "next_due": new.next_due,
    }
    row = session.one(INSERT, values)
    assert row is not None  # noqa: S101
    key = int(row[0])
    if tags:
        rows = [{"execution": key, "tag": tag} for tag in dict.fromkeys(tags)]
        session.execute_many(INSERT_TAG, rows)
    return key


def confirm(session: Session, execution: int, version: int) -> None:
    """Expect that a row has a version still."""
    session.expect(CURRENT, {"of_id": execution, "of_version": version})


def move(session: Session, execution: int, version: int, values: Mapping[str, Any]) -> None:
    """Give a row of a version new values, and the next version."""
    session.ledger.move(ROWS, (execution,), version, values)


def closing(close_status: CloseStatus, closed_at: float) -> dict[str, Any]:
    """Return the values of a row that say that the execution is closed."""
    return {
        "next_due": None,
        "closed_at": closed_at,
        "close_status": close_status,
        "cancel_requested": 0,
    }


def due(session: Session, now: float, size: int) -> Sequence[int]:
    """Return keys of executions of which something may be due, the earliest first.

    Those that another process has in hand are left out.
    """
    return [int(row[0]) for row in session.all(DUE, {"now": now, "size": size})]


def next_due(session: Session) -> float | None:
    """Return the moment before which nothing is due anywhere, or None when nothing ever is."""
    row = session.one(NEXT_DUE, {})
    return row[0] if row else None
