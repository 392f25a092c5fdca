"""What workflow types and activity types have in common: the life of a registration."""

from typing import Any

from flowy.protocol.faults import (
    DomainDeprecatedFault,
    LimitExceededFault,
    TypeAlreadyExistsFault,
    TypeDeprecatedFault,
    TypeNotDeprecatedFault,
    UnknownResourceFault,
)
from flowy.protocol.ids import TypeId
from flowy.protocol.request import Request
from flowy.service.domain.validation import check_duration, check_name, check_priority
from flowy.service.operations.paging import make_token, page_size, resume
from flowy.service.operations.unit import Unit
from flowy.service.store import types
from flowy.service.store.types import Configuration, Kind, RegisteredType, Selection

_TITLES: dict[Kind, str] = {"activity": "ActivityType", "workflow": "WorkflowType"}


def register(unit: Unit, kind: Kind, request: Any, configuration: Configuration) -> None:
    """Make a type.

    Args:
        unit: The command's transaction.
        kind: Which kind of type.
        request: ``RegisterActivityType`` or ``RegisterWorkflowType``.
        configuration: The defaults of the request.

    Raises:
        ValidationException: A name or a default makes no sense.
        UnknownResourceFault: There is no such domain.
        DomainDeprecatedFault: The domain takes no more types.
        TypeAlreadyExistsFault: There is one of that name and version.
        LimitExceededFault: The domain has as many types as it may.
    """
    check_name("name", request.name)
    check_name("version", request.version)
    _check_defaults(unit, configuration)
    domain = unit.domain(request.domain)
    if domain.status == "DEPRECATED":
        raise DomainDeprecatedFault(request.domain)
    type_id = TypeId(name=request.name, version=request.version)
    if types.find(unit.session, domain.id, kind, type_id) is not None:
        raise TypeAlreadyExistsFault(_text(kind, type_id))
    if types.count(unit.session, domain.id, kind) >= unit.quotas.types:
        raise LimitExceededFault(f"{request.domain} has {unit.quotas.types} {kind} types already")
    made = RegisteredType(
        type_id=type_id,
        status="REGISTERED",
        created_at=unit.now,
        deprecated_at=None,
        description=request.description,
        configuration=configuration,
    )
    types.register(unit.session, domain.id, kind, made)


def configured(configuration_class: type[Any], request: Request[Any]) -> Any:
    """Return the defaults that a registration gives."""
    names = configuration_class.__struct_fields__
    return configuration_class(**{name: getattr(request, name) for name in names})


def describe(unit: Unit, kind: Kind, domain: str, type_id: TypeId) -> RegisteredType:
    """Return a type.

    Raises:
        UnknownResourceFault: There is no such domain or type.
    """
    return _find(unit, kind, unit.domain(domain).id, type_id)


def listed(unit: Unit, kind: Kind, request: Any) -> tuple[list[RegisteredType], str | None]:
    """Return a page of types and the token of the next.

    Raises:
        UnknownResourceFault: There is no such domain.
    """
    domain = unit.domain(request.domain)
    size = page_size(unit, request.maximum_page_size)
    selection = Selection(
        kind=kind,
        status=request.registration_status,
        size=size + 1,
        reverse=bool(request.reverse_order),
        name=request.name,
        after=resume(unit, request, request.next_page_token, TypeId),
    )
    found = types.page(unit.session, domain.id, selection)
    if len(found) <= size:
        return found, None
    return found[:size], make_token(unit, request, found[size - 1].type_id)


def deprecate(unit: Unit, kind: Kind, domain: str, type_id: TypeId) -> None:
    """Take a type out of use.

    Raises:
        UnknownResourceFault: There is no such domain or type.
        TypeDeprecatedFault: It is deprecated already.
    """
    key = unit.domain(domain).id
    if _find(unit, kind, key, type_id).status == "DEPRECATED":
        raise TypeDeprecatedFault(_text(kind, type_id))
    types.set_status(unit.session, key, kind, type_id, unit.now)
    unit.shared.registrations.forget()


def undeprecate(unit: Unit, kind: Kind, domain: str, type_id: TypeId) -> None:
    """Take a deprecated type into use again.

    Raises:
        UnknownResourceFault: There is no such domain or type.
        TypeAlreadyExistsFault: It is not deprecated.
    """
    key = unit.domain(domain).id
    if _find(unit, kind, key, type_id).status == "REGISTERED":
        raise TypeAlreadyExistsFault(_text(kind, type_id))
    types.set_status(unit.session, key, kind, type_id, None)
    unit.shared.registrations.forget()


def remove(unit: Unit, kind: Kind, domain: str, type_id: TypeId) -> None:
    """Delete a deprecated type.

    Raises:
        UnknownResourceFault: There is no such domain or type.
        TypeNotDeprecatedFault: It is in use.
    """
    key = unit.domain(domain).id
    if _find(unit, kind, key, type_id).status == "REGISTERED":
        raise TypeNotDeprecatedFault(
            "The type is currently registered and cannot be deleted in its current state"
        )
    types.remove(unit.session, key, kind, type_id)
    unit.shared.registrations.forget()


def _find(unit: Unit, kind: Kind, domain: int, type_id: TypeId) -> RegisteredType:
    found = types.find(unit.session, domain, kind, type_id)
    if found is None:
        raise UnknownResourceFault(f"Unknown type: {_text(kind, type_id)}")
    return found


def _text(kind: Kind, type_id: TypeId) -> str:
    return f"{_TITLES[kind]}=[name={type_id.name}, version={type_id.version}]"


def _check_defaults(unit: Unit, configuration: Configuration) -> None:
    for name in configuration.__struct_fields__:
        value = getattr(configuration, name)
        if value is None:
            continue
        path = "".join([name.split("_")[0], *(word.title() for word in name.split("_")[1:])])
        if name.endswith("_timeout"):
            check_duration(path, value, unit.quotas)
        elif name.endswith("_priority"):
            check_priority(path, value)
        elif name.endswith("_task_list"):
            check_name(f"{path}.name", value.name)
