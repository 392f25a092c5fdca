"""What was asked for: a call's task or a timer, and the decisions that begin and end an attempt."""

from collections.abc import Callable

from flowy.decider.slots import Kind
from flowy.protocol import decisions
from flowy.protocol.ids import TaskList
from flowy.task.branch import shielded
from flowy.task.context import TaskCall
from flowy.task.options import ActivityOptions, ChildOptions
from flowy.task.result import Result


class Task:
    """One call and how far it has come: what it had ``attempts``, and the next one's ``number``."""

    __slots__ = (
        "asked_at",
        "attempts",
        "call",
        "child",
        "id",
        "input",
        "number",
        "result",
        "shielded",
        "timer",
    )

    def __init__(self, call: TaskCall, number: int, result: Result, asked_at: float) -> None:
        self.asked_at = asked_at
        self.call = call
        self.child = isinstance(call.options, ChildOptions)
        self.number = number
        self.attempts = 0
        self.result = result
        self.shielded = shielded.get()
        self.id = ""
        self.input = ""
        self.timer: Timer | None = None

    def __str__(self) -> str:
        kind = "child workflow" if self.child else "activity"
        return f"{kind} {self.call.type} (#{self.id})"


class Timer:
    """A durable timer that runs."""

    __slots__ = ("fired", "id", "task")

    def __init__(self, id: str, fired: Callable[[], None]) -> None:
        self.id = id
        self.fired = fired
        self.task: Task | None = None
        """The task that it delays."""


def kind_of(task: Task) -> Kind:
    """Return what kind of place a task takes."""
    return "child" if task.child else "activity"


def _text(seconds: int | None) -> str | None:
    return None if seconds is None else str(seconds)


def _list(name: str | None) -> TaskList | None:
    return None if name is None else TaskList(name=name)


def begin(task: Task) -> decisions.AnyDecision:
    """Return the decision that begins an attempt of a task."""
    options = task.call.options
    if isinstance(options, ChildOptions):
        return _start_child(task, options)
    return _schedule_activity(task, options)


def _schedule_activity(task: Task, chosen: ActivityOptions) -> decisions.ScheduleActivityTask:
    return decisions.ScheduleActivityTask(
        attributes=decisions.ScheduleActivityTaskAttributes(
            activity_type=task.call.type,
            activity_id=task.id,
            input=task.input,
            heartbeat_timeout=_text(chosen.heartbeat),
            schedule_to_close_timeout=_text(chosen.schedule_to_close),
            schedule_to_start_timeout=_text(chosen.schedule_to_start),
            start_to_close_timeout=_text(chosen.start_to_close),
            task_list=_list(chosen.task_list),
        )
    )


def _start_child(task: Task, chosen: ChildOptions) -> decisions.StartChildWorkflowExecution:
    return decisions.StartChildWorkflowExecution(
        attributes=decisions.StartChildWorkflowExecutionAttributes(
            workflow_type=task.call.type,
            workflow_id=task.id,
            input=task.input,
            execution_start_to_close_timeout=_text(chosen.workflow_duration),
            task_start_to_close_timeout=_text(chosen.decision_duration),
            task_list=_list(chosen.task_list),
        )
    )


def request_cancel(task: Task) -> decisions.AnyDecision:
    """Return the decision that asks a task to cancel itself."""
    if task.child:
        return decisions.RequestCancelExternalWorkflowExecution(
            attributes=decisions.RequestCancelExternalWorkflowExecutionAttributes(
                workflow_id=task.id
            )
        )
    return decisions.RequestCancelActivityTask(
        attributes=decisions.RequestCancelActivityTaskAttributes(activity_id=task.id)
    )
