"""The service in this process as an ``SwfClient``."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from flowy.clock import Bell, bell
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
        self._bells: list[Bell] = []
        self._unused: deque[Bell] = deque()
        self._polls: dict[type[Request[Any]], tuple[Request[Any], Poll]] = {}
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
            bells = list(self._bells)
        for each in bells:
            each.ring()

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
        pending = self._begin(self._checked_poll(poll), most)
        try:
            pending.faults, pending.found = self._service.exchange(checked, pending.poll, most)
        except BaseException:
            pending.close()
            raise
        return pending

    def _begin(self, poll: Poll, most: int = 1) -> "_Pending":
        unused = self._unused_bell()
        try:
            watch = self._service.watch(poll, unused.ring, most)
        except BaseException:
            self.give_back(unused)
            raise
        return _Pending(self, poll, unused, watch, self._service.clock.now() + POLL_SECONDS)

    def _unused_bell(self) -> Bell:
        """Return a bell that no poll waits for; it may ring once more for the poll before."""
        try:
            return self._unused.popleft()
        except IndexError:
            made = bell(self._service.clock)
        with self._lock:
            self._bells.append(made)
        return made

    def _checked_poll(self, poll: Request[Any]) -> Poll:
        """Check a poll as ``_checked`` does, but the same one only once."""
        known, checked = self._polls.get(type(poll), (None, None))
        if poll is not known or checked is None:
            checked = cast(Poll, _checked(poll))
            self._polls[type(poll)] = poll, checked
        return checked

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

    def give_back(self, bell: Bell) -> None:
        """Keep a bell for another poll."""
        self._unused.append(bell)


class _Pending:
    """A poll that has begun: whoever began it waits for it, or closes it.

    Args:
        client: Where it began.
        poll: What it asks.
        bell: What the thread will wait for that fetches the tasks.
        watch: Its place among those who wait; it has not looked yet.
        until: When it comes back without a task, in seconds since the epoch.
    """

    __slots__ = ("_bell", "_client", "_is_closed", "_until", "_watch", "faults", "found", "poll")

    def __init__(
        self, client: EmbeddedClient, poll: Poll, bell: Bell, watch: Watch, until: float
    ) -> None:
        self.poll = poll
        self.faults: Sequence[Fault | None] = ()
        self.found: list[Reply] | None = None
        self._client = client
        self._bell = bell
        self._is_closed = False
        self._watch = watch
        self._until = until

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
                self._bell.wait()
            found = handed or client.look(self.poll)
        return found or []

    def close(self) -> None:
        """Give the poll up; a task that it was handed is left to time out."""
        if not self._is_closed:
            self._is_closed = True
            self._watch.cancel()
            self._client.give_back(self._bell)

    def _is_over(self) -> bool:
        if self._client.is_interrupted:
            return True
        return not self._bell.wait(self._until) or self._client.is_interrupted


def _checked(request: Request[Answer]) -> Request[Answer]:
    return decode(type(request), encode(request))
