"""Slots: how many activities of each strategy run at once; and how fast tasks are taken.

A poller does not know which task it will get. It therefore takes a slot of every strategy that its
types need before it polls, and gives back those that the task does not need: a task that was taken
can always begin at once.
"""

import threading
from collections import Counter
from collections.abc import Collection, Mapping

from flowy.clock import Clock
from flowy.worker.stop import Stop


class Slots:
    """Counts what runs, by strategy.

    Args:
        capacity: How many of each strategy there are; one that is not named has no bound.
        stop: The wish that ends the waiting.
    """

    def __init__(self, capacity: Mapping[str, int], stop: Stop) -> None:
        self.capacity = dict(capacity)
        self._stop = stop
        self._used: Counter[str] = Counter()
        self._condition = threading.Condition()
        stop.then(self._wake)

    def used(self, strategy: str) -> int:
        """Return how many are taken."""
        return self._used[strategy]

    def take(self, strategies: Collection[str]) -> bool:
        """Wait for a slot of each strategy and take them all.

        Returns:
            False when the worker is to leave; nothing is taken then.
        """
        with self._condition:
            while not self._stop.wished:
                if all(self._is_free(strategy) for strategy in strategies):
                    self._used.update(strategies)
                    return True
                self._condition.wait()
        return False

    def give_back(self, strategies: Collection[str]) -> None:
        """Give slots back."""
        with self._condition:
            self._used.subtract(strategies)
            self._condition.notify_all()

    def _is_free(self, strategy: str) -> bool:
        capacity = self.capacity.get(strategy)
        return capacity is None or self._used[strategy] < capacity

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify_all()


class Pace:
    """Lets so many tasks through a second, on average and at once; shared by pollers.

    Args:
        per_second: How many.
        clock: What a second is measured on.
        stop: The wish that ends the waiting.
    """

    def __init__(self, per_second: float, clock: Clock, stop: Stop) -> None:
        self.per_second = per_second
        self._most = max(1.0, per_second)
        self._clock = clock
        self._stop = stop
        self._lock = threading.Lock()
        self._left = self._most
        self._counted_at = clock.now()

    def take(self) -> bool:
        """Wait until a task may be taken, and count it.

        Returns:
            False when the worker is to leave; nothing is counted then.
        """
        while not self._stop.wished:
            wait = self._try()
            if wait <= 0:
                return True
            self._stop.pause(wait)
        return False

    def give_back(self) -> None:
        """Take back the count of a task that did not come."""
        with self._lock:
            self._left = min(self._most, self._left + 1)

    def _try(self) -> float:
        with self._lock:
            now = self._clock.now()
            self._left += (now - self._counted_at) * self.per_second
            self._left, self._counted_at = min(self._most, self._left), now
            if self._left < 1:
                return (1 - self._left) / self.per_second
            self._left -= 1
            return 0.0
