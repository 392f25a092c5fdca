"""The calls of one run: number them, ask for their tasks, resolve their results.

Theory of operation. Code asks for tasks and timers; each takes its numbers at once, in the order of
asking, also when its arguments are not there yet, so that completion order can never give a result
to another call. A call with a delay takes a number for its timer; then it takes one for each
attempt, and one for each pause of a retry policy. The numbers are SWF's activity and timer ids; a
child's workflow id ends in its number.

::

    asked ──arguments pending──► delayed ──► open ──► done
                                              ▲  │ timed out or failed, attempts left
                                              └──┘ (with a pause under a retry policy)

History answers in two ways. The *echo* of a decision ties event ids to calls (``echoed``). An
*outcome* (`flowy.decider.outcomes`) ends an attempt or resolves a result, and the loop then runs
what waited for it.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from types import FrameType
from typing import Any

from flowy.decider.asked import KIND_OF, Task, Timer, identify, name_attempt, request_cancel
from flowy.decider.refusals import Refusals
from flowy.decider.size import HistorySize
from flowy.decider.slots import Key, Kind, Slots
from flowy.decider.texts import Texts
from flowy.decider.timers import Timers, whole
from flowy.errors import TaskError, TaskNotScheduled
from flowy.execution.retry import RetryPolicy
from flowy.protocol.event import Event
from flowy.protocol.events.activity import ActivityTaskScheduled, ScheduleActivityTaskFailed
from flowy.protocol.events.child import StartChildWorkflowExecutionInitiated
from flowy.protocol.events.lambda_ import LambdaFunctionScheduled
from flowy.protocol.ids import ExecutionId
from flowy.task.branch import shielded
from flowy.task.context import TaskCall
from flowy.task.result import PLAIN, ChildResult, Result, joined_failure, pending_in, resolve
from flowy.transport import attempt, serializer
from flowy.transport.packed import PREFIX


class Calls:
    """The calls and timers of one run.

    Args:
        child_prefix: What the workflow ids of children begin with.
        maximum: How many activities, children, functions and timers may be open at once, each by
            itself.
        slots: Where decisions are collected.
    """

    def __init__(self, child_prefix: str, maximum: int, slots: Slots | None = None) -> None:
        self.size = HistorySize()
        self.slots = slots or Slots(maximum)
        self.timers = Timers(self.slots, self.take_number)
        self.refusals = Refusals(self.slots, self.timers)
        self.broken: TaskNotScheduled | None = None
        """What the service refuses for good, and no call of the code stands for."""
        self.next_number = 0
        self.held = 0
        """Results that the workflow waits for before it ends."""
        self._failed: list[tuple[int, Result]] = []
        self.make_result: Callable[[type[Result]], Result] = lambda cls: cls()
        self.now = 0.0
        """The history's time."""
        self.check: Callable[[str], object] = lambda what: None
        self.texts: Texts
        self.child_prefix = child_prefix
        self.open: dict[Key, Task] = {}
        """The tasks that have been asked for and have not ended."""
        self._scheduled: dict[int, Task] = {}

    def unseen_failure(self) -> BaseException | None:
        """Return the failure that fails the workflow at its end: one that nobody looked at.

        Of several it is the one that was asked for first, whichever came first.
        """
        unseen = [entry for entry in self._failed if entry[1].failure_unseen]
        return min(unseen, key=itemgetter(0))[1].exception() if unseen else None

    # Asking

    def ask(self, call: TaskCall, caller: FrameType | None = None) -> Result:
        """Ask for a task, from a place in the code.

        Raises:
            PayloadError: The arguments cannot travel.
        """
        options = call.options
        retry = options.retry
        count = retry + 1 if type(retry) is int else _numbers(retry)
        number = self.next_number
        self.next_number += count + (options.delay > 0)
        args, kwargs = call.args, call.kwargs
        pending: list[Result] = []
        for value in (*args, *kwargs.values()) if kwargs else args:
            if type(value) not in PLAIN:  # or else there are none, and no need to look for them
                pending = pending_in(*args, *kwargs.values())
                break
        kind = KIND_OF[type(options)]
        result = self.make_result(Result if kind != "child" else ChildResult)
        task = Task(
            type=call.type,
            options=options,
            hooks=call.hooks,
            kind=kind,
            result=result,
            asked_at=self.now,
            code=None if caller is None else caller.f_code,
            instruction=0 if caller is None else caller.f_lasti,
            shielded=shielded.get(),
            canceller=self,
            number=number,
            first=number,
        )
        if not pending:
            task.input = self._input(task, args, kwargs)
        result.origin = task
        if not options.abandon:
            self.held += 1
        if pending:
            self._begin_after(task, call, pending)
        elif options.delay:
            self.attempt_after(task, options.delay)
        else:
            self.attempt(task)
        return result

    def sleep(self, seconds: float) -> Result:
        """Start a timer and return the result that comes when it fires."""
        result = self.make_result(Result)
        number = self.take_number()
        if seconds <= 0:
            result.set_result(None)
            return result

        def fired() -> None:
            result.origin = None
            if not result.done():
                result.set_result(None)

        def refused(error: TaskNotScheduled) -> None:
            result.origin = None
            if not result.done():
                result.set_exception(error)

        timer = self.timers.start(str(number), whole(seconds), fired)
        timer.refused = refused
        result.origin = _Sleep(self, timer)
        return result

    def take_number(self) -> int:
        """Take the next number, for something of one's own."""
        number = self.next_number
        self.next_number += 1
        return number

    def cancel_all(self) -> None:
        """Cancel every task that is open or delayed; those that wait for them follow.

        What a shielded part of the code asked for goes on.
        """
        delayed = [timer.task for timer in self.timers.delayed() if timer.task is not None]
        for task in (*self.open.values(), *delayed):
            if not task.shielded:
                task.result.cancel()

    def _begin_after(self, task: Task, call: TaskCall, pending: list[Result]) -> None:
        waiting = {result for result in pending if not result.done()}

        def arrived(result: Any) -> None:
            waiting.discard(result)
            if not waiting:
                self._begin_with(task, call, pending)

        if not waiting:
            self._begin_with(task, call, pending)
        for result in tuple(waiting):
            result.add_done_callback(arrived)

    def _begin_with(self, task: Task, call: TaskCall, pending: list[Result]) -> None:
        if task.result.done():
            return
        error = joined_failure(pending)
        if error is not None:
            self.fail(task, error)
            return
        try:
            args, kwargs = resolve((call.args, dict(call.kwargs)))
            task.input = self._input(task, args, kwargs)
        except Exception as unfit:  # noqa: BLE001 -- it is the outcome of this call
            self.fail(task, unfit)
            return
        if task.options.delay:
            self.attempt_after(task, task.options.delay)
        else:
            self.attempt(task)

    def attempt_after(self, task: Task, seconds: int) -> None:
        """Begin an attempt of a task when a timer has fired."""
        number, task.number = task.number, task.number + 1
        task.timer = self.timers.start(str(number), seconds, lambda: self.attempt(task))
        task.timer.task = task
        task.timer.refused = lambda error: self.fail(task, error)

    def attempt(self, task: Task, *, again: bool = False) -> None:
        """Begin an attempt of a task; ``again`` is for one that does not count as a new one."""
        task.timer = None
        task.refusals = 0
        number = task.number
        task.number = number + 1
        task.attempts += 1
        if task.attempts == 1 and not again:
            task.first = number
        name_attempt(task, number, self.child_prefix)
        key = task.key
        if key in self.open:
            self.fail(
                task,
                TaskNotScheduled(
                    f"{task} was not started: this execution has it open already",
                    None,
                    "WORKFLOW_ALREADY_RUNNING",
                ),
            )
            return
        self.size.characters += len(task.input)
        self.open[key] = task
        self.slots.open(task.kind, key, task)

    def cancel(self, task: Task) -> bool:
        """Cancel a task as its call says; tell whether its result waits until it has ended."""
        self.check(f"the cancellation of {task.type}")
        if task.timer is not None:
            self.timers.cancel_timer(task.timer)
        elif task.key in self.open and not self._withdraw(task):
            mode = task.options.cancellation
            if mode != "abandon" and not task.cancel_requested:
                self.request_cancel(task)
            if mode == "wait":
                task.cancel_requested = True
                return True
        self.ended(task)
        return False

    def _withdraw(self, task: Task) -> bool:
        withdrawn = self.slots.withdraw(task.kind, task.key)
        if withdrawn:
            del self.open[task.key]
        return withdrawn

    def request_cancel(self, task: Task) -> None:
        """Ask a task to cancel itself."""
        decision = request_cancel(task)
        if decision is not None:
            self.slots.ask((f"cancel {task.kind}", task.id), decision)

    # Echoes

    def scheduled(self, task: Task, event_id: int) -> None:
        """Tie the event that says that an activity was scheduled to its call."""
        task.event_id = event_id
        self._scheduled[event_id] = task

    def echoed(self, event: Event) -> None:
        """Tie the event of a decision that was carried out to its call."""
        if type(event) is ActivityTaskScheduled:
            name = event.attributes.activity_id
            task = self.open.get(("activity", name)) or self.recorded(name)
        elif type(event) is StartChildWorkflowExecutionInitiated:
            task = self.open["child", event.attributes.workflow_id]
        elif type(event) is LambdaFunctionScheduled:
            task = self.open["lambda", event.attributes.id]
        else:
            if type(event) is ScheduleActivityTaskFailed:
                self.recorded(event.attributes.activity_id)
            return
        self.scheduled(task, event.event_id)

    def recorded(self, activity_id: str) -> Task:
        """Return the open activity of an id; histories of before tell no attempts in theirs."""
        task = self.open.get(("activity", activity_id))
        if task is None:
            number = attempt.number_of(activity_id)
            task = next(
                task
                for (kind, name), task in self.open.items()
                if kind == "activity" and attempt.number_of(name) == number
            )
            del self.open[task.key]
            task.id, task.key = activity_id, ("activity", activity_id)
            self.open[task.key] = task
        return task

    # Outcomes

    def began(self, event_id: int, execution: ExecutionId) -> None:
        """Note that the child whose start is in that event has started."""
        task = self._scheduled.get(event_id)
        if task is not None and isinstance(task.result, ChildResult):
            task.result.began(execution)

    def close(self, event_id: int) -> Task | None:
        """Close the task whose scheduling is in that event; None when it is closed already."""
        task = self._scheduled.pop(event_id, None)
        if task is None or self.open.pop(task.key, None) is None:
            return None
        self.slots.closed(task.kind)
        return task

    def close_id(self, kind: Kind, id: str) -> Task | None:
        """Close the task of an activity id or a child's workflow id."""
        task = self.open.pop((kind, id), None)
        if task is not None:
            self.slots.closed(kind)
        return task

    def fail(self, task: Task | None, error: BaseException) -> None:
        """Give a task its failure, unless nobody waits for it any more."""
        if task is None or task.result.done():
            self.let_go(task)
            return
        if not isinstance(error, Exception):
            task.result.cancel()
            return
        self.ended(task)
        if isinstance(error, TaskError) and error.task is None:
            identify(task, error)
        if not task.options.error_handling:
            self._failed.append((task.number, task.result))
        task.result.set_exception(error)

    def _input(self, task: Task, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        text = task.hooks.serialize(args, kwargs)
        if task.kind == "lambda":  # it reads JSON, and no more of it than that
            return serializer.check(text, f"the arguments of {task.type}")
        if (
            type(text) is str
            and len(text) <= self.texts.short
            and text.isascii()
            and not text.startswith(PREFIX)
        ):
            return text  # as nearly all do; ``pack`` would look at it once more
        return self.texts.pack(text, f"the arguments of {task.type}")

    def value(self, task: Task, text: str) -> Any:
        """Return the value of a result text."""
        return task.hooks.deserialize(self.texts.unpack(text, f"the result of {task}"))

    def let_go(self, task: Task | None) -> None:
        """Wait no more for a task that has ended, whose result the code has given itself."""
        if task is not None and task.result.origin is not None:
            self.ended(task)

    def ended(self, task: Task) -> None:
        """Note that nobody waits for a task any more before the workflow ends."""
        task.result.origin = None  # they know each other, and would wait for a collection
        if not task.options.abandon:
            self.held -= 1


def _numbers(policy: RetryPolicy | int) -> int:
    # A policy takes one number for each attempt and one for each pause between them.
    return 2 * policy.attempts - 1 if isinstance(policy, RetryPolicy) else policy + 1


class _Sleep:
    """What a result of ``sleep`` is the outcome of."""

    __slots__ = ("_calls", "_timer")

    def __init__(self, calls: Calls, timer: Timer) -> None:
        self._calls = calls
        self._timer = timer

    def cancel(self) -> bool:
        """Stop the timer; the result does not wait for that."""
        self._calls.check("the end of a timer")
        self._calls.timers.cancel_timer(self._timer)
        return False
