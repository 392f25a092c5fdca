"""The service in this process as an ``SwfClient``."""

import threading
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from flowy.clock import Clock
from flowy.errors import Fault
from flowy.protocol.client import Exchanged
from flowy.protocol.polls import EMPTY, POLL_SECONDS, waits
from flowy.protocol.request import Request
from flowy.protocol.validation import decode
from flowy.protocol.wire import encode
from flowy.service.dispatch import Poll, Reply
from flowy.service.notifier import Watch
from flowy.service.server import Service

Answer = TypeVar("Answer")


class _Waiter:
    """A thread that waits in a poll until it is woken."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._condition = threading.Condition()
        self._is_woken = False

    def wake(self) -> None:
        with self._condition:
            self._is_woken = True
            self._condition.notify()

    def wait(self, until: float | None = None) -> bool:
        """Wait to be woken; return False when the time is up before."""
        with self._condition:
            while not self._is_woken and (until is None or self.clock.now() < until):
                self.clock.wait(self._condition, until)
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
        checked = _checked(request)
        self._service.admit(checked)
        if waits(checked):
            return cast(Answer, self._begin(cast(Poll, checked)).wait()[0])
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

    def exchange(
        self, answers: Sequence[Request[Any]], poll: Request[Answer], most: int
    ) -> Exchanged[Answer]:
        """Carry out answers and begin a poll; see ``flowy.protocol.client.ExchangingClient``.

        Raises:
            DatabaseError: The database cannot be used; nothing was changed.
        """
        checked = [_checked(answer) for answer in answers]
        pending = self._begin(cast(Poll, _checked(poll)), most)
        try:
            pending.faults, pending.found = self._service.exchange(checked, pending.poll, most)
        except BaseException:
            pending.close()
            raise
        return pending

    def _begin(self, poll: Poll, most: int = 1) -> "_Pending":
        waiter = _Waiter(self._service.clock)
        watch = self._service.watch(poll, waiter.wake, most)
        with self._lock:
            self._waiters.add(waiter)
        return _Pending(self, poll, waiter, watch)

    def look(self, poll: Poll) -> list[Reply] | None:
        """Look for a task; None when polls are interrupted."""
        if self._is_interrupted:
            return None
        reply = self._service.reply(poll)
        return [] if reply.is_empty else [reply]

    @property
    def is_interrupted(self) -> bool:
        """Whether polls are to come back."""
        return self._is_interrupted

    def forget(self, waiter: _Waiter) -> None:
        """Let go of somebody who waited."""
        with self._lock:
            self._waiters.discard(waiter)


class _Pending:
    """A poll that has begun: whoever began it waits for it, or closes it.

    Args:
        client: Where it began.
        poll: What it asks.
        waiter: The thread that will wait.
        watch: Its place among those who wait; it has not looked yet.
    """

    def __init__(self, client: EmbeddedClient, poll: Poll, waiter: _Waiter, watch: Watch) -> None:
        self.poll = poll
        self.faults: Sequence[Fault | None] = ()
        self.found: list[Reply] | None = None
        self._client = client
        self._waiter = waiter
        self._watch = watch
        self._until = waiter.clock.now() + POLL_SECONDS

    def wait(self) -> list[Any]:
        """Wait for a task; an empty one after 60 seconds, or when polls are interrupted."""
        try:
            found = self.found or self._wait()
            return [reply.typed() for reply in found] or [EMPTY[type(self.poll)]]
        finally:
            self.close()

    def _wait(self) -> list[Reply]:
        client, watch = self._client, self._watch
        found = client.look(self.poll) if self.found is None else []
        while found is not None and not found:
            if watch.park() and self._is_over() and watch.leave():
                break
            while (handed := watch.take()) is None and watch.is_served:
                self._waiter.wait()
            found = handed or client.look(self.poll)
        return found or []

    def close(self) -> None:
        """Give the poll up; a task that it was handed is left to time out."""
        self._client.forget(self._waiter)
        self._watch.cancel()

    def _is_over(self) -> bool:
        if self._client.is_interrupted:
            return True
        return not self._waiter.wait(self._until) or self._client.is_interrupted


def _checked(request: Request[Answer]) -> Request[Answer]:
    return decode(type(request), encode(request))
