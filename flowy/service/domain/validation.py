"""Checks that the types of the protocol cannot express: names, durations, priorities, order.

Each check takes the path of the member in SWF's spelling and raises ``ValidationException``.
"""

import re
from collections.abc import Callable
from typing import Any, NoReturn

from flowy.protocol import decisions as d
from flowy.protocol.faults import ValidationException
from flowy.protocol.ids import TaskList, TypeId
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import StartWorkflowExecution
from flowy.service.domain.durations import UNLIMITED
from flowy.service.domain.limits import Limits

LAMBDA_SECONDS = 900
"""The longest that a Lambda function may run."""

CLOSING: frozenset[type[d.Decision]] = frozenset(
    {
        d.CancelWorkflowExecution,
        d.CompleteWorkflowExecution,
        d.ContinueAsNewWorkflowExecution,
        d.FailWorkflowExecution,
    }
)
"""The decisions that close an execution."""

_FORBIDDEN = re.compile(r"[:/|\x00-\x1f\x7f-\x9f]")
_INT32 = range(-(2**31), 2**31)

Check = Callable[[str, Any, Limits], None]
Member = tuple[str, str, Check]
"""A member's name here, its name on the wire, and the check of its value."""


def check_name(path: str, name: str) -> None:
    """Check the name of a domain, type, version, task list, workflow, activity or timer."""
    if _FORBIDDEN.search(name):
        _refuse(path, name, "Member must not contain ':', '/', '|' or control characters")
    if name == "arn":
        _refuse(path, name, "Member must not be the literal string 'arn'")


def check_trimmed_name(path: str, name: str) -> None:
    """Check a name that, moreover, must not begin or end with white space."""
    check_name(path, name)
    if name != name.strip():
        _refuse(path, name, "Member must not start or end with whitespace")


def check_duration(path: str, duration: str, limits: Limits) -> None:
    """Check a duration that may be ``NONE``."""
    if duration != UNLIMITED:
        check_bounded_duration(path, duration, limits)


def check_bounded_duration(path: str, duration: str, limits: Limits) -> None:
    """Check a duration that must have a limit."""
    if not (duration.isascii() and duration.isdigit()):
        _refuse(path, duration, "Member must be a number of seconds, written in digits, or NONE")
    if int(duration) > limits.duration:
        _refuse(path, duration, f"Member must be at most {limits.duration} seconds")


def check_priority(path: str, priority: str) -> None:
    """Check a task priority: a 32-bit integer in digits."""
    if not re.fullmatch(r"[+-]?[0-9]{1,10}", priority) or int(priority) not in _INT32:
        _refuse(path, priority, f"Member must be an integer from {_INT32[0]} to {_INT32[-1]}")


def validate_start(request: StartWorkflowExecution, limits: Limits) -> None:
    """Check a request to start an execution.

    Raises:
        ValidationException: A member makes no sense.
    """
    for member, path, check in _START:
        value = getattr(request, member)
        if value is not None:
            check(path, value, limits)


def validate_answer(request: RespondDecisionTaskCompleted, limits: Limits) -> None:
    """Check the answer to a decision task, all its decisions included.

    Raises:
        ValidationException: A decision makes no sense, or a closing one is not the last.
    """
    decisions = request.decisions or ()
    if any(type(decision) in CLOSING for decision in decisions[:-1]):
        raise ValidationException("Close must be last decision in list")
    for number, decision in enumerate(decisions, 1):
        for member, path, check in _DECISIONS[type(decision)]:
            value = getattr(decision.attributes, member)
            if value is not None:
                check(f"decisions.{number}.member.{path}", value, limits)
    if request.task_list is not None:
        check_name("taskList.name", request.task_list.name)
    if request.task_list_schedule_to_start_timeout is not None:
        timeout = request.task_list_schedule_to_start_timeout
        check_duration("taskListScheduleToStartTimeout", timeout, limits)


def _refuse(path: str, value: str, constraint: str) -> NoReturn:
    raise ValidationException(
        f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy "
        f"constraint: {constraint}"
    )


def _camel(member: str) -> str:
    first, *rest = member.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _name(path: str, name: str, limits: Limits) -> None:
    check_name(path, name)


def _priority(path: str, priority: str, limits: Limits) -> None:
    check_priority(path, priority)


def _task_list(path: str, task_list: TaskList, limits: Limits) -> None:
    check_name(f"{path}.name", task_list.name)


def _type(path: str, type_id: TypeId, limits: Limits) -> None:
    check_name(f"{path}.name", type_id.name)
    check_name(f"{path}.version", type_id.version)


def _lambda_timeout(path: str, duration: str, limits: Limits) -> None:
    check_bounded_duration(path, duration, limits)
    if not 1 <= int(duration) <= LAMBDA_SECONDS:
        _refuse(path, duration, f"Member must be from 1 to {LAMBDA_SECONDS} seconds")


def _members(**checks: Check) -> tuple[Member, ...]:
    return tuple((member, _camel(member), check) for member, check in checks.items())


_CONTINUATION = _members(
    execution_start_to_close_timeout=check_bounded_duration,
    task_list=_task_list,
    task_priority=_priority,
    task_start_to_close_timeout=check_duration,
)
_START = (*_members(workflow_id=_name, workflow_type=_type), *_CONTINUATION)

_DECISIONS: dict[type[d.Decision], tuple[Member, ...]] = {
    d.CancelTimer: _members(timer_id=_name),
    d.CancelWorkflowExecution: (),
    d.CompleteWorkflowExecution: (),
    d.ContinueAsNewWorkflowExecution: (*_CONTINUATION, *_members(workflow_type_version=_name)),
    d.FailWorkflowExecution: (),
    d.RecordMarker: (),
    d.RequestCancelActivityTask: _members(activity_id=_name),
    d.RequestCancelExternalWorkflowExecution: _members(workflow_id=_name),
    d.ScheduleActivityTask: _members(
        activity_type=_type,
        activity_id=_name,
        schedule_to_close_timeout=check_duration,
        task_list=_task_list,
        task_priority=_priority,
        schedule_to_start_timeout=check_duration,
        start_to_close_timeout=check_duration,
        heartbeat_timeout=check_duration,
    ),
    d.ScheduleLambdaFunction: _members(start_to_close_timeout=_lambda_timeout),
    d.SignalExternalWorkflowExecution: _members(workflow_id=_name),
    d.StartChildWorkflowExecution: _START,
    d.StartTimer: _members(timer_id=_name, start_to_fire_timeout=check_bounded_duration),
}
