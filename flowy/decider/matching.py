"""Hold what the code asked for against what history says it asked for.

Each decision leaves an echo in the history: an event that says it was carried out, or why not.
The echoes of a decision batch stand behind its ``DecisionTaskCompleted`` in the order in which the
code asked. Whatever code asks otherwise when it is replayed is an error that names the first
difference; the settings of a task (timeouts, task list, priority) may differ, what it does may not.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from flowy.decider import carried
from flowy.decider.texts import Texts
from flowy.errors import NondeterminismError
from flowy.protocol import decisions
from flowy.protocol.decisions import Decision
from flowy.protocol.event import Event
from flowy.protocol.events import activity, child, external, lambda_, marker, timer, workflow
from flowy.transport.attempt import number_of


class Echo(NamedTuple):
    """Which decision an event echoes, and the attributes that must be the same in both."""

    decision: type[Decision]
    fields: tuple[str, ...]
    same: Any


def _echo(decision: type[Decision], *fields: str) -> Echo:
    return Echo(decision, fields, attrgetter(*fields) if fields else None)


ECHOES: dict[type[Event], Echo] = {
    activity.ActivityTaskCancelRequested: _echo(decisions.RequestCancelActivityTask, "activity_id"),
    activity.ActivityTaskScheduled: _echo(
        decisions.ScheduleActivityTask, "activity_id", "activity_type", "input"
    ),
    activity.RequestCancelActivityTaskFailed: _echo(
        decisions.RequestCancelActivityTask, "activity_id"
    ),
    activity.ScheduleActivityTaskFailed: _echo(
        decisions.ScheduleActivityTask, "activity_id", "activity_type"
    ),
    child.StartChildWorkflowExecutionFailed: _echo(
        decisions.StartChildWorkflowExecution, "workflow_id", "workflow_type"
    ),
    child.StartChildWorkflowExecutionInitiated: _echo(
        decisions.StartChildWorkflowExecution, "workflow_id", "workflow_type", "input"
    ),
    external.RequestCancelExternalWorkflowExecutionInitiated: _echo(
        decisions.RequestCancelExternalWorkflowExecution, "workflow_id"
    ),
    external.SignalExternalWorkflowExecutionInitiated: _echo(
        decisions.SignalExternalWorkflowExecution, "workflow_id", "signal_name", "input"
    ),
    lambda_.LambdaFunctionScheduled: _echo(decisions.ScheduleLambdaFunction, "id", "name", "input"),
    lambda_.ScheduleLambdaFunctionFailed: _echo(decisions.ScheduleLambdaFunction, "id", "name"),
    marker.MarkerRecorded: _echo(decisions.RecordMarker, "marker_name", "details"),
    marker.RecordMarkerFailed: _echo(decisions.RecordMarker, "marker_name"),
    timer.CancelTimerFailed: _echo(decisions.CancelTimer, "timer_id"),
    timer.StartTimerFailed: _echo(decisions.StartTimer, "timer_id"),
    timer.TimerCanceled: _echo(decisions.CancelTimer, "timer_id"),
    timer.TimerStarted: _echo(decisions.StartTimer, "timer_id", "start_to_fire_timeout"),
    workflow.CancelWorkflowExecutionFailed: _echo(decisions.CancelWorkflowExecution),
    workflow.CompleteWorkflowExecutionFailed: _echo(decisions.CompleteWorkflowExecution),
    workflow.ContinueAsNewWorkflowExecutionFailed: _echo(decisions.ContinueAsNewWorkflowExecution),
    workflow.FailWorkflowExecutionFailed: _echo(decisions.FailWorkflowExecution),
    workflow.WorkflowExecutionCanceled: _echo(decisions.CancelWorkflowExecution),
    workflow.WorkflowExecutionCompleted: _echo(decisions.CompleteWorkflowExecution, "result"),
    workflow.WorkflowExecutionContinuedAsNew: _echo(
        decisions.ContinueAsNewWorkflowExecution, "input"
    ),
    workflow.WorkflowExecutionFailed: _echo(decisions.FailWorkflowExecution),
}


def is_echo(event: Event) -> bool:
    """Tell whether an event says of a decision that it was carried out, or why not."""
    # Of a child that did not start after all, the decision was echoed before.
    return type(event) in ECHOES and not getattr(event.attributes, "initiated_event_id", 0)


CLOSES_REFUSED = (
    workflow.CancelWorkflowExecutionFailed,
    workflow.CompleteWorkflowExecutionFailed,
    workflow.ContinueAsNewWorkflowExecutionFailed,
    workflow.FailWorkflowExecutionFailed,
)
"""Events that say that a close was refused."""

CLOSES = tuple(ECHOES[event].decision for event in CLOSES_REFUSED)
"""Decisions that close an execution."""


Same = Callable[[Decision, str, str], bool]


def check(event: Event, asked: Decision | None, texts: Texts, same: Same) -> None:
    """Check that an event echoes what the code asked for.

    Args:
        event: The event.
        asked: What the code asked for.
        texts: Unpacks.
        same: Tells whether two texts are the same values, where the JSON differs.

    Raises:
        NondeterminismError: It echoes something else.
    """
    echo = ECHOES[type(event)]
    if type(asked) is echo.decision:
        if echo.same is None or echo.same(event.attributes) == echo.same(asked.attributes):
            return
        if all(_alike(name, event, asked, texts, same) for name in echo.fields):
            return
        restarts = type(asked) is decisions.ContinueAsNewWorkflowExecution
        if restarts and _restarts_alike(event, asked, texts):
            return
    raise diverged(event.event_id, _describe(echo.decision, event.attributes), asked)


def missing(asked: Decision, event_id: int) -> NondeterminismError:
    """Make the error for something that the code asks for and history does not have."""
    return diverged(event_id, None, asked)


def diverged(
    event_id: int, recorded: str | None, asked: Decision | None, place: str | None = None
) -> NondeterminismError:
    """Make the error for code that goes another way than its history.

    Args:
        event_id: Where.
        recorded: What the history has, in words; None for nothing of what the code asks for.
        asked: What the code asks for.
        place: Where in the code, where that is known.
    """
    history = f"history has {recorded}" if recorded else "history has nothing of it"
    code = f"the code asks for {describe(asked)}" + (f" at {place}" if place else "")
    first, second = (history, code) if recorded else (code, history)
    return NondeterminismError(
        f"event {event_id}: {first}, {second}. {REMEDY}",
        event_id=event_id,
        recorded=recorded,
        asked=asked,
        place=place,
    )


REMEDY = (
    "The code has changed since the execution started, or depends on something other than its "
    "arguments and results: bring the old code back for this execution, or end it"
)


def describe(asked: Decision | None) -> str:
    """Say in a few words what a decision asks for."""
    return "nothing" if asked is None else _describe(type(asked), asked.attributes)


_SHOWN = (
    "activity_id",
    "activity_type",
    "workflow_id",
    "workflow_type",
    "timer_id",
    "start_to_fire_timeout",
    "marker_name",
    "signal_name",
    "id",
    "name",
    "input",
    "result",
)


def _describe(decision: type[Decision], attributes: Any) -> str:
    shown = [
        f"{name}={_short(getattr(attributes, name))}"
        for name in _SHOWN
        if getattr(attributes, name, None) is not None
    ]
    return f"{decision.__name__}({', '.join(shown)})"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 100 else f"{text[:100]}..."


def _alike(name: str, event: Event, asked: Decision, texts: Texts, same: Same) -> bool:
    recorded, new = getattr(event.attributes, name), getattr(asked.attributes, name)
    if recorded == new:
        return True
    if name == "activity_id":
        # Histories of before tell no attempts in their ids.
        return bool(recorded == number_of(new))
    # Another version, or another language, may have written the same JSON with other spaces.
    if name not in ("details", "input", "result") or recorded is None or new is None:
        return False
    if texts.same(recorded, new) or _json(recorded) == _json(new):
        return True
    return same(asked, recorded, new)


def _restarts_alike(event: Event, asked: Decision, texts: Texts) -> bool:
    # Which signals go along is not the code's doing, and histories before it was done have none.
    recorded, new = texts.peek(event.attributes.input), texts.peek(asked.attributes.input)
    return bool(_json(carried.unwrap(recorded)[0]) == _json(carried.unwrap(new)[0]))


def _json(text: str | None) -> Any:
    try:
        return None if text is None else msgspec.json.decode(text)
    except (ValueError, UnicodeError, RecursionError):
        return text
