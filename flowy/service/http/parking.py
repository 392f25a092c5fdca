"""A poll that waits: woken by a task, ended by time, by its client or by the server's shutdown.

Everything runs on the event loop's thread but ``wake``. A wake-up that comes while the poll is
looking for a task is kept, so none is lost.
"""

import asyncio
from collections import OrderedDict, defaultdict
from typing import Any

from flowy.service.http.asgi import Receive

REMEMBERED = 10_000
"""Clients whose polls are ended that are remembered."""


class Parking:
    """One waiting poll; it costs a future, a timer and a task that listens to the client.

    Args:
        loop: The running event loop.
    """

    __slots__ = ("_client", "_loop", "_over", "_signal", "_timer", "_woken")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._signal: asyncio.Future[None] | None = None
        self._woken = False
        self._over = False
        self._timer: asyncio.TimerHandle | None = None
        self._client: asyncio.Task[Any] | None = None

    def wake(self) -> None:
        """Have the poll look for a task; callable from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._wake)
        except RuntimeError:
            # The loop has been closed under a late wake-up: nobody waits any more.
            self._over = True

    def begin(self, seconds: float, receive: Receive) -> None:
        """Let the wait end after some seconds, or when the client goes away."""
        self._timer = self._loop.call_later(seconds, self.end)
        self._client = self._loop.create_task(_until_gone(receive))
        self._client.add_done_callback(self._gone)

    async def next_wake(self) -> bool:
        """Wait to be woken; False says that the wait is over."""
        if not self._woken and not self._over:
            self._signal = self._loop.create_future()
            await self._signal
            self._signal = None
        self._woken = False
        return not self._over

    async def outcome(self) -> None:
        """Wait to be woken, even when the wait is over: a task is on its way."""
        while not self._woken:
            self._signal = self._loop.create_future()
            await self._signal
            self._signal = None
        self._woken = False

    def end(self) -> None:
        """End the wait without a task."""
        self._over = True
        self._notify()

    def leave(self) -> None:
        """Give back the timer and the listener."""
        if self._timer is not None:
            self._timer.cancel()
        if self._client is not None:
            self._client.cancel()

    def _wake(self) -> None:
        self._woken = True
        self._notify()

    def _gone(self, _client: asyncio.Task[Any]) -> None:
        self.end()

    def _notify(self) -> None:
        if self._signal is not None and not self._signal.done():
            self._signal.set_result(None)


class Parkings:
    """The polls that wait, by the client that each is of; belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._of: defaultdict[str, set[Parking]] = defaultdict(set)
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._all_ended = False

    def add(self, parking: Parking, client: str) -> None:
        """Take in a poll; its wait is over at once if it should have ended.

        Args:
            parking: The poll.
            client: Names its client; "" is unknown.
        """
        self._of[client].add(parking)
        if self._all_ended or client in self._ended:
            parking.end()

    def discard(self, parking: Parking, client: str) -> None:
        """Let go of a poll."""
        waiting = self._of[client]
        waiting.discard(parking)
        if not waiting:
            del self._of[client]

    def end(self, client: str) -> None:
        """End the waits of a client, also of polls that are on their way."""
        self._ended[client] = None
        if len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        for parking in self._of.get(client, ()):
            parking.end()

    def end_all(self) -> None:
        """End all waits, now and from now on."""
        self._all_ended = True
        for waiting in self._of.values():
            for parking in waiting:
                parking.end()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
