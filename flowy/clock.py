"""Where time comes from: the system, or a test that moves it by hand."""

import threading
from time import monotonic, time  # by name: no guard of workflow code stands in front of them
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
        self._offset = time() - monotonic()

    def now(self) -> float:
        """Return the seconds since the epoch; steps of the wall clock back are not followed."""
        since_start = monotonic()
        offset = time() - since_start
        if offset > self._offset:
            self._offset = offset
        return since_start + self._offset

    def wait(self, condition: threading.Condition, until: float | None) -> None:
        """Wait for a notification, at most until the given moment."""
        condition.wait(None if until is None else max(0.0, until - self.now()))


class Bell(Protocol):
    """Wakes one thread that waits for a moment; rung before the wait, the wait is over at once."""

    def ring(self) -> None:
        """End the wait that is under way, or else the next one."""
        ...

    def wait(self, until: float | None = None) -> bool:
        """Wait for the bell; return False when the moment came first."""
        ...


def bell(clock: Clock) -> Bell:
    """Return a bell whose moments are those of a clock."""
    return _SystemBell(clock) if isinstance(clock, SystemClock) else _ClockBell(clock)


class _SystemBell:
    """One lock, which whoever waits cannot get before it is rung."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lock.acquire()

    def ring(self) -> None:
        try:
            self._lock.release()
        except RuntimeError:  # it was rung, and nobody has waited since
            return

    def wait(self, until: float | None = None) -> bool:
        if until is None:
            return self._lock.acquire()
        left = until - self._clock.now()
        return self._lock.acquire(timeout=left) if left > 0 else self._lock.acquire(blocking=False)


class _ClockBell:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        self._is_rung = False

    def ring(self) -> None:
        with self._condition:
            self._is_rung = True
            self._condition.notify()

    def wait(self, until: float | None = None) -> bool:
        with self._condition:
            while not self._is_rung and (until is None or self._clock.now() < until):
                self._clock.wait(self._condition, until)
            rung, self._is_rung = self._is_rung, False
            return rung


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
