"""What was asked for: a call's task or a timer, and the decisions that begin and end an attempt."""

import sys
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any

from flowy.decider.slots import Key, Kind
from flowy.errors import FailedTask, TaskError, TaskNotScheduled
from flowy.protocol import decisions
from flowy.protocol.events.activity import ActivityTaskScheduledAttributes
from flowy.protocol.ids import TaskList
from flowy.task.branch import shielded
from flowy.task.context import TaskCall
from flowy.task.options import ActivityOptions, ChildOptions, LambdaOptions
from flowy.task.result import ChildResult, Result
from flowy.transport.attempt import activity_id

KIND_OF: Mapping[type, Kind] = {
    ActivityOptions: "activity",
    ChildOptions: "child",
    LambdaOptions: "lambda",
}
_NAMES: Mapping[Kind, str] = {
    "activity": "activity",
    "child": "child workflow",
    "lambda": "Lambda function",
}


def kind_of(call: TaskCall) -> Kind:
    """Return what kind of task a call asks for."""
    return KIND_OF[type(call.options)]


Place = tuple[CodeType, int]
"""An instruction of the user's code; its line is looked up when somebody wants to know."""


def find_place() -> Place | None:
    """Return the innermost place on the stack that is not Flowy's own."""
    # Each frame that is looked at costs, so begin with the one that calls a proxy, as a rule.
    try:
        frame: FrameType | None = sys._getframe(_DEPTH)
    except ValueError:  # the stack is not that deep
        frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_INNER):
        frame = frame.f_back
    return None if frame is None else (frame.f_code, frame.f_lasti)


_DEPTH = 4
"""Frames from here to the code that calls a proxy; there are never fewer, but may be more."""
_INNER = ("flowy.", "asyncio.")


def _line(place: Place) -> int:
    code, instruction = place
    return next(
        (
            line
            for start, end, line in code.co_lines()
            if start <= instruction < end and line is not None
        ),
        code.co_firstlineno,
    )


def result_class(kind: Kind) -> type[Result]:
    """Return what stands for the outcome of a kind of task."""
    return ChildResult if kind == "child" else Result


class Task:
    """One call and how far it has come: what it had ``attempts``, and the next one's ``number``."""

    __slots__ = (
        "asked_at",
        "attempts",
        "call",
        "cancel_requested",
        "event_id",
        "first",
        "id",
        "input",
        "key",
        "kind",
        "number",
        "place",
        "refusals",
        "result",
        "shielded",
        "timer",
    )

    def __init__(
        self, call: TaskCall, kind: Kind, number: int, result: Result, asked_at: float
    ) -> None:
        self.asked_at = asked_at
        self.place: Place | None = None
        """Where the code asked for it."""
        self.call = call
        self.kind = kind
        self.cancel_requested = False
        """The result waits for the end of a task that was asked to cancel itself."""
        self.event_id = 0
        """The event that says that it was asked for."""
        self.number = number
        self.first = number
        self.attempts = 0
        self.refusals = 0
        """How often the service refused to begin this attempt."""
        self.result = result
        self.shielded = shielded.get()
        self.id = ""
        self.key: Key = (kind, "")
        """What it is found by while it is open."""
        self.input = ""
        self.timer: Timer | None = None

    def __str__(self) -> str:
        return f"{_NAMES[self.kind]} {self.call.type} (#{self.id})"


class Timer:
    """A durable timer that runs."""

    __slots__ = ("fired", "id", "refusals", "refused", "seconds", "task")

    def __init__(self, id: str, seconds: int, fired: Callable[[], None]) -> None:
        self.id = id
        self.seconds = seconds
        self.fired = fired
        self.refused: Callable[[TaskNotScheduled], None] | None = None
        """Hears that the service will never start it."""
        self.refusals = 0
        self.task: Task | None = None
        """The task that it delays."""


def _text(seconds: int | None) -> str | None:
    return None if seconds is None else str(seconds)


def _list(name: str | None) -> TaskList | None:
    return None if name is None else TaskList(name=name)


def identify(task: Task, error: TaskError) -> None:
    """Say in a failure which task it is of, and where the code called it."""
    execution = task.result.execution if isinstance(task.result, ChildResult) else None
    error.task = FailedTask(
        kind=task.kind,
        type=str(task.call.type),
        id=task.id,
        run_id=None if execution is None else execution.run_id,
        event_id=task.event_id,
        attempts=task.attempts,
    )
    if task.place is not None:
        code = task.place[0]
        error.add_note(
            f'where {task} was called:\n  File "{code.co_filename}", line {_line(task.place)}, '
            f"in {code.co_qualname}"
        )


