"""The deadlines of an execution in order of time: a heap from which closed things fall out late.

Theory of operation: a deadline is pushed when its clock starts and is never looked for again. Each
time somebody asks, entries at the top whose thing is over are dropped, and entries whose moment has
moved (heartbeats move one) are put back with the new moment. When most of the heap may be dead it
is rebuilt. Each push, drop and move costs O(log n), so a question costs O(log n) on average.
"""

import heapq
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple


class DeadlineKind(StrEnum):
    """The clocks of SWF; the value is the timeout type of the event that ends one."""

    ACTIVITY_HEARTBEAT = "HEARTBEAT"
    ACTIVITY_SCHEDULE_TO_CLOSE = "SCHEDULE_TO_CLOSE"
    ACTIVITY_SCHEDULE_TO_START = "SCHEDULE_TO_START"
    ACTIVITY_START_TO_CLOSE = "START_TO_CLOSE"
    DECISION_SCHEDULE_TO_START = "DECISION_SCHEDULE_TO_START"
    DECISION_START_TO_CLOSE = "DECISION_START_TO_CLOSE"
    EXECUTION_START_TO_CLOSE = "EXECUTION_START_TO_CLOSE"
    LAMBDA_START_TO_CLOSE = "LAMBDA_START_TO_CLOSE"
    TIMER = "TIMER"


class Deadline(NamedTuple):
    """A moment at which the clock ``kind`` of the thing that event ``event_id`` opened runs out.

    Deadlines of one moment are ordered by event id, then by kind, whatever order they came in.
    """

    due: float
    event_id: int
    kind: DeadlineKind


Current = Callable[[DeadlineKind, int], float | None]
"""Tells when a clock runs out as of now, or None when it does not run any more."""


class Deadlines:
    """The deadlines of one execution; see the module for the way it works."""

    __slots__ = ("_heap", "_rebuild_at", "_soonest")

    def __init__(self) -> None:
        self._heap: list[Deadline] = []
        self._rebuild_at = 64
        self._soonest: float | None = None

    def push(self, due: float | None, event_id: int, kind: DeadlineKind) -> None:
        """Note that a clock runs; ``due`` None is a clock without a limit."""
        if due is not None:
            heapq.heappush(self._heap, Deadline(due, event_id, kind))
            if self._soonest is None or due < self._soonest:
                self._soonest = due

    def soonest_new(self, current: Current) -> float | None:
        """Return the earliest deadline that was pushed since this was asked last, None for none.

        Its clock may have stopped meanwhile. Who knows a moment before which nothing ran out then
        knows one now, without a look at the heap.
        """
        if len(self._heap) > self._rebuild_at:
            self._rebuild(current)
        soonest, self._soonest = self._soonest, None
        return soonest

    def clear(self) -> None:
        """Forget all deadlines."""
        self._heap.clear()

    def earliest(self, current: Current) -> float | None:
        """Return the earliest moment at which a clock runs out, or None when none runs."""
        heap = self._heap
        if len(heap) > self._rebuild_at:
            self._rebuild(current)
        while heap:
            due, event_id, kind = heap[0]
            now_due = current(kind, event_id)
            if now_due is None:
                heapq.heappop(heap)
            elif now_due > due:
                heapq.heapreplace(heap, Deadline(now_due, event_id, kind))
            else:
                return due
        return None

    def due(self, now: float, current: Current) -> list[Deadline]:
        """Return the deadlines of clocks that have run out at ``now``, in order; change nothing."""
        found: list[Deadline] = []
        heap, indices = self._heap, [0]
        while indices:
            index = indices.pop()
            if index < len(heap) and heap[index].due <= now:
                _, event_id, kind = heap[index]
                now_due = current(kind, event_id)
                if now_due is not None and now_due <= now:
                    found.append(Deadline(now_due, event_id, kind))
                indices += (2 * index + 1, 2 * index + 2)
        return sorted(found)

    def _rebuild(self, current: Current) -> None:
        alive = [
            Deadline(due, event_id, kind)
            for _, event_id, kind in self._heap
            if (due := current(kind, event_id)) is not None
        ]
        heapq.heapify(alive)
        self._heap[:] = alive
        self._rebuild_at = 64 + 2 * len(alive)
