"""One start of a call: what is heard of it first counts, and what comes later does not."""

import threading
from collections.abc import Callable
from typing import Any

from flowy.clock import Clock
from flowy.errors import ExecutionCanceled, ExecutionError, ExecutionTimedout
from flowy.execution.alarms import Alarm, Alarms
from flowy.execution.outcome import Status, Stop
from flowy.execution.strategy import Running

_INTERRUPTIONS: dict[Status, type[ExecutionError]] = {
    Status.CANCELED: ExecutionCanceled,
    Status.TIMED_OUT: ExecutionTimedout,
}


_SILENT = frozenset({Stop.ABANDONED, Stop.NOT_STARTED})


class OneAttempt:
    """Implements ``flowy.execution.strategy.Attempt`` for an ``Execution``.

    It is settled once. An interruption (timeout, cancellation) tells the running call to stop and
    settles when the strategy reports the end, at once if the call can only be abandoned, and
    after ``grace`` seconds if the call does not obey.

    Args:
        name: How messages name the call.
        timeout: How many seconds it may run, None for any number.
        grace: How many seconds it may take to stop.
        surroundings: The clock, the alarms on it, and the lock that guards this attempt; nothing
            else is called while it is held, so that attempts may share it.
        settled: Called once, at the end, on whichever thread brings it.
    """

    __slots__ = (
        "_alarms",
        "_clock",
        "_grace",
        "_interruption",
        "_lock",
        "_name",
        "_reported",
        "_running",
        "_settled",
        "_timeout",
        "_when_settled",
        "alarm",
        "ended",
        "started",
        "stop",
    )

    def __init__(
        self,
        name: str,
        timeout: float | None,
        grace: float,
        surroundings: tuple[Clock, Alarms, threading.Lock],
        settled: Callable[["OneAttempt", Status, Any, BaseException | None], None],
    ) -> None:
        self._name = name
        self._timeout = timeout
        self._grace = grace
        self._clock, self._alarms, self._lock = surroundings
        self._when_settled = settled
        self._running: Running | None = None
        self._settled = False
        self._reported = False
        self._interruption: Status | None = None
        self.alarm: Alarm | None = None
        self.started: float | None = None
        self.ended: float = 0.0
        self.stop: Stop | None = None

    @property
    def interrupted(self) -> bool:
        """Whether the call has been told to stop; a polite callable looks here."""
        return self._interruption is not None

    def began(self) -> None:
        """Take the time, and set the alarm that ends a call which takes too long."""
        self.started = self._clock.now()
        if self._timeout is not None and not self._settled:
            self._set_alarm(self._timeout, lambda: self.interrupt(Status.TIMED_OUT))

    def succeeded(self, value: Any) -> None:
        """Settle with a value, unless the call was interrupted before."""
        self._settle(Status.SUCCEEDED, value, None)

    def failed(self, error: BaseException) -> None:
        """Settle with an error, unless the call was interrupted before."""
        self._settle(Status.FAILED, None, error)

    def attach(self, running: Running) -> None:
        """Learn how to stop the call; an interruption that came earlier is passed on now."""
        with self._lock:
            if self._settled:
                return
            self._running = running
            late = self._interruption is not None
        if late:
            self._stop(running)

    def interrupt(self, status: Status) -> None:
        """End the call as timed out or cancelled, whatever it still says."""
        with self._lock:
            if self._settled or self._interruption is not None:
                return
            self._interruption = status
            running = self._running
        if running is not None:
            self._stop(running)

    def _stop(self, running: Running) -> None:
        stop = running.stop()
        with self._lock:
            self.stop = stop
            reported = self._reported
        if reported or stop in _SILENT:
            self._settle(Status.FAILED, None, None)
        else:
            self._set_alarm(self._grace, self._give_up)

    def _give_up(self) -> None:
        self.stop = Stop.ABANDONED
        self._settle(Status.FAILED, None, None)

    def _set_alarm(self, seconds: float, callback: Callable[[], None]) -> None:
        alarm = self._alarms.set(self._clock.now() + seconds, callback)
        with self._lock:
            previous, self.alarm = self.alarm, alarm
            settled = self._settled
        if previous is not None:
            self._alarms.clear(previous)
        if settled:
            self._alarms.clear(alarm)

    def _settle(self, status: Status, value: Any, error: BaseException | None) -> None:
        with self._lock:
            if self._settled:
                return
            interruption = self._interruption
            if interruption is not None and self._running is not None and self.stop is None:
                # The strategy reports from within its `stop`, whose answer is still to come.
                self._reported = True
                return
            self._settled = True
            self._running = None  # each holds the other: without it both go at once
            alarm = self.alarm
        self.ended = self._clock.now()
        if alarm is not None:
            self._alarms.clear(alarm)
        if interruption is not None:
            status, value, error = interruption, None, self._interrupted_error(interruption, error)
        self._when_settled(self, status, value, error)

    def _interrupted_error(
        self, interruption: Status, cause: BaseException | None
    ) -> ExecutionError:
        if self.stop is None:
            self.stop = Stop.LATE
        what = (
            f"ran longer than its timeout of {self._timeout:g} s"
            if interruption is Status.TIMED_OUT and self._timeout is not None
            else "was cancelled"
        )
        error = _INTERRUPTIONS[interruption](f"{self._name} {what}; it {self.stop.value}")
        error.__cause__ = cause
        return error
