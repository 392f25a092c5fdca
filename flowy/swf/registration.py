"""Register types with the service, or make sure that it knows them as the code declares them."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from flowy.errors import Fault, RegistrationError
from flowy.protocol.faults import (
    AccessDeniedException,
    DomainAlreadyExistsFault,
    OperationNotPermittedFault,
    TypeAlreadyExistsFault,
    UnknownResourceFault,
)
from flowy.protocol.ids import TaskList
from flowy.protocol.request import Request
from flowy.protocol.requests.activity_types import DescribeActivityType, RegisterActivityType
from flowy.protocol.requests.domains import RegisterDomain
from flowy.protocol.requests.workflow_types import DescribeWorkflowType, RegisterWorkflowType
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.worker.poller import Source

logger = logging.getLogger(__name__)

Definition = ActivityDefinition | WorkflowDefinition

RETENTION_DAYS = "30"
"""How long a domain that we make keeps closed executions."""

PATIENCE = 600.0
"""Seconds for which a service that is away is waited for at start."""

NO_TIMEOUT = "NONE"

FIELDS = {
    "default_child_policy": "child_policy",
    "default_execution_start_to_close_timeout": "workflow_duration",
    "default_task_heartbeat_timeout": "heartbeat",
    "default_task_list": "task_list",
    "default_task_schedule_to_close_timeout": "schedule_to_close",
    "default_task_schedule_to_start_timeout": "schedule_to_start",
}
"""SWF's names of defaults, and what the decorators call them."""


def register(source: Source, definitions: Iterable[Definition]) -> None:
    """Register the domain and the types; what is registered already must be the same.

    While the service is away or throttles, the calls are repeated with growing pauses.

    Raises:
        RegistrationError: Registered types differ, are deprecated, or could neither be registered
            nor looked at; it names all of them, field by field.
        ServiceUnavailable: The service stayed away for longer than ``PATIENCE``.
    """
    _register_domain(source)
    refused = [line for each in definitions for line in _register_type(source, each)]
    if refused:
        raise RegistrationError(refused)


def differences(source: Source, definitions: Iterable[Definition]) -> list[str]:
    """Return how the service's types differ from the code, one line a field; changes nothing.

    Raises:
        ServiceUnavailable: The service stayed away for longer than ``PATIENCE``.
    """
    return [line for each in definitions for line in _look(source, each)]


def _look(source: Source, definition: Definition) -> list[str]:
    wanted = REQUESTS[type(definition)](source, definition)
    try:
        found = _described(source, definition)
    except UnknownResourceFault as error:
        return [f"{_name(source, definition)}: it is not registered yet: {error}"]
    return _compare(_name(source, definition), wanted, found)


def _register_domain(source: Source) -> None:
    request = RegisterDomain(
        name=source.domain, workflow_execution_retention_period_in_days=RETENTION_DAYS
    )
    try:
        _call(source, request)
    except DomainAlreadyExistsFault:
        return
    except (AccessDeniedException, OperationNotPermittedFault) as error:
        # Whether the domain is there shows when its types are registered.
        logger.info("domain %s was not registered: %s", source.domain, error)


def _register_type(source: Source, definition: Definition) -> list[str]:
    wanted = REQUESTS[type(definition)](source, definition)
    try:
        _call(source, wanted)
    except TypeAlreadyExistsFault:
        refusal = "it is registered already"
    except Fault as error:
        refusal = f"{type(error).__name__}: {error}"
    else:
        return []
    try:
        found = _described(source, definition)
    except Fault as error:
        return [
            f"{_name(source, definition)}: could not be registered ({refusal}), and could not be "
            f"looked at ({type(error).__name__}: {error})"
        ]
    return _compare(_name(source, definition), wanted, found)


def _described(source: Source, definition: Definition) -> Any:
    _, describe = DESCRIPTIONS[type(definition)]
    return _call(source, describe(source, definition))


def _name(source: Source, definition: Definition) -> str:
    kind, _ = DESCRIPTIONS[type(definition)]
    return f"{kind} {definition.id} in domain {source.domain}"


def _compare(name: str, wanted: Any, found: Any) -> list[str]:
    lines = []
    if found.type_info.status != "REGISTERED":
        lines.append(f"{name}: it is deprecated: undeprecate it, or give a new version")
    for field, ours, theirs in _fields(wanted, found.configuration):
        if ours != theirs:
            lines.append(
                f"{name}: {field}: ours {ours}, theirs {theirs}: registered types cannot change, "
                "give a new version"
            )
    return lines


def _fields(wanted: Any, found: Any) -> Iterable[tuple[str, str, str]]:
    """Go through the defaults that both sides have; the child policy is not compared."""
    for name in wanted.__struct_fields__:
        if not name.startswith("default_") or name in _NOT_COMPARED:
            continue
        ours, theirs = getattr(wanted, name), getattr(found, name)
        yield _spoken(name, wanted), _shown(ours), _shown(theirs)


_NOT_COMPARED = frozenset({"default_child_policy", "default_task_priority", "default_lambda_role"})


def _spoken(name: str, wanted: Any) -> str:
    if name == "default_task_start_to_close_timeout":
        return "decision_duration" if isinstance(wanted, RegisterWorkflowType) else "start_to_close"
    return FIELDS[name]


def _shown(value: TaskList | str | None) -> str:
    if isinstance(value, TaskList):
        return value.name
    return NO_TIMEOUT if value is None else value


def _activity_type(source: Source, definition: Any) -> RegisterActivityType:
    heartbeat = definition.heartbeat
    return RegisterActivityType(
        domain=source.domain,
        name=definition.id.name,
        version=definition.id.version,
        default_task_list=TaskList(name=definition.task_list),
        default_task_heartbeat_timeout=NO_TIMEOUT if heartbeat is None else str(heartbeat),
        default_task_schedule_to_close_timeout=str(definition.schedule_to_close),
        default_task_schedule_to_start_timeout=str(definition.schedule_to_start),
        default_task_start_to_close_timeout=str(definition.start_to_close),
    )


def _workflow_type(source: Source, definition: Any) -> RegisterWorkflowType:
    return RegisterWorkflowType(
        domain=source.domain,
        name=definition.id.name,
        version=definition.id.version,
        default_task_list=TaskList(name=definition.task_list),
        default_task_start_to_close_timeout=str(definition.decision_duration),
        default_execution_start_to_close_timeout=str(definition.workflow_duration),
        default_child_policy="TERMINATE",
    )


def _describe_activity(source: Source, definition: Any) -> DescribeActivityType:
    return DescribeActivityType(domain=source.domain, activity_type=definition.id)


def _describe_workflow(source: Source, definition: Any) -> DescribeWorkflowType:
    return DescribeWorkflowType(domain=source.domain, workflow_type=definition.id)


REQUESTS: dict[type[Any], Callable[[Source, Any], Request[None]]] = {
    ActivityDefinition: _activity_type,
    WorkflowDefinition: _workflow_type,
}

DESCRIPTIONS: dict[type[Any], tuple[str, Callable[[Source, Any], Request[Any]]]] = {
    ActivityDefinition: ("activity", _describe_activity),
    WorkflowDefinition: ("workflow", _describe_workflow),
}


def _call(source: Source, request: Request[Any]) -> Any:
    deadline = source.clock.now() + PATIENCE
    return source.persist(lambda: source.client.call(request), "registering types", deadline)
