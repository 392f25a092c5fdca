"""What the threads that poll a service are doing: the clock of a test may jump when all wait.

A thread is *looking* while it is in a poll that has something to look for, *parked* while it waits
there, *working* from the task that it got until it answers one or polls again, and *idle* in
between: it is expected to poll again at once, and once it has been silent for a while it is not
waited for any longer. Threads that never polled do not count.
"""

import threading
from dataclasses import dataclass
from typing import Literal

from flowy.clock import SystemClock

PATIENCE = 0.5
"""Seconds, of real time, after which a thread that is between two calls is not waited for."""

_TICK = 0.005

Doing = Literal["looking", "parked", "working", "idle"]


@dataclass(slots=True)
class _Member:
    doing: Doing
    since: float


class Crowd:
    """The threads that poll one service."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._condition = threading.Condition()
        self._members: dict[threading.Thread, _Member] = {}

    def note(self, doing: Doing, thread: threading.Thread | None = None) -> None:
        """Take note of what a thread does from now on; by default the caller's."""
        with self._condition:
            member = _Member(doing, self._clock.now())
            self._members[thread or threading.current_thread()] = member
            self._condition.notify_all()

    def knows(self, thread: threading.Thread) -> bool:
        """Tell whether a thread has ever polled."""
        return thread in self._members

    def has_living(self) -> bool:
        """Tell whether a thread that has polled is still alive."""
        with self._condition:
            return any(thread.is_alive() for thread in self._members)

    def is_quiet(self) -> bool:
        """Tell whether every thread but the caller's waits."""
        with self._condition:
            return self._is_quiet()

    def settle(self, seconds: float) -> None:
        """Wait until every thread but the caller's waits, at most that long in real time."""
        until = self._clock.now() + seconds
        with self._condition:
            while not self._is_quiet() and self._clock.now() < until:
                self._clock.wait(self._condition, min(until, self._clock.now() + _TICK))

    def _is_quiet(self) -> bool:
        longest = self._clock.now() - PATIENCE
        caller = threading.current_thread()
        return all(
            member.doing == "parked" or (member.doing == "idle" and member.since <= longest)
            for thread, member in self._members.items()
            if thread is not caller and thread.is_alive()
        )
