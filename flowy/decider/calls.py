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
*outcome* (`flowy.decider.outcomes`) resolves a result, and the loop then runs what waited for it.
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from typing import Any

from flowy.decider.asked import Task, Timer, begin, kind_of, request_cancel
from flowy.decider.slots import Key, Kind, Slots
from flowy.errors import TaskError, TaskTimedout
from flowy.execution.retry import RetryPolicy
from flowy.protocol import decisions
from flowy.protocol.event import Event
from flowy.protocol.events.activity import ActivityTaskScheduled
from flowy.protocol.events.child import StartChildWorkflowExecutionInitiated
from flowy.task.context import TaskCall
from flowy.task.options import LONGEST
from flowy.task.result import Result, joined_failure, pending_in, resolve
from flowy.transport import serializer


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
        self.now: Callable[[], float] = lambda: 0.0
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
        number = self._take_numbers(_numbers(options.retry) + (options.delay > 0))
        pending = pending_in((call.args, call.kwargs))
        result = self.make_result()
        task = Task(call, number, result, self.now())
        if pending:
            self._hold(task)
            self._begin_after(task, pending)
        else:
            task.input = _input(call, call.args, call.kwargs)
            self._hold(task)
            self._begin(task)
        return result

    def start_timer(self, seconds: float, fired: Callable[[], None]) -> Timer:
        """Start a timer; SWF's are whole seconds, so it runs at least as long as asked.

        Raises:
            ValueError: It is longer than SWF's longest one.
        """
        return self._start_timer(self._take_numbers(1), _timer_seconds(seconds), fired)

    def sleep(self, seconds: float) -> Result:
        """Start a timer and return the result that comes when it fires."""
        result = self.make_result()
        number = self.take_number()
        if seconds <= 0:
            result.set_result(None)
            return result

        def fired() -> None:
            if not result.done():
                result.set_result(None)

        timer = self._start_timer(number, _timer_seconds(seconds), fired)
        result.on_cancel = lambda: self.cancel_timer(timer)
        return result

    def take_number(self) -> int:
        """Take the next number, for something of one's own."""
        return self._take_numbers(1)

    def cancel_timer(self, timer: object) -> None:
        """Stop a timer; one that has fired stays as it is."""
        if not isinstance(timer, Timer) or self._timers.pop(timer.id, None) is None:
            return
        if not self.slots.withdraw("timer", ("timer", timer.id)):
            self.slots.closed("timer")
            attributes = decisions.CancelTimerAttributes(timer_id=timer.id)
            self.slots.ask(("cancel timer", timer.id), decisions.CancelTimer(attributes=attributes))

    def cancel_all(self) -> None:
        """Cancel every task that is open or delayed; those that wait for them follow.

        What a shielded part of the code asked for goes on.
        """
        delayed = [timer.task for timer in self._timers.values() if timer.task is not None]
        for task in (*self._open.values(), *delayed):
            if not task.shielded:
                task.result.cancel()

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
            task.input = _input(task.call, args, kwargs)
        except Exception as unfit:  # noqa: BLE001 -- it is the outcome of this call
            self.fail(task, unfit)
            return
        self._begin(task)

    def _begin(self, task: Task) -> None:
        delay = task.call.options.delay
        if delay:
            number, task.number = task.number, task.number + 1
            task.timer = self._start_timer(number, delay, lambda: self._attempt(task))
            task.timer.task = task
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
        task.attempts += 1
        if task.child:
            task.id = task.result.workflow_id = f"{self._child_prefix}-{number}"
        else:
            task.id = str(number)
        key = (kind_of(task), task.id)
        self._open[key] = task
        self.slots.open(kind_of(task), key, begin(task))

    def _cancel(self, task: Task) -> None:
        self._ended(task)
        if task.timer is not None:
            self.cancel_timer(task.timer)
            return
        kind = kind_of(task)
        key = (kind, task.id)
        if key not in self._open:
            return
        if self.slots.withdraw(kind, key):
            del self._open[key]
        else:
            self.slots.ask((f"cancel {kind}", task.id), request_cancel(task))

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
        return None if task is None else self.close_id(kind_of(task), task.id)

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

    def failed(self, task: Task | None, error: TaskError) -> None:
        """Attempt a task that failed again, or give it its failure."""
        if task is None or task.result.done():
            return
        if not self._try_again(task, error):
            self.fail(task, error)

    def time_out(self, task: Task | None, timeout: str, details: str | None = None) -> None:
        """Attempt a task that timed out again, or give it its failure."""
        if task is None or task.result.done():
            return
        retry = task.call.options.retry
        times = f", {task.attempts} times" if task.attempts > 1 else ""
        error = TaskTimedout(f"{task} timed out ({timeout}){times}", details, timeout)
        if isinstance(retry, int) and task.attempts <= retry:
            self._attempt(task)
        elif not self._try_again(task, error):
            self.fail(task, error)

    def _try_again(self, task: Task, error: TaskError) -> bool:
        policy = task.call.options.retry
        if not isinstance(policy, RetryPolicy):
            return False
        elapsed = self.now() - task.asked_at
        chance = partial(self._chance, task.number)
        pause = policy.next_pause(task.attempts, error, elapsed, chance)
        if pause is None:
            return False
        number, task.number = task.number, task.number + 1
        seconds = math.ceil(pause)
        if seconds:
            task.timer = self._start_timer(number, seconds, lambda: self._attempt(task))
            task.timer.task = task
        else:
            self._attempt(task)
        return True

    def _chance(self, number: int) -> float:
        """Return a number from 0 to 1 that is the same in every replay of this run."""
        digest = hashlib.blake2b(f"{self._child_prefix}-{number}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64

    def _ended(self, task: Task) -> None:
        if not task.call.options.abandon:
            self.held -= 1


def _numbers(retry: int | RetryPolicy) -> int:
    # A policy takes one number for each attempt and one for each pause between them.
    return 2 * retry.attempts - 1 if isinstance(retry, RetryPolicy) else retry + 1


def _input(call: TaskCall, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    text = call.serialize(*args, **kwargs)
    # Only a hook of the user's gives anything else than a text that fits.
    if type(text) is str and len(text) <= serializer.MAXIMUM and text.isascii():
        return text
    return serializer.check(text, f"the arguments of {call.type}")


def _timer_seconds(seconds: float) -> int:
    if seconds > LONGEST:
        raise ValueError(
            f"SWF's longest timer has {LONGEST:,} seconds, which are three years; a wait "
            f"of {seconds:,} needs several"
        )
    return math.ceil(seconds)
