"""Who waits for a task, and who is woken when there is one.

A watch is registered *before* its owner looks for a task, so that a task which is committed between
the look and the wait still wakes it. A commit wakes as many watches as it made tasks, the longest
waiting first: ten thousand parked polls are not disturbed by one task. A watch that was woken and
goes away without having looked again passes its wake on, so that no task stays behind.

Nothing here waits. A watch is a callback, so a thread and an event loop can both be behind it.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from typing import Protocol

from flowy.service.store.tasks import TaskQueue


class Watch(Protocol):
    """One poll's place in the queue of those who wait; of no use after ``cancel``."""

    def rearm(self) -> None:
        """Wait for another wake, at the end of the queue; call it before looking for a task."""
        ...

    def cancel(self) -> None:
        """Go away; a wake that was not used goes to the next who waits."""
        ...


class Notifier:
    """The queues of those who wait, one for each task list."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[TaskQueue, OrderedDict[_Watch, None]] = {}

    def watch(self, queue: TaskQueue, wake: Callable[[], None]) -> Watch:
        """Register somebody who is about to look for a task.

        Args:
            queue: Where tasks are waited for.
            wake: Called once a wake, on whatever thread commits; it must be quick and must not
                raise or call the notifier.
        """
        watch = _Watch(self, queue, wake)
        self.enter(watch)
        return watch

    def count(self, queue: TaskQueue) -> int:
        """Count those who wait at a task list."""
        with self._lock:
            return len(self._waiting.get(queue, ()))

    def watched(self) -> list[TaskQueue]:
        """Return the task lists at which somebody waits."""
        with self._lock:
            return list(self._waiting)

    def notify(self, queues: Iterable[TaskQueue]) -> None:
        """Wake one watch for each task, given as the list that it was put on."""
        if not self._waiting:
            return
        counts: dict[TaskQueue, int] = defaultdict(int)
        for queue in queues:
            counts[queue] += 1
        for queue, count in counts.items():
            self.wake(queue, count)

    def wake(self, queue: TaskQueue, count: int) -> None:
        """Wake at most ``count`` watches of a task list."""
        with self._lock:
            waiting = self._waiting.get(queue)
            if waiting is None:
                return
            woken = [waiting.popitem(last=False)[0] for _ in range(min(count, len(waiting)))]
            for watch in woken:
                watch.is_woken = True
            if not waiting:
                del self._waiting[queue]
        for watch in woken:
            watch.wake()

    def enter(self, watch: "_Watch") -> None:
        """Put a watch at the end of its queue."""
        with self._lock:
            watch.is_woken = False
            self._waiting.setdefault(watch.queue, OrderedDict())[watch] = None

    def leave(self, watch: "_Watch") -> None:
        """Take a watch out, and pass on the wake that it did not use."""
        with self._lock:
            waiting = self._waiting.get(watch.queue)
            if waiting is not None:
                waiting.pop(watch, None)
                if not waiting:
                    del self._waiting[watch.queue]
            passes_on, watch.is_woken = watch.is_woken, False
        if passes_on:
            self.wake(watch.queue, 1)


class _Watch:
    __slots__ = ("_notifier", "is_woken", "queue", "wake")

    def __init__(self, notifier: Notifier, queue: TaskQueue, wake: Callable[[], None]) -> None:
        self._notifier = notifier
        self.queue = queue
        self.wake = wake
        self.is_woken = False

    def rearm(self) -> None:
        if self.is_woken:
            self._notifier.enter(self)

    def cancel(self) -> None:
        self._notifier.leave(self)
