"""What was asked for: a call's task or a timer, and the decisions that begin and end an attempt."""

import sys
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any, Protocol

import msgspec

from flowy.decider.loop import DeterministicLoop
from flowy.decider.slots import Key, Kind
from flowy.errors import FailedTask, TaskError, TaskNotScheduled
from flowy.protocol import decisions
from flowy.protocol.ids import TaskList, TypeId
from flowy.task.context import Hooks, TaskCall
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


def find_caller() -> FrameType | None:
    """Return the innermost frame of the workflow's code that is not Flowy's own.

    None when there is none: the code of ``flowy.map`` asks in a task of its own.
    """
    # Each frame that is looked at costs, so begin with the one that calls a proxy, as a rule.
    try:
        frame: FrameType | None = sys._getframe(_DEPTH)
    except ValueError:  # the stack is not that deep
        frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_INNER):
        frame = None if frame.f_code is _LOOP else frame.f_back  # what runs the loop is no caller
    return frame


_LOOP = DeterministicLoop.run_ready.__code__
_DEPTH = 4
"""Frames from here to the code that calls a proxy; there are never fewer, but may be more."""
_INNER = ("flowy.", "asyncio.")


def _line(code: CodeType, instruction: int) -> int:
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


class Canceller(Protocol):
    """Who cancels tasks."""

    def cancel(self, task: "Task") -> bool:
        """Cancel a task; tell whether its result waits until it has ended."""
        ...


class Task(msgspec.Struct, eq=False):
    """One call and how far it has come.

    Args:
        type: What was called.
        options: How it is to be run.
        hooks: How its values travel.
        kind: What kind of task it is.
        result: Stands for its outcome.
        asked_at: When the code asked for it.
        code: The code that asked, and its ``instruction``: the line is looked up when somebody
            wants to know it.
        shielded: Whether it goes on when the workflow is asked to cancel itself.
        canceller: Who cancels it.
        number: Of its next attempt, or of the pause before that.
        first: The number of its first attempt.
        id: The last attempt's, and ``key`` what that is found by while it is open.
        input: What its attempts are sent.
        event_id: The event that says that it was asked for.
        attempts: How many it had.
        refusals: How often the service refused to begin this attempt.
        cancel_requested: The result waits for the end of a task that was asked to cancel itself.
        timer: What it waits for before its next attempt.
    """

    type: TypeId | str
    options: ActivityOptions | ChildOptions | LambdaOptions
    hooks: Hooks
    kind: Kind
    result: Result
    asked_at: float
    code: CodeType | None
    instruction: int
    shielded: bool
    canceller: Canceller
    number: int
    first: int
    id: str = ""
    key: Key = ("", "")
    input: str = ""
    event_id: int = 0
    attempts: int = 0
    refusals: int = 0
    cancel_requested: bool = False
    timer: "Timer | None" = None

    def __str__(self) -> str:
        return f"{_NAMES[self.kind]} {self.type} (#{self.id})"

    def cancel(self) -> bool:
        """Cancel it as its call says; tell whether its result waits until it has ended."""
        return self.canceller.cancel(self)


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
        type=str(task.type),
        id=task.id,
        run_id=None if execution is None else execution.run_id,
        event_id=task.event_id,
        attempts=task.attempts,
    )
    if task.code is not None:
        line = _line(task.code, task.instruction)
        error.add_note(
            f'where {task} was called:\n  File "{task.code.co_filename}", line {line}, '
            f"in {task.code.co_qualname}"
        )


def not_begun(task: Task | None, what: str, cause: str) -> TaskNotScheduled:
    """Make the failure of a task that the service refused to begin."""
    return TaskNotScheduled(f"{task} was not {what}: {cause}", None, cause)


def name_attempt(task: Task, number: int, child_prefix: str) -> None:
    """Give a task the id of its next attempt."""
    chosen: Any = task.options
    if task.kind == "activity":
        if task.attempts == 1 and number == task.first and chosen.heartbeat is None:
            task.id = str(number)  # as activity_id says; most are such
        else:
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
        return _BEGIN[asked.kind](asked, asked.options)
    return asked


def _schedule_activity(task: Task, chosen: ActivityOptions) -> decisions.ScheduleActivityTask:
    return decisions.ScheduleActivityTask(
        attributes=decisions.ScheduleActivityTaskAttributes(
            activity_type=task.type,  # type: ignore[arg-type]  # an activity's is a TypeId
            activity_id=task.id,
            input=task.input,
            **chosen.attributes,
        )
    )


def _start_child(task: Task, chosen: ChildOptions) -> decisions.StartChildWorkflowExecution:
    return decisions.StartChildWorkflowExecution(
        attributes=decisions.StartChildWorkflowExecutionAttributes(
            workflow_type=task.type,  # type: ignore[arg-type]  # a workflow's is a TypeId
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
            name=str(task.type),
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
