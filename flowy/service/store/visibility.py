"""Executions by the many: those that a filter selects, in order of time."""

from functools import lru_cache
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select, tuple_

from flowy.db.session import Row, Session
from flowy.db.statement import ZERO, Statement
from flowy.protocol.executions import WorkflowExecutionInfo
from flowy.protocol.fields import CloseStatus
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.value import Value
from flowy.service.store.schema import execution_tags, executions

TimeColumn = Literal["closed_at", "started_at"]

COUNTED = 100_000
"""A count stops here and says that it is truncated."""

_table = executions.c
_columns = (
    _table.id,
    _table.workflow_id,
    _table.run_id,
    _table.type_name,
    _table.type_version,
    _table.started_at,
    _table.closed_at,
    _table.close_status,
    _table.cancel_requested,
    _table.parent_workflow_id,
    _table.parent_run_id,
    _table.tags,
)
_tags: msgspec.json.Decoder[tuple[str, ...]] = msgspec.json.Decoder(tuple[str, ...])


class Filter(Value):
    """Which executions: open or closed ones of a domain, by time, and by what else is given."""

    domain: int
    is_open: bool
    time: TimeColumn
    oldest: float
    latest: float | None = None
    workflow_id: str | None = None
    type_name: str | None = None
    type_version: str | None = None
    tag: str | None = None
    close_status: CloseStatus | None = None


class Position(Value):
    """Where a page of executions ended."""

    time: float
    execution: int


class Found(Value):
    """An execution that a filter selected, and where it stands in the order."""

    position: Position
    info: WorkflowExecutionInfo


_CRITERIA: dict[str, ColumnElement[bool]] = {
    "close_status": _table.close_status == bindparam("close_status"),
    "tag": exists().where(
        execution_tags.c.execution == _table.id, execution_tags.c.tag == bindparam("tag")
    ),
    "type_name": _table.type_name == bindparam("type_name"),
    "type_version": _table.type_version == bindparam("type_version"),
    "workflow_id": _table.workflow_id == bindparam("workflow_id"),
}


class _Shape(msgspec.Struct, frozen=True):
    """What of a filter decides the text of its query."""

    is_open: bool
    time: TimeColumn
    has_latest: bool
    criteria: tuple[str, ...]


def page(
    session: Session, wanted: Filter, after: Position | None, size: int, *, reverse: bool
) -> list[Found]:
    """Return executions of a filter, the newest first, or the oldest when reversed."""
    statement = _page_statement(_shape(wanted), starts=after is None, reverse=reverse)
    parameters = {**_parameters(wanted), "size": size}
    if after is not None:
        parameters["after_time"] = after.time
        parameters["after_execution"] = after.execution
    return [_found(wanted.time, row) for row in session.all(statement, parameters)]


def count(session: Session, wanted: Filter, most: int = COUNTED) -> int:
    """Count the executions of a filter, at most ``most``."""
    parameters = {**_parameters(wanted), "size": most}
    row = session.one(_count_statement(_shape(wanted)), parameters)
    return int(row[0]) if row else 0


def _shape(wanted: Filter) -> _Shape:
    given = tuple(name for name in _CRITERIA if getattr(wanted, name) is not None)
    return _Shape(wanted.is_open, wanted.time, wanted.latest is not None, given)


def _parameters(wanted: Filter) -> dict[str, Any]:
    parameters = {"of_domain": wanted.domain, "oldest": wanted.oldest, "latest": wanted.latest}
    for name in _CRITERIA:
        value = getattr(wanted, name)
        if value is not None:
            parameters[name] = value
    return parameters


def _where(query: Select[Any], shape: _Shape) -> Select[Any]:
    time = _table[shape.time]
    state = _table.close_status.is_(None) if shape.is_open else _table.close_status.is_not(None)
    query = query.where(_table.domain == bindparam("of_domain"), state, time >= bindparam("oldest"))
    if shape.has_latest:
        query = query.where(time <= bindparam("latest"))
    return query.where(*(_CRITERIA[name] for name in shape.criteria))


@lru_cache(maxsize=256)
def _page_statement(shape: _Shape, *, starts: bool, reverse: bool) -> Statement:
    query = _where(select(*_columns), shape)
    time = _table[shape.time]
    if not starts:
        place = tuple_(time, _table.id)
        edge = tuple_(bindparam("after_time"), bindparam("after_execution"))
        query = query.where(place > edge if reverse else place < edge)
    order = (time, _table.id) if reverse else (time.desc(), _table.id.desc())
    return Statement(query.order_by(*order).limit(bindparam("size")).offset(ZERO))


@lru_cache(maxsize=256)
def _count_statement(shape: _Shape) -> Statement:
    selected = _where(select(_table.id), shape).limit(bindparam("size")).offset(ZERO).subquery()
    return Statement(select(func.count()).select_from(selected))


def _found(time: TimeColumn, row: Row) -> Found:
    fields = dict(zip((column.name for column in _columns), row, strict=True))
    parent = None
    if fields["parent_workflow_id"] is not None:
        parent = ExecutionId(
            workflow_id=fields["parent_workflow_id"], run_id=fields["parent_run_id"]
        )
    close_status = fields["close_status"]
    info = WorkflowExecutionInfo(
        execution=ExecutionId(workflow_id=fields["workflow_id"], run_id=fields["run_id"]),
        workflow_type=TypeId(name=fields["type_name"], version=fields["type_version"]),
        start_timestamp=fields["started_at"],
        execution_status="OPEN" if close_status is None else "CLOSED",
        close_timestamp=fields["closed_at"],
        close_status=close_status,
        parent=parent,
        tag_list=_tags.decode(fields["tags"]) if fields["tags"] else None,
        cancel_requested=bool(fields["cancel_requested"]),
    )
    return Found(position=Position(time=fields[time], execution=fields["id"]), info=info)
