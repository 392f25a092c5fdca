"""Execution: a started call with its attempts, as whoever started it sees it.

An execution is a small state machine that nobody drives: each event (an attempt settles, a
pause is over, somebody cancels) moves it on, on the thread that brings the event, and nothing
waits. Threads wait on ``outcome()``; coroutines await ``settled(execution)``.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from flowy.clock import Clock
from flowy.errors import ExecutionCanceled
from flowy.execution.alarms import Alarm, Alarms
from flowy.execution.attempt import OneAttempt
from flowy.execution.call import Call
from flowy.execution.outcome import Outcome, Status, Stop
from flowy.execution.retry import ONCE, RetryPolicy
from flowy.execution.strategy import Strategy

_log = logging.getLogger(__name__)
_RETRIED = frozenset({Status.FAILED, Status.TIMED_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a call is allowed.

    Args:
        timeout: How many seconds one attempt may run, from when it begins; None for any number.
        retry: When to try again.
        grace: How many seconds a call that was told to stop may take to do so before it is
            abandoned.
    """

    timeout: float | None = None
    retry: RetryPolicy = ONCE
    grace: float = 5.0


class Listener(Protocol):
    """Hears how an execution goes; its methods must be quick, and come from any thread."""

    def attempt_failed(self, number: int, error: BaseException, pause: float) -> None:
        """Hear that an attempt failed and that the next one starts after a pause in seconds."""
        ...

    def attempt_started(self, number: int) -> None:
        """Hear that a further attempt, from the second, is started."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What executions take from outside: time, alarms and chance."""

    clock: Clock
    alarms: Alarms
    chance: Callable[[], float]


class Execution:
    """A call on its way; made by ``flowy.execution.runner.Runner``.

    Attributes:
        asked: When it was asked for, in seconds since the epoch.
    """

    __slots__ = (
        "_attempt",
        "_attempts",
        "_call",
        "_callbacks",
        "_canceled",
        "_is_last",
        "_limits",
        "_listener",
        "_lock",
        "_outcome",
        "_pause",
        "_started",
        "_strategy",
        "_surroundings",
        "asked",
    )

    def __init__(
        self,
        call: Call,
        strategy: Strategy,
        limits: Limits,
        surroundings: Surroundings,
        listener: Listener | None,
    ) -> None:
        self._outcome: Outcome | None = None
        self._callbacks: list[Callable[[Outcome], None]] = []
        self._call = call
        self._strategy = strategy
        self._limits = limits
        self._surroundings = surroundings
        self._listener = listener
        self._lock = threading.Lock()
        self._attempts = 0
        self._attempt: OneAttempt | None = None
        self._pause: Alarm | None = None
        self._canceled = False
        self._is_last = False
        self.asked = surroundings.clock.now()
        self._started: float | None = None

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._outcome is not None

    @property
    def future(self) -> Future[Outcome]:
        """A future of the outcome; it never raises, and to cancel it cancels nothing else."""
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()
        self.add_done_callback(future.set_result)
        return future

    def add_done_callback(self, callback: Callable[[Outcome], None]) -> None:
        """Have a function called with the outcome, on the thread that brings it, or at once."""
        with self._lock:
            outcome = self._outcome
            if outcome is None:
                self._callbacks.append(callback)
                return
        callback(outcome)

    def outcome(self, timeout: float | None = None) -> Outcome:
        """Wait for the end and return it.

        Raises:
            TimeoutError: The end did not come within ``timeout`` seconds.
        """
        return self._outcome or self.future.result(timeout)

    def cancel(self) -> None:
        """Stop the call, or the pause before its next attempt; idempotent, does not wait.

        A coroutine is cancelled, a process is killed with all it started, a thread is abandoned.
        """
        with self._lock:
            self._canceled = True
            attempt, pause = self._attempt, self._pause
            self._pause = None
        if pause is not None:
            self._cut(pause)
        elif attempt is not None:
            attempt.interrupt(Status.CANCELED)

    def try_no_more(self) -> None:
        """Let the attempt that runs be the last, and end the pause before another one."""
        with self._lock:
            self._is_last = True
            pause, self._pause = self._pause, None
        if pause is not None:
            self._cut(pause)

    def _cut(self, pause: Alarm) -> None:
        self._surroundings.alarms.clear(pause)
        error = ExecutionCanceled(f"{self._call.name} was cancelled between two attempts")
        now = self._surroundings.clock.now()
        self._finish(Status.CANCELED, None, error, Stop.NOT_STARTED, now)

    def start(self) -> None:
        """Start the first attempt, or the next one after a pause."""
        surroundings = self._surroundings
        limits = self._limits
        attempt = OneAttempt(
            self._call.name,
            limits.timeout,
            limits.grace,
            (surroundings.clock, surroundings.alarms, self._lock),
            self._attempt_settled,
        )
        with self._lock:
            self._attempts += 1
            self._attempt = attempt
            canceled = self._canceled
        if canceled:
            attempt.stop = Stop.NOT_STARTED
            attempt.interrupt(Status.CANCELED)
            attempt.failed(ExecutionCanceled(f"{self._call.name} was cancelled"))
            return
        if self._attempts > 1 and self._listener is not None:
            self._listener.attempt_started(self._attempts)
        try:
            running = self._strategy.start(self._call, attempt)
        except Exception as error:  # noqa: BLE001 -- the outcome records it, and it is logged there
            attempt.failed(error)
        else:
            attempt.attach(running)

    def _attempt_settled(
        self, attempt: OneAttempt, status: Status, value: Any, error: BaseException | None
    ) -> None:
        if self._started is None:
            self._started = attempt.started
        if error is not None and status in _RETRIED and self._try_again(error, attempt.ended):
            return
        self._finish(status, value, error, attempt.stop, attempt.ended)

    def _try_again(self, error: BaseException, now: float) -> bool:
        number = self._attempts
        elapsed = now - (self.asked if self._started is None else self._started)
        chance = self._surroundings.chance
        pause = self._limits.retry.next_pause(number, error, elapsed, chance)
        if pause is None:
            return False
        _log.info("%s failed at attempt %d; again in %g s", self._call.name, number, pause)
        if self._listener is not None:
            self._listener.attempt_failed(number, error, pause)
        with self._lock:
            if self._canceled or self._is_last:
                return False
            self._pause = self._surroundings.alarms.set(now + pause, self._pause_over)
        return True

    def _pause_over(self) -> None:
        with self._lock:
            if self._canceled or self._is_last:
                return
            self._pause = None
        self.start()

    def _finish(
        self,
        status: Status,
        value: Any,
        error: BaseException | None,
        stop: Stop | None,
        ended: float,
    ) -> None:
        if error is not None:
            _log.debug("%s ended as %s", self._call.name, status.value, exc_info=error)
        started = self.asked if self._started is None else self._started
        outcome = Outcome(
            status=status,
            value=value,
            error=error,
            started=started,
            ended=ended,
            attempts=self._attempts,
            stop=stop,
        )
        with self._lock:
            self._outcome = outcome
            self._attempt = None  # it holds this one, and the collector would have to find out
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            try:
                callback(outcome)
            except Exception:  # noqa: BLE001 -- one caller's fault must not keep it from the others
                _log.exception("a callback at the end of %s failed", self._call.name)
