"""The wish that a worker leaves, and pauses that end with it."""

import threading
from collections.abc import Callable

from flowy.clock import Clock


class Stop:
    """Set once, from any thread, when the worker is to finish what it has in hand and leave.

    Args:
        clock: What pauses are measured on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        self._wished = False
        self._grace = 0.0
        self._over_at = 0.0
        self._then: list[Callable[[], None]] = []

    @property
    def wished(self) -> bool:
        """Tell whether the worker is to leave."""
        return self._wished

    @property
    def is_over(self) -> bool:
        """Tell whether the worker is to leave, and the time that it was granted has passed."""
        return self._wished and self._clock.now() >= self._over_at

    def grant(self, seconds: float) -> None:
        """Give the worker so many seconds to leave, from when it is asked to; none by default."""
        self._grace = seconds

    def wish(self) -> None:
        """Ask the worker to leave; more than once is the same."""
        with self._condition:
            if not self._wished:
                self._over_at = self._clock.now() + self._grace
            self._wished = True
            self._condition.notify_all()
            told, self._then = self._then, []
        for callback in told:
            callback()

    def then(self, callback: Callable[[], None]) -> None:
        """Have a function called when the worker is asked to leave, or now if it was; quick."""
        with self._condition:
            if not self._wished:
                self._then.append(callback)
                return
        callback()

    def linger(self, seconds: float) -> None:
        """Return after that long, although the worker is to leave."""
        until = self._clock.now() + seconds
        with self._condition:
            while self._clock.now() < until:
                self._clock.wait(self._condition, until)

    def pause(self, seconds: float) -> None:
        """Return after that long, or as soon as the worker is to leave."""
        until = self._clock.now() + seconds
        with self._condition:
            while not self._wished and self._clock.now() < until:
                self._clock.wait(self._condition, until)
