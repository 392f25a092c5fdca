"""Slots: how many activities of each strategy run at once; and how fast tasks are taken.

A poller does not know which task it will get. It therefore takes a slot of every strategy that its
types need before it polls, and gives back those that the task does not need: a task that was taken
can always begin at once.
"""

import threading
from collections import Counter
from collections.abc import Collection, Mapping

from flowy.clock import Clock
from flowy.worker.bucket import Bucket, OwnBucket, Tokens
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


SHORTEST = 1e-6
"""Seconds that are not waited for: a clock need not tell such moments apart."""


class Pace:
    """Lets so many tasks through a second, on average and at once; shared by pollers.

    A poll that waits for a task is let through already.

    Args:
        per_second: How many.
        clock: What a second is measured on.
        stop: The wish that ends the waiting.
        bucket: What counts them; None is one of its own.
    """

    def __init__(
        self, per_second: float, clock: Clock, stop: Stop, bucket: Bucket | None = None
    ) -> None:
        self.per_second = per_second
        self._most = max(1.0, per_second)
        self._clock = clock
        self._stop = stop
        self._bucket = OwnBucket() if bucket is None else bucket

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
        with self._bucket as found:
            tokens = self._filled(found)
            tokens.left = min(self._most, tokens.left + 1)
            self._bucket.put(tokens)

    def _try(self) -> float:
        with self._bucket as found:
            tokens = self._filled(found)
            wait = max(0.0, 1 - tokens.left) / self.per_second
            if wait < SHORTEST:
                wait = 0.0
                tokens.left -= 1
            self._bucket.put(tokens)
            return wait

    def _filled(self, found: Tokens | None) -> Tokens:
        """Return what is in the bucket by now; at first, it is full."""
        now = self._clock.now()
        if found is None:
            return Tokens(self._most, now)
        passed = max(0.0, now - found.counted_at)  # a clock may have been put back
        left = found.left + passed * self.per_second
        return Tokens(min(self._most, left), now)
