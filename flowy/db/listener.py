"""What other processes on the same PostgreSQL say when they have committed.

All of them listen on one channel. A process that is alone says nothing, for a notification costs
more than a small commit: a newcomer says hello, the others answer that they are here, and from then
on each says what it has changed. A process that hears of nobody for a while is alone again.
Whoever joins, or has lost its connection, takes it that everything has changed.
"""

import os
import select
import threading
import time
from collections.abc import Callable, Sequence

from flowy.db.pipeline import Pipeline
from flowy.errors import ConnectionLost

CHANNEL = "flowy"
LONGEST = 7_900
"""Bytes of a notification; PostgreSQL takes a little more."""

GREET_EVERY = 3.0
ALONE_AFTER = 10.0
RECONNECT_AFTER = 0.5

_HELLO, _HERE, _ANYTHING = "hello", "here", "*"
_GENERAL = frozenset({_HELLO, _HERE, _ANYTHING})


class Listener:
    """Hears and tells what was changed.

    Args:
        connect: Makes a connection.
        node: The name of this process.
    """

    def __init__(self, connect: Callable[[], Pipeline], node: str) -> None:
        self._connect = connect
        self._node = node
        self._pipeline: Pipeline | None = None
        self._wakes, self._waker = os.pipe()
        self._lock = threading.Lock()
        self._heard_at = self._greeted_at = float("-inf")
        # Who does not listen cannot know that it is alone.
        self.has_company = True

    def message(self, topics: Sequence[str]) -> tuple[str, str]:
        """Return channel and payload of a notification."""
        payload = " ".join((self._node, *topics))
        return CHANNEL, payload if len(payload) <= LONGEST else f"{self._node} {_ANYTHING}"

    def wait(self) -> Sequence[str] | None:
        """Wait until somebody said something, a few seconds at most.

        Returns:
            What others have changed, None when it may be anything.
        """
        try:
            pipeline = self._pipeline
            if pipeline is None:
                pipeline = self._pipeline = self._connect()
                pipeline.queue_values(f"LISTEN {CHANNEL}", ())
                self._say(pipeline, _HELLO)
                return None
            self._greet(pipeline)
            heard = pipeline.notifications()
            if not heard and pipeline.wait_for_notification(self._wakes, GREET_EVERY):
                heard = pipeline.notifications()
            self._drain()
            return self._hear(pipeline, heard)
        except ConnectionLost:
            self._hang_up()
            select.select([self._wakes], [], [], RECONNECT_AFTER)
            self._drain()
            return ()

    def interrupt(self) -> None:
        """Let the thread that waits go."""
        os.write(self._waker, b"x")

    def close(self) -> None:
        """End the connection; nobody may wait."""
        self._hang_up()
        os.close(self._wakes)
        os.close(self._waker)

    def _drain(self) -> None:
        if select.select([self._wakes], [], [], 0)[0]:
            os.read(self._wakes, 1024)

    def _greet(self, pipeline: Pipeline) -> None:
        now = time.monotonic()
        self.has_company = now - self._heard_at < ALONE_AFTER
        if now - self._greeted_at >= GREET_EVERY:
            self._say(pipeline, _HELLO)

    def _hear(self, pipeline: Pipeline, payloads: Sequence[str]) -> Sequence[str] | None:
        heard: list[str] = []
        for payload in payloads:
            node, *topics = payload.split(" ")
            if node == self._node:
                continue
            self._heard_at, self.has_company = time.monotonic(), True
            heard += topics
        if _HELLO in heard:
            self._say(pipeline, _HERE)
        return None if _GENERAL.intersection(heard) else heard

    def _say(self, pipeline: Pipeline, word: str) -> None:
        if word == _HELLO:
            self._greeted_at = time.monotonic()
        pipeline.queue_values("SELECT pg_notify($1, $2)", (CHANNEL, f"{self._node} {word}"))
        pipeline.sync()

    def _hang_up(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None
