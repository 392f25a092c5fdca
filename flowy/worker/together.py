"""How many inline activities are taken at once, and what becomes of them when one is not quick.

Handing tasks out one by one costs a commit each. A poller whose activities have been quick may take
several at once and answer them together. What is quick is measured, not promised: the number grows
while every activity takes less than a millisecond, is halved by one that takes longer, and is one
again after one that is slow. If one of those that were taken together blocks all the same, a
thread beside it sends the answers that wait and hands back the tasks that have not begun.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic  # by name: no guard of workflow code stands in front of it
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

MOST = 16
"""So many tasks are taken at once at most."""

QUICK = 0.001
"""Seconds that an activity takes at most that is one of several."""

SLOW = 0.02
"""Seconds after which an activity is none of several any more."""

PATIENCE = 0.25
"""Seconds after which those that were taken together are no longer done one after the other."""


class Appetite:
    """How many tasks may be taken at once, by how long the ones before took.

    Attributes:
        most: The number.
    """

    def __init__(self) -> None:
        self.most = 1
        self._quick = 0

    def took(self, seconds: float) -> None:
        """Take note of how long a task took."""
        if seconds > QUICK:
            self.most = 1 if seconds > SLOW else max(1, self.most // 2)
            self._quick = 0
            return
        self._quick += 1
        if self._quick >= self.most:
            self.most, self._quick = min(2 * self.most, MOST), 0


class Together(Generic[Answer]):
    """Answers that wait until the tasks which were taken with theirs are done.

    A poller ``keep``s and ``take``s them in its thread. When the tasks that it took together are
    not done in time, ``relieve`` is called on another thread with what waits.

    Args:
        relieve: Sends answers, and hands back the tasks that have not begun.
    """

    def __init__(self, relieve: Callable[[Sequence[Answer]], None]) -> None:
        self._relieve = relieve
        self._kept: deque[Answer] = deque()
        self._condition = threading.Condition()
        self._since: float | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def __bool__(self) -> bool:
        return bool(self._kept)

    def begin(self) -> None:
        """Take note that several tasks were taken; the time runs."""
        with self._condition:
            idle = self._since is None
            self._since = monotonic()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._watch, name="flowy-relief", daemon=True
                )
                self._thread.start()
            elif idle:
                self._condition.notify()

    def keep(self, answer: Answer) -> None:
        """Keep an answer for later."""
        self._kept.append(answer)

    def take(self) -> list[Answer]:
        """Take out all answers that wait, to send them; each is taken once."""
        taken = []
        while self._kept:
            try:
                taken.append(self._kept.popleft())
            except IndexError:  # another thread was quicker
                break
        return taken

    def close(self) -> None:
        """Let the thread end, and wait for what it is about to send."""
        with self._condition:
            self._closed = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while self._in_vain():
            self._relieve(self.take())

    def _in_vain(self) -> bool:
        """Wait until tasks that were taken together take too long; False when it is over."""
        with self._condition:
            while not self._closed:
                left = None if self._since is None else self._since + PATIENCE - monotonic()
                if left is not None and left <= 0:
                    self._since = None
                    return True
                self._condition.wait(left)
        return False