def not_begun(task: Task | None, what: str, cause: str) -> TaskNotScheduled:
    """Make the failure of a task that the service refused to begin."""
    return TaskNotScheduled(f"{task} was not {what}: {cause}", None, cause)


def name_attempt(task: Task, number: int, child_prefix: str) -> None:
    """Give a task the id of its next attempt."""
    chosen: Any = task.call.options
    if task.kind == "activity":
        task.id = activity_id(number, task.first, task.attempts, chosen.heartbeat)
    elif task.kind == "child":
        task.id = chosen.workflow_id or f"{child_prefix}-{number}"
        if isinstance(task.result, ChildResult):
            task.result.workflow_id = task.id
    else:
        task.id = str(number)
    task.key = task.kind, task.id


Asked = decisions.AnyDecision | Task
"""A decision, or the task that it begins an attempt of: a replay needs no decision of its own."""


def decision_of(asked: Asked) -> decisions.AnyDecision:
    """Return the decision that asks for something."""
    if isinstance(asked, Task):
        return _BEGIN[asked.kind](asked, asked.call.options)
    return asked


def is_echoed(task: Task, attributes: ActivityTaskScheduledAttributes) -> bool:
    """Tell whether history says, to the letter, that an attempt of an activity was asked for."""
    return (
        attributes.activity_id == task.id
        and attributes.input == task.input
        and attributes.activity_type == task.call.type
    )


def _schedule_activity(task: Task, chosen: ActivityOptions) -> decisions.ScheduleActivityTask:
    return decisions.ScheduleActivityTask(
        attributes=decisions.ScheduleActivityTaskAttributes(
            activity_type=task.call.type,  # type: ignore[arg-type]  # an activity's is a TypeId
            activity_id=task.id,
            input=task.input,
            **chosen.attributes,
        )
    )


def _start_child(task: Task, chosen: ChildOptions) -> decisions.StartChildWorkflowExecution:
    return decisions.StartChildWorkflowExecution(
        attributes=decisions.StartChildWorkflowExecutionAttributes(
            workflow_type=task.call.type,  # type: ignore[arg-type]  # a workflow's is a TypeId
            workflow_id=task.id,
            input=task.input,
            execution_start_to_close_timeout=_text(chosen.workflow_duration),
            task_start_to_close_timeout=_text(chosen.decision_duration),
            task_list=_list(chosen.task_list),
            task_priority=_text(chosen.task_priority),
            child_policy=chosen.child_policy,
            tag_list=chosen.tags,
            lambda_role=chosen.lambda_role,
        )
    )


def _schedule_lambda(task: Task, chosen: LambdaOptions) -> decisions.ScheduleLambdaFunction:
    return decisions.ScheduleLambdaFunction(
        attributes=decisions.ScheduleLambdaFunctionAttributes(
            id=task.id,
            name=str(task.call.type),
            input=task.input,
            start_to_close_timeout=_text(chosen.start_to_close),
        )
    )


_BEGIN: Mapping[Kind, Callable[[Task, Any], decisions.AnyDecision]] = {
    "activity": _schedule_activity,
    "child": _start_child,
    "lambda": _schedule_lambda,
}


def request_cancel(task: Task) -> decisions.AnyDecision | None:
    """Return the decision that asks a task to cancel itself, or None where SWF has none."""
    asks = _CANCEL.get(task.kind)
    return None if asks is None else asks(task)


def _cancel_activity(task: Task) -> decisions.RequestCancelActivityTask:
    return decisions.RequestCancelActivityTask(
        attributes=decisions.RequestCancelActivityTaskAttributes(activity_id=task.id)
    )


def _cancel_child(task: Task) -> decisions.RequestCancelExternalWorkflowExecution:
    return decisions.RequestCancelExternalWorkflowExecution(
        attributes=decisions.RequestCancelExternalWorkflowExecutionAttributes(workflow_id=task.id)
    )


_CANCEL: Mapping[Kind, Callable[[Task], decisions.AnyDecision]] = {
    "activity": _cancel_activity,
    "child": _cancel_child,
}
