"""Where time comes from: the system, or a test that moves it by hand."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time and wakes those who wait for a moment.

    ``now`` never goes back. ``wait`` may return early; the caller looks at its condition and at
    ``now`` again.
    """

    def now(self) -> float:
        """Return the seconds since the epoch."""
        ...

    def wait(self, condition: threading.Condition, until: float | None) -> None:
        """Wait on a held condition until it is notified or ``now()`` reaches ``until``.

        ``None`` waits for the notification alone.
        """
        ...


class SystemClock:
    """The machine's wall clock, kept from going back."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Return the seconds since the epoch; steps of the wall clock back are not followed."""
        monotonic = time.monotonic()
        offset = time.time() - monotonic
        if offset > self._offset:
            self._offset = offset
        return monotonic + self._offset

    def wait(self, condition: threading.Condition, until: float | None) -> None:
        """Wait for a notification, at most until the given moment."""
        condition.wait(None if until is None else max(0.0, until - self.now()))


class ManualClock:
    """A clock that stands still until a test moves it.

    Args:
        start: The first moment, in seconds since the epoch.
    """

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()
        self._waiting: dict[threading.Condition, int] = {}

    def now(self) -> float:
        """Return the moment that the test has reached."""
        return self._now

    def wait(self, condition: threading.Condition, until: float | None) -> None:
        """Wait until the condition is notified or the clock has been moved to ``until``."""
        with self._lock:
            if until is not None and until <= self._now:
                return
            self._waiting[condition] = self._waiting.get(condition, 0) + 1
        try:
            condition.wait()
        finally:
            with self._lock:
                self._waiting[condition] -= 1
                if not self._waiting[condition]:
                    del self._waiting[condition]

    def advance(self, seconds: float) -> None:
        """Move the clock on and wake everybody who waits on it.

        Args:
            seconds: How far, in seconds; not negative.

        Raises:
            ValueError: ``seconds`` is negative.
        """
        if seconds < 0:
            raise ValueError(f"a clock cannot go back by {-seconds} s")
        with self._lock:
            self._now += seconds
            waiting = list(self._waiting)
        for condition in waiting:
            with condition:
                condition.notify_all()
