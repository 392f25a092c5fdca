"""The calls of one run: number them, ask for their tasks, resolve their results.

Theory of operation. Code asks for tasks and timers; each takes its numbers at once, in the order of
asking, also when its arguments are not there yet, so that completion order can never give a result
to another call. A call with a delay takes a number for its timer; then it takes one for each
attempt. The numbers are SWF's activity and timer ids; a child's workflow id ends in its number.

::

    asked ──arguments pending──► delayed ──► open ──► done
                                              ▲  │ timed out, attempts left
                                              └──┘

History answers in two ways. The *echo* of a decision ties event ids to calls (``echoed``). An
*outcome* (`flowy.decider.outcomes`) resolves a result, and the loop then runs what waited for it.
"""

import math
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from flowy.decider.slots import Key, Kind, Slots
from flowy.errors import TaskTimedout
from flowy.protocol import decisions
from flowy.protocol.event import Event
from flowy.protocol.events.activity import ActivityTaskScheduled
from flowy.protocol.events.child import StartChildWorkflowExecutionInitiated
from flowy.protocol.ids import TaskList
from flowy.task.context import TaskCall
from flowy.task.options import ActivityOptions, ChildOptions
from flowy.task.result import Result, joined_failure, pending_in, resolve


class Task:
    """One call and how far it has come; ``number`` is that of its next attempt."""

    __slots__ = ("attempts", "call", "child", "id", "input", "number", "result", "timer")

    def __init__(self, call: TaskCall, number: int, result: Result) -> None:
        self.call = call
        self.child = isinstance(call.options, ChildOptions)
        self.number = number
        self.attempts = call.options.retry + 1
        self.result = result
        self.id = ""
        self.input = ""
        self.timer: Timer | None = None

    def __str__(self) -> str:
        kind = "child workflow" if self.child else "activity"
        return f"{kind} {self.call.type} (#{self.id})"


class Timer:
    """A durable timer that runs."""

    __slots__ = ("fired", "id")

    def __init__(self, id: str, fired: Callable[[], None]) -> None:
        self.id = id
        self.fired = fired


