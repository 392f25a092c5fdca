"""The wish that a worker leaves, and pauses that end with it."""

import threading

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

    @property
    def wished(self) -> bool:
        """Tell whether the worker is to leave."""
        return self._wished

    def wish(self) -> None:
        """Ask the worker to leave; more than once is the same."""
        with self._condition:
            self._wished = True
            self._condition.notify_all()

    def pause(self, seconds: float) -> None:
        """Return after that long, or as soon as the worker is to leave."""
        until = self._clock.now() + seconds
        with self._condition:
            while not self._wished and self._clock.now() < until:
                self._clock.wait(self._condition, until)
