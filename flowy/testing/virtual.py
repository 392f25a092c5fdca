"""An SWF in memory whose clock a test moves, or that moves it itself when every poller waits.

A poll waits for real time, a fraction of a second, whatever the clock of the service does: a test
must not hang in a poll that finds nothing, and a worker's poll must not end because the clock
jumped.
"""

import threading
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from flowy.clock import ManualClock, SystemClock
from flowy.protocol.faults import OperationNotPermittedFault
from flowy.protocol.polls import EMPTY, waits
from flowy.protocol.request import Request
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.validation import decode
from flowy.protocol.wire import encode
from flowy.service.dispatch import Poll, Reply
from flowy.service.operations.quotas import Quotas
from flowy.service.rates import Rates
from flowy.service.runner import Function
from flowy.service.server import Service
from flowy.testing.crowd import Crowd

Answer = TypeVar("Answer")

POLL_SECONDS = 0.2
"""Seconds, of real time, that a poll waits for a task."""

SETTLE_SECONDS = 2.0
"""Seconds, of real time, for which those who work are waited for before the clock moves on."""

_QUIET_SECONDS = 0.002
_RESPONSES = (
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
    RespondDecisionTaskCompleted,
)


class _Waiter:
    """A poll that waits."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._clock = SystemClock()
        self._thread = threading.current_thread()
        self._condition = threading.Condition()
        self._is_woken = False

    def wake(self) -> None:
        with self._condition:
            self._is_woken = True
            # Told here and not by the woken thread: until it runs, somebody might move the clock.
            self._crowd.note("looking", self._thread)
            self._condition.notify()

    def wait(self, seconds: float) -> bool:
        """Wait to be woken; return False when the time is up before."""
        with self._condition:
            if not self._is_woken:
                self._crowd.note("parked")
                self._clock.wait(self._condition, self._clock.now() + seconds)
            woken, self._is_woken = self._is_woken, False
            return woken


class VirtualService:
    """A service in memory on a clock that stands still until it is moved.

    Args:
        start: The first moment, in seconds since the epoch; None is now, to the second.
        auto_advance: Move the clock to what is due next whenever every thread that polls waits.
        limits: How much of everything there may be.
        rates: How often each operation may be called; without any, nothing is throttled.
        functions: Python callables that run in place of Lambda functions, by name.

    Attributes:
        clock: The service's clock; move it with ``advance`` of this class, not with its own.
        service: The service.
    """

    def __init__(
        self,
        *,
        start: float | None = None,
        auto_advance: bool = False,
        limits: Quotas | None = None,
        rates: Rates | None = None,
        functions: Mapping[str, Function] | None = None,
    ) -> None:
        self._real = SystemClock()
        # Whole seconds: what a test adds to the clock and what the service keeps then agree.
        self.clock = ManualClock(float(int(self._real.now())) if start is None else start)
        self.service = Service(
            "sqlite://", clock=self.clock, limits=limits, rates=rates, functions=functions
        )
        self.crowd = Crowd()
        self._auto_advance = auto_advance
        self._moving = threading.Lock()
        self._calls = threading.Condition()
        self._calls_in_hand = 0
        self._waiters: set[_Waiter] = set()
        self._is_over = False

    def advance(self, seconds: float) -> None:
        """Move the clock on, stopping at each moment at which something is due.

        At each stop those who poll in other threads get the time, in real time, to do what there
        is to do, so that a timer that they start counts from that moment.

        Args:
            seconds: How far, in seconds.

        Raises:
            ValueError: ``seconds`` is negative.
        """
        if seconds < 0:
            raise ValueError(f"a clock cannot go back by {-seconds} s")
        target = self.clock.now() + seconds
        with self._moving:
            self.crowd.settle(SETTLE_SECONDS)
            while (due := self.service.next_due()) is not None and due <= target:
                self._move(due)
                self.crowd.settle(SETTLE_SECONDS)
            self._move(target)
            self.service.sweep()
            self.crowd.settle(SETTLE_SECONDS)

    def reply(self, request: Request[Any]) -> Reply:
        """Carry out a request that has been checked.

        Raises:
            Fault: The service refuses, or the test is over.
        """
        with self._calls:
            if self._is_over:
                raise OperationNotPermittedFault("the test that this SWF was for is over")
            self._calls_in_hand += 1
        try:
            self.service.admit(request)
            return self._poll(request) if waits(request) else self._call(request)
        finally:
            with self._calls:
                self._calls_in_hand -= 1
                self._calls.notify_all()

    def close(self) -> None:
        """Let the polls come back without a task and forget everything; later calls are refused."""
        with self._calls:
            self._is_over = True
            for waiter in self._waiters:
                waiter.wake()
            while self._calls_in_hand:
                self._calls.wait()
        self.service.close()

    def _call(self, request: Request[Any]) -> Reply:
        reply = self.service.reply(request)
        if isinstance(request, _RESPONSES) and self.crowd.knows(threading.current_thread()):
            self.crowd.note("idle")
        self._move(self.clock.now())
        return reply

    def _poll(self, request: Request[Any]) -> Reply:
        poll = cast(Poll, request)
        waiter = _Waiter(self.crowd)
        watch = self.service.watch(poll, waiter.wake)
        self.crowd.note("looking")
        with self._calls:
            self._waiters.add(waiter)
        doing = False
        try:
            until = self._real.now() + POLL_SECONDS
            while True:
                reply = self.service.reply(poll)
                doing = not reply.is_empty
                if doing or not self._wait(waiter, until):
                    return reply
                watch.take()  # never parked, so nothing is handed over: it waits for another wake
        finally:
            self.crowd.note("working" if doing else "idle")
            with self._calls:
                self._waiters.discard(waiter)
            watch.cancel()

    def _wait(self, waiter: _Waiter, until: float) -> bool:
        """Wait until there may be a task; return False when there is none for too long."""
        seconds = _QUIET_SECONDS
        while not self._is_over and (left := until - self._real.now()) > 0:
            if not self._auto_advance:
                return waiter.wait(left)
            if waiter.wait(min(seconds, left)) or self._jump():
                return True
            seconds *= 2
        return False

    def _jump(self) -> bool:
        """Move the clock to what is due next if everybody waits; tell whether it was moved."""
        if not self._moving.acquire(blocking=False):
            return False
        try:
            due = self.service.next_due() if self.crowd.is_quiet() else None
            if due is not None:
                self._move(due)
            return due is not None
        finally:
            self._moving.release()

    def _move(self, moment: float) -> None:
        """Move the clock to a moment and carry out all that is due by then."""
        self.clock.advance(max(0.0, moment - self.clock.now()))
        while True:
            due = self.service.next_due()
            handled = self.service.run_due() if due is not None and due <= moment else 0
            runner = self.service.runner
            if not handled and not (runner is not None and runner.run_waiting()):
                return


class VirtualClient:
    """An ``SwfClient`` of a virtual service; see `flowy.protocol.client.SwfClient`.

    Args:
        virtual: What it calls; closing the client leaves it open.
    """

    def __init__(self, virtual: VirtualService) -> None:
        self._virtual = virtual
        self._is_interrupted = False

    def call(self, request: Request[Answer]) -> Answer:
        """Carry out one operation, checked as on the wire."""
        checked = decode(type(request), encode(request))
        if self._is_interrupted and waits(checked):
            return cast(Answer, EMPTY[type(checked)])
        return cast(Answer, self._virtual.reply(checked).typed())

    def interrupt(self) -> None:
        """Let no poll start from now on; those that wait end within a fraction of a second."""
        self._is_interrupted = True

    def close(self) -> None:
        """Let no poll start from now on."""
        self.interrupt()
