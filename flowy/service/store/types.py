"""Workflow types and activity types."""

from functools import lru_cache
from typing import Any, Literal

import msgspec
from sqlalchemy import bindparam, delete, func, insert, literal_column, select, tuple_, update

from flowy.db.session import Row, Session
from flowy.db.statement import ONE, ZERO, Statement
from flowy.protocol.fields import RegistrationStatus
from flowy.protocol.ids import TypeId
from flowy.protocol.registration import ActivityTypeConfiguration, WorkflowTypeConfiguration
from flowy.protocol.value import Value
from flowy.service.store.schema import types

Kind = Literal["activity", "workflow"]
Configuration = ActivityTypeConfiguration | WorkflowTypeConfiguration

_of_domain = types.c.domain == bindparam("of_domain")
_of_kind = types.c.kind == bindparam("of_kind")
_of_name = types.c.name == bindparam("of_name")
_of_version = types.c.version == bindparam("of_version")
_key = (_of_domain, _of_kind, _of_name, _of_version)
_columns = (
    types.c.name,
    types.c.version,
    types.c.status,
    types.c.created_at,
    types.c.deprecated_at,
    types.c.description,
    types.c.configuration,
)

FIND = Statement(select(*_columns).where(*_key))
SAME = Statement(
    select(ONE).where(
        *_key,
        types.c.status == bindparam("status"),
        types.c.created_at == bindparam("created_at"),
    )
)
COUNT = Statement(select(func.count()).select_from(types).where(_of_domain, _of_kind))
INSERT = Statement(insert(types))
SET_STATUS = Statement(
    update(types)
    .where(*_key)
    .values(status=bindparam("status"), deprecated_at=bindparam("deprecated_at"))
)
DEPRECATE_ALL = Statement(
    update(types)
    .where(_of_domain, types.c.status == literal_column("'REGISTERED'"))
    .values(status=literal_column("'DEPRECATED'"), deprecated_at=bindparam("deprecated_at"))
)
DELETE = Statement(delete(types).where(*_key))

_CONFIGURATIONS: dict[Kind, type[Configuration]] = {
    "activity": ActivityTypeConfiguration,
    "workflow": WorkflowTypeConfiguration,
}


class RegisteredType(Value):
    """A row of the types."""

    type_id: TypeId
    status: RegistrationStatus
    created_at: float
    deprecated_at: float | None
    description: str | None
    configuration: Configuration


@lru_cache(maxsize=4096)
def _configuration(kind: Kind, body: bytes) -> Configuration:
    return msgspec.json.decode(body, type=_CONFIGURATIONS[kind])


def _type(kind: Kind, row: Row) -> RegisteredType:
    name, version, status, created_at, deprecated_at, description, configuration = row
    return RegisteredType(
        type_id=TypeId(name=name, version=version),
        status=status,
        created_at=created_at,
        deprecated_at=deprecated_at,
        description=description,
        configuration=_configuration(kind, configuration),
    )


def _key_of(domain: int, kind: Kind, type_id: TypeId) -> dict[str, Any]:
    return {
        "of_domain": domain,
        "of_kind": kind,
        "of_name": type_id.name,
        "of_version": type_id.version,
    }


def find(session: Session, domain: int, kind: Kind, type_id: TypeId) -> RegisteredType | None:
    """Return a type of a domain, or None."""
    row = session.one(FIND, _key_of(domain, kind, type_id))
    return None if row is None else _type(kind, row)


def confirm(session: Session, domain: int, kind: Kind, kept: RegisteredType) -> None:
    """Expect that a type's row is as it was; its defaults never change."""
    parameters = _key_of(domain, kind, kept.type_id)
    session.expect(SAME, {**parameters, "status": kept.status, "created_at": kept.created_at})


def count(session: Session, domain: int, kind: Kind) -> int:
    """Count the types of a kind in a domain, deprecated ones included."""
    row = session.one(COUNT, {"of_domain": domain, "of_kind": kind})
    return int(row[0]) if row else 0


def register(session: Session, domain: int, kind: Kind, registered: RegisteredType) -> None:
    """Make a type."""
    values = {
        "domain": domain,
        "kind": kind,
        "name": registered.type_id.name,
        "version": registered.type_id.version,
        "status": registered.status,
        "created_at": registered.created_at,
        "deprecated_at": registered.deprecated_at,
        "description": registered.description,
        "configuration": msgspec.json.encode(registered.configuration),
    }
    session.execute(INSERT, values)


def set_status(
    session: Session, domain: int, kind: Kind, type_id: TypeId, deprecated_at: float | None
) -> None:
    """Deprecate a type, or take it into use again when no time is given."""
    parameters = _key_of(domain, kind, type_id)
    parameters["status"] = "REGISTERED" if deprecated_at is None else "DEPRECATED"
    parameters["deprecated_at"] = deprecated_at
    session.execute(SET_STATUS, parameters)


def deprecate_all(session: Session, domain: int, deprecated_at: float) -> None:
    """Deprecate every type of a domain that is in use."""
    session.execute(DEPRECATE_ALL, {"of_domain": domain, "deprecated_at": deprecated_at})


def remove(session: Session, domain: int, kind: Kind, type_id: TypeId) -> None:
    """Delete a type."""
    session.execute(DELETE, _key_of(domain, kind, type_id))


class Selection(Value):
    """Which page of which types: those of a status, after a type, in order of name."""

    kind: Kind
    status: RegistrationStatus
    size: int
    reverse: bool = False
    name: str | None = None
    after: TypeId | None = None


@lru_cache(maxsize=16)
def _page_statement(*, named: bool, starts: bool, reverse: bool) -> Statement:
    key = tuple_(types.c.name, types.c.version)
    edge = tuple_(bindparam("after_name"), bindparam("after_version"))
    query = select(*_columns).where(_of_domain, _of_kind, types.c.status == bindparam("status"))
    if named:
        query = query.where(_of_name)
    if not starts:
        query = query.where(key < edge if reverse else key > edge)
    columns = (types.c.name, types.c.version)
    order = [column.desc() for column in columns] if reverse else list(columns)
    return Statement(query.order_by(*order).limit(bindparam("size")).offset(ZERO))


def page(session: Session, domain: int, selection: Selection) -> list[RegisteredType]:
    """Return a page of the types of a domain, ordered by name and version."""
    statement = _page_statement(
        named=selection.name is not None,
        starts=selection.after is None,
        reverse=selection.reverse,
    )
    parameters: dict[str, Any] = {
        "of_domain": domain,
        "of_kind": selection.kind,
        "status": selection.status,
        "size": selection.size,
    }
    if selection.name is not None:
        parameters["of_name"] = selection.name
    if selection.after is not None:
        parameters["after_name"] = selection.after.name
        parameters["after_version"] = selection.after.version
    return [_type(selection.kind, row) for row in session.all(statement, parameters)]