class Calls:
    """The calls and timers of one run.

    Args:
        child_prefix: What the workflow ids of children begin with.
        maximum: How many activities, children and timers may be open at once, each by itself.
    """

    def __init__(self, child_prefix: str, maximum: int) -> None:
        self.slots = Slots(maximum)
        self.next_number = 0
        self.held = 0
        """Results that the workflow waits for before it ends."""
        self._failed: list[tuple[int, Result]] = []
        self.make_result: Callable[[], Result] = Result
        self._child_prefix = child_prefix
        self._open: dict[Key, Task] = {}
        self._scheduled: dict[int, Task] = {}
        self._timers: dict[str, Timer] = {}

    def unseen_failure(self) -> BaseException | None:
        """Return the failure that fails the workflow at its end: one that nobody looked at.

        Of several it is the one that was asked for first, whichever came first.
        """
        unseen = [entry for entry in self._failed if entry[1].failure_unseen]
        return min(unseen, key=itemgetter(0))[1].exception() if unseen else None

    # Asking

    def ask(self, call: TaskCall) -> Result:
        """Ask for a task.

        Raises:
            PayloadError: The arguments cannot travel.
        """
        options = call.options
        number = self._take_numbers(options.retry + 1 + (options.delay > 0))
        pending = pending_in((call.args, call.kwargs))
        result = self.make_result()
        task = Task(call, number, result)
        if pending:
            self._hold(task)
            self._begin_after(task, pending)
        else:
            task.input = call.serialize(*call.args, **call.kwargs)
            self._hold(task)
            self._begin(task)
        return result

    def start_timer(self, seconds: float, fired: Callable[[], None]) -> Timer:
        """Start a timer; SWF's are whole seconds, so it runs at least as long as asked."""
        return self._start_timer(self._take_numbers(1), math.ceil(seconds), fired)

    def cancel_timer(self, timer: object) -> None:
        """Stop a timer; one that has fired stays as it is."""
        if not isinstance(timer, Timer) or self._timers.pop(timer.id, None) is None:
            return
        if not self.slots.withdraw("timer", ("timer", timer.id)):
            self.slots.closed("timer")
            attributes = decisions.CancelTimerAttributes(timer_id=timer.id)
            self.slots.ask(("cancel timer", timer.id), decisions.CancelTimer(attributes=attributes))

    def _take_numbers(self, count: int) -> int:
        number = self.next_number
        self.next_number += count
        return number

    def _hold(self, task: Task) -> None:
        task.result.on_cancel = lambda: self._cancel(task)
        if not task.call.options.abandon:
            self.held += 1

    def _begin_after(self, task: Task, pending: list[Result]) -> None:
        waiting = {result for result in pending if not result.done()}

        def arrived(result: Any) -> None:
            waiting.discard(result)
            if not waiting:
                self._begin_with(task, pending)

        if not waiting:
            self._begin_with(task, pending)
        for result in tuple(waiting):
            result.add_done_callback(arrived)

    def _begin_with(self, task: Task, pending: list[Result]) -> None:
        if task.result.done():
            return
        error = joined_failure(pending)
        if error is not None:
            self.fail(task, error)
            return
        try:
            args, kwargs = resolve((task.call.args, dict(task.call.kwargs)))
            task.input = task.call.serialize(*args, **kwargs)
        except Exception as unfit:  # noqa: BLE001 -- it is the outcome of this call
            self.fail(task, unfit)
            return
        self._begin(task)

    def _begin(self, task: Task) -> None:
        delay = task.call.options.delay
        if delay:
            number, task.number = task.number, task.number + 1
            task.timer = self._start_timer(number, delay, lambda: self._attempt(task))
        else:
            self._attempt(task)

    def _start_timer(self, number: int, seconds: int, fired: Callable[[], None]) -> Timer:
        timer = Timer(str(number), fired)
        self._timers[timer.id] = timer
        attributes = decisions.StartTimerAttributes(
            timer_id=timer.id, start_to_fire_timeout=str(seconds)
        )
        decision = decisions.StartTimer(attributes=attributes)
        self.slots.open("timer", ("timer", timer.id), decision)
        return timer

    def _attempt(self, task: Task) -> None:
        task.timer = None
        number, task.number = task.number, task.number + 1
        task.attempts -= 1
        if task.child:
            task.id = f"{self._child_prefix}-{number}"
            decision: decisions.AnyDecision = _start_child(task, task.call.options)
        else:
            task.id = str(number)
            decision = _schedule_activity(task, task.call.options)
        key = (_kind(task), task.id)
        self._open[key] = task
        self.slots.open(_kind(task), key, decision)

    def _cancel(self, task: Task) -> None:
        self._ended(task)
        if task.timer is not None:
            self.cancel_timer(task.timer)
            return
        kind = _kind(task)
        key = (kind, task.id)
        if key not in self._open:
            return
        if self.slots.withdraw(kind, key):
            del self._open[key]
        else:
            self.slots.ask((f"cancel {kind}", task.id), _request_cancel(task))

    # Echoes

    def echoed(self, event: Event) -> None:
        """Tie the event of a decision that was carried out to its call."""
        if isinstance(event, ActivityTaskScheduled):
            self._scheduled[event.event_id] = self._open["activity", event.attributes.activity_id]
        elif isinstance(event, StartChildWorkflowExecutionInitiated):
            self._scheduled[event.event_id] = self._open["child", event.attributes.workflow_id]

    # Outcomes

    def close(self, event_id: int) -> Task | None:
        """Close the task whose scheduling is in that event; None when it is closed already."""
        task = self._scheduled.pop(event_id, None)
        return None if task is None else self.close_id(_kind(task), task.id)

    def close_id(self, kind: Kind, id: str) -> Task | None:
        """Close the task of an activity id or a child's workflow id."""
        task = self._open.pop((kind, id), None)
        if task is not None:
            self.slots.closed(kind)
        return task

    def close_timer(self, id: str) -> Timer | None:
        """Close the timer of an id; None when it was cancelled."""
        timer = self._timers.pop(id, None)
        if timer is not None:
            self.slots.closed("timer")
        return timer

    def complete(self, task: Task | None, text: str | None) -> None:
        """Give a task its result, unless nobody waits for it any more."""
        if task is None or task.result.done():
            return
        try:
            value = None if text is None else task.call.deserialize(text)
        except Exception as unfit:  # noqa: BLE001 -- it is the outcome of this call
            self.fail(task, unfit)
        else:
            self._ended(task)
            task.result.set_result(value)

    def fail(self, task: Task | None, error: BaseException) -> None:
        """Give a task its failure, unless nobody waits for it any more."""
        if task is None or task.result.done():
            return
        if not isinstance(error, Exception):
            task.result.cancel()
            return
        self._ended(task)
        if not task.call.options.error_handling:
            self._failed.append((task.number, task.result))
        task.result.set_exception(error)

    def time_out(self, task: Task | None, timeout: str) -> None:
        """Attempt a task again, or fail it when its attempts are used up."""
        if task is None or task.result.done():
            return
        if task.attempts > 0:
            self._attempt(task)
        else:
            attempts = task.call.options.retry + 1
            times = f", {attempts} times" if attempts > 1 else ""
            self.fail(task, TaskTimedout(f"{task} timed out ({timeout}){times}"))

    def _ended(self, task: Task) -> None:
        if not task.call.options.abandon:
            self.held -= 1


def _kind(task: Task) -> Kind:
    return "child" if task.child else "activity"


def _text(seconds: int | None) -> str | None:
    return None if seconds is None else str(seconds)


def _list(name: str | None) -> TaskList | None:
    return None if name is None else TaskList(name=name)


def _schedule_activity(task: Task, options: Any) -> decisions.ScheduleActivityTask:
    chosen: ActivityOptions = options
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


def _start_child(task: Task, options: Any) -> decisions.StartChildWorkflowExecution:
    chosen: ChildOptions = options
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


def _request_cancel(task: Task) -> decisions.AnyDecision:
    if task.child:
        return decisions.RequestCancelExternalWorkflowExecution(
            attributes=decisions.RequestCancelExternalWorkflowExecutionAttributes(
                workflow_id=task.id
            )
        )
    return decisions.RequestCancelActivityTask(
        attributes=decisions.RequestCancelActivityTaskAttributes(activity_id=task.id)
    )
