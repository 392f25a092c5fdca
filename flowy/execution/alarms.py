"""Calls at given moments: one thread waits on a clock for the earliest of them."""

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from flowy.clock import Clock

_log = logging.getLogger(__name__)


@dataclass(slots=True, order=True)
class Alarm:
    """A call that is to come; cleared by ``Alarms.clear``."""

    when: float
    number: int
    callback: Callable[[], None] | None = field(compare=False)


class Alarms:
    """Calls back at given moments, on a thread that is made when the first alarm is set.

    Args:
        clock: Tells when a moment has come.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._condition = threading.Condition(self._lock)
        self._heap: list[Alarm] = []
        self._numbers = itertools.count()
        self._cleared = 0
        self._thread: threading.Thread | None = None
        self._closed = False

    def set(self, when: float, callback: Callable[[], None]) -> Alarm:
        """Have a function called on the alarms' thread, soon after a moment.

        Args:
            when: The moment, in seconds since the epoch.
            callback: Must be quick and raise nothing.
        """
        alarm = Alarm(when, next(self._numbers), callback)
        with self._lock:
            heapq.heappush(self._heap, alarm)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="flowy-alarms", daemon=True)
                self._thread.start()
            elif self._heap[0] is alarm:
                self._condition.notify_all()
        return alarm

    def clear(self, alarm: Alarm) -> None:
        """Forget an alarm; one that has rung stays rung."""
        with self._lock:
            if alarm.callback is None:
                return
            alarm.callback = None
            self._cleared += 1
            if self._cleared > 64 and self._cleared > len(self._heap) // 2:
                self._heap = [kept for kept in self._heap if kept.callback is not None]
                heapq.heapify(self._heap)
                self._cleared = 0

    def close(self) -> None:
        """Ring no more; idempotent."""
        with self._condition:
            self._closed = True
            self._heap.clear()
            self._condition.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while (callback := self._next_due()) is not None:
            try:
                callback()
            except Exception:  # noqa: BLE001 -- one bad callback must not stop the clock for all
                _log.exception("an alarm's callback failed; the alarms go on")

    def _next_due(self) -> Callable[[], None] | None:
        with self._condition:
            while not self._closed:
                earliest = self._heap[0].when if self._heap else None
                if earliest is None or earliest > self._clock.now():
                    self._clock.wait(self._condition, earliest)
                    continue
                alarm = heapq.heappop(self._heap)
                callback, alarm.callback = alarm.callback, None
                if callback is not None:
                    return callback
                self._cleared -= 1
            return None
