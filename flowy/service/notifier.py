"""Who waits for a task, and who is given one.

A watch is registered *before* its owner looks for a task, so that a task which is committed between
the look and the wait still wakes it. A commit wakes as many watches as it made tasks, the longest
waiting first: ten thousand parked polls are not disturbed by one task. A watch that was woken and
goes away without having looked again passes its wake on, so that no task stays behind.

Better than to be woken is to be served. An owner that has looked and found nothing parks its watch;
the transaction that makes a task may then take the watch, carry out its poll itself, and hand over
the answer with its commit: no second transaction, and no second commit.

Theory of operation: a watch is in one of these places. All moves are made under one lock.

=========  ==========================================================  ==========================
place      its owner                                                   goes on to
=========  ==========================================================  ==========================
looking    looks for a task, or is about to                            parked, woken, gone
parked     has found nothing and waits                                 taken, woken, looking
woken      is to look again                                            looking, gone (passes on)
taken      waits; a transaction carries out its poll                   served, woken
served     has an answer to fetch                                      gone
gone       has left; the watch is of no use                            ..
=========  ==========================================================  ==========================

Nothing here waits. A watch is a callback, so a thread and an event loop can both be behind it.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, Protocol

from flowy.service.store.tasks import TaskQueue

Line = dict[TaskQueue, "OrderedDict[_Watch, None]"]


class Watch(Protocol):
    """One poll's place among those who wait; of no use after ``cancel``."""

    def park(self) -> bool:
        """Let the poll be served from now on; return False when there may be a task already."""
        ...

    def take(self) -> Any:
        """Return the answers that were handed over, or None; call it before looking again.

        Unless answers are on their way, the watch then waits for another wake, at the end of the
        queue.
        """
        ...

    def leave(self) -> bool:
        """Go away like ``cancel``, unless an answer was handed over or is about to be."""
        ...

    @property
    def is_served(self) -> bool:
        """Whether a transaction has taken the watch: wait for the next wake, then ``take``."""
        ...

    def cancel(self) -> None:
        """Go away; a wake that was not used goes to the next who waits."""
        ...


class _Place(IntEnum):
    """The first two are places in a line, and the numbers of these lines."""

    LOOKING = 0
    PARKED = 1
    WOKEN = 2
    TAKEN = 3
    SERVED = 4
    GONE = 5


_LINES = 2
"""Places below this are lines."""


class Notifier:
    """The queues of those who wait, one for each task list."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looking: Line = {}
        self._parked: Line = {}
        self._lines = (self._looking, self._parked)

    def watch(
        self, queue: TaskQueue, wake: Callable[[], None], poll: Any = None, most: int = 1
    ) -> Watch:
        """Register somebody who is about to look for a task.

        Args:
            queue: Where tasks are waited for.
            wake: Called once a wake, on whatever thread commits; it must be quick and must not
                raise or call the notifier.
            poll: What is carried out for a parked watch.
            most: How many tasks it may be handed at once.
        """
        watch = _Watch(self, queue, wake, poll, most)
        with self._lock:
            self.move(watch, _Place.LOOKING)
        return watch

    @property
    def lock(self) -> threading.Lock:
        """Guards every watch."""
        return self._lock

    def count(self, queue: TaskQueue) -> int:
        """Count those who wait at a task list."""
        with self._lock:
            return len(self._looking.get(queue, ())) + len(self._parked.get(queue, ()))

    def watched(self) -> list[TaskQueue]:
        """Return the task lists at which somebody waits."""
        with self._lock:
            return list({**self._parked, **self._looking})

    def notify(self, queues: Iterable[TaskQueue]) -> None:
        """Wake one watch for each task, given as the list that it was put on."""
        if not (self._parked or self._looking):
            return
        counts: dict[TaskQueue, int] = defaultdict(int)
        for queue in queues:
            counts[queue] += 1
        for queue, count in counts.items():
            self.wake(queue, count)

    def wake(self, queue: TaskQueue, count: int) -> None:
        """Wake at most ``count`` watches of a task list, those first that have long looked."""
        woken: list[_Watch] = []
        with self._lock:
            while len(woken) < count and (watch := self._first(queue)) is not None:
                self.move(watch, _Place.WOKEN)
                woken.append(watch)
        for watch in woken:
            watch.wake()

    def serve(self, queue: TaskQueue) -> "Served | None":
        """Take the longest parked watch of a task list, to carry out its poll; None for nobody.

        Whoever takes it hands over an answer, or gives it back.
        """
        if queue not in self._parked:
            return None
        with self._lock:
            waiting = self._parked.get(queue)
            if not waiting:
                return None
            watch = next(iter(waiting))
            self.move(watch, _Place.TAKEN)
        return watch

    def move(self, watch: "_Watch", place: _Place) -> None:
        """Move a watch to another place; the lock is held."""
        before, queue = watch.place, watch.queue
        if before < _LINES:
            line = self._lines[before]
            waiting = line[queue]
            if len(waiting) == 1:
                del line[queue]
            else:
                del waiting[watch]
        watch.place = place
        if place < _LINES:
            line = self._lines[place]
            if queue in line:
                line[queue][watch] = None
            else:
                line[queue] = OrderedDict({watch: None})

    def _first(self, queue: TaskQueue) -> "_Watch | None":
        for line in (self._parked, self._looking):
            for watch in line.get(queue, ()):
                return watch
        return None


class Served(Protocol):
    """A watch in the hands of the transaction that carries out its poll."""

    @property
    def poll(self) -> Any:
        """What is to be carried out."""
        ...

    @property
    def most(self) -> int:
        """How often, at most."""
        ...

    def hand_over(self, answers: Any) -> None:
        """Give the owner answers that are durable."""
        ...

    def give_back(self) -> None:
        """Have the owner look for itself."""
        ...


class _Watch:
    __slots__ = ("_answer", "_notifier", "most", "place", "poll", "queue", "wake")

    def __init__(
        self, notifier: Notifier, queue: TaskQueue, wake: Callable[[], None], poll: Any, most: int
    ) -> None:
        self._notifier = notifier
        self._answer: Any = None
        self.queue = queue
        self.wake = wake
        self.poll = poll
        self.most = most
        self.place = _Place.GONE

    @property
    def is_served(self) -> bool:
        return self.place in (_Place.TAKEN, _Place.SERVED)

    def park(self) -> bool:
        with self._notifier.lock:
            if self.place is _Place.LOOKING:
                self._notifier.move(self, _Place.PARKED)
            return self.place is _Place.PARKED

    def take(self) -> Any:
        with self._notifier.lock:
            if self.place is _Place.SERVED:
                self.place = _Place.GONE
                return self._answer
            self._look_again()  # a parked watch that looks could be given a second task
            return None

    def _look_again(self) -> None:
        if self.place in (_Place.WOKEN, _Place.PARKED):
            self._notifier.move(self, _Place.LOOKING)

    def leave(self) -> bool:
        if self.place is _Place.GONE:
            return True
        with self._notifier.lock:
            if self.place in (_Place.TAKEN, _Place.SERVED):
                return False
            passes_on = self.place is _Place.WOKEN
            self._notifier.move(self, _Place.GONE)
        if passes_on:
            self._notifier.wake(self.queue, 1)
        return True

    def cancel(self) -> None:
        self.leave()

    def hand_over(self, answers: Any) -> None:
        with self._notifier.lock:
            self._answer = answers
            self.place = _Place.SERVED
        self.wake()

    def give_back(self) -> None:
        with self._notifier.lock:
            self.place = _Place.WOKEN
        self.wake()
