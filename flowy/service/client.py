"""The service in this process as an ``SwfClient``."""

import threading
from typing import Any, TypeVar, cast

from flowy.clock import Clock
from flowy.protocol.polls import EMPTY, POLL_SECONDS, waits
from flowy.protocol.request import Request
from flowy.protocol.validation import decode
from flowy.protocol.wire import encode
from flowy.service.server import Poll, Service

Answer = TypeVar("Answer")


class _Waiter:
    """A thread that waits in a poll until it is woken."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        self._is_woken = False

    def wake(self) -> None:
        with self._condition:
            self._is_woken = True
            self._condition.notify()

    def wait(self, until: float) -> bool:
        """Wait to be woken; return False when the time is up before."""
        with self._condition:
            while not self._is_woken and self._clock.now() < until:
                self._clock.wait(self._condition, until)
            woken, self._is_woken = self._is_woken, False
            return woken


class EmbeddedClient:
    """Calls a service in this process; see ``flowy.protocol.client.SwfClient``.

    Requests are checked as they would be on the wire.

    Args:
        service: What it calls.
        owns_service: Whether ``close`` stops and closes the service too.
    """

    def __init__(self, service: Service, *, owns_service: bool = False) -> None:
        self._service = service
        self._owns_service = owns_service
        self._lock = threading.Lock()
        self._waiters: set[_Waiter] = set()
        self._is_interrupted = False

    def call(self, request: Request[Answer]) -> Answer:
        """Carry out one operation; a poll waits up to 60 seconds for a task.

        Raises:
            Fault: The service refuses; nothing was changed.
            DatabaseError: The database cannot be used; nothing was changed.
        """
        checked = decode(type(request), encode(request))
        self._service.admit(checked)
        if waits(checked):
            return cast(Answer, self._poll(cast(Poll, checked)))
        return self._service.call(checked)

    def interrupt(self) -> None:
        """Make the polls that wait now, and later ones, come back without a task."""
        with self._lock:
            self._is_interrupted = True
            waiters = list(self._waiters)
        for waiter in waiters:
            waiter.wake()

    def close(self) -> None:
        """Interrupt the polls, and stop and close the service if it is this client's own."""
        self.interrupt()
        if self._owns_service:
            self._owns_service = False
            self._service.stop()
            self._service.close()

    def _poll(self, poll: Poll) -> Any:
        service, clock = self._service, self._service.clock
        until = clock.now() + POLL_SECONDS
        waiter = _Waiter(clock)
        watch = service.watch(poll, waiter.wake)
        with self._lock:
            self._waiters.add(waiter)
        try:
            while True:
                if self._is_interrupted:
                    return EMPTY[type(poll)]
                reply = service.reply(poll)
                if not reply.is_empty or not waiter.wait(until):
                    return reply.typed()
                watch.rearm()
        finally:
            with self._lock:
                self._waiters.discard(waiter)
            watch.cancel()
