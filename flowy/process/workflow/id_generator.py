"""Ids for processes that were not given one."""

import re
import threading

from flowy.clock import Clock, SystemClock
from flowy.process.workflow.moments import local_time


class ProcessIdGenerator:
    """Gives each caller another id, ``prefix_1``, ``prefix_2`` and so on; thread-safe.

    Args:
        prefix: What the ids begin with.
    """

    def __init__(self, prefix: str = "proc") -> None:
        self._prefix = prefix
        self._counter = 0
        self._lock = threading.Lock()
        self._reserved: set[str] = set()

    def next_id(self, prefix: str | None = None) -> str:
        """Reserve the next free id and return it.

        Args:
            prefix: Instead of the generator's own.
        """
        stem = self._stem(prefix or self._prefix)
        with self._lock:
            while True:
                self._counter += 1
                process_id = f"{stem}_{self._counter}"
                if process_id not in self._reserved:
                    self._reserved.add(process_id)
                    return process_id

    def reserve_id(self, process_id: str) -> bool:
        """Reserve a given id; tell whether it was free. The counter goes past its number."""
        with self._lock:
            if process_id in self._reserved:
                return False
            self._reserved.add(process_id)
            number = re.fullmatch(rf"{re.escape(self._prefix)}_(\d+)", process_id)
            if number:
                self._counter = max(self._counter, int(number[1]))
            return True

    def release_id(self, process_id: str) -> None:
        """Make an id free again."""
        with self._lock:
            self._reserved.discard(process_id)

    def is_reserved(self, process_id: str) -> bool:
        """Tell whether an id is taken."""
        with self._lock:
            return process_id in self._reserved

    def reset(self) -> None:
        """Forget every id and count from 1 again."""
        with self._lock:
            self._counter = 0
            self._reserved.clear()

    def _stem(self, prefix: str) -> str:
        return prefix


class TimestampedProcessIdGenerator(ProcessIdGenerator):
    """Gives ids with the day in them, ``prefix_20260131_1`` and so on.

    Args:
        prefix: What the ids begin with.
        clock: Tells the day; the system's by default.
    """

    def __init__(self, prefix: str = "proc", clock: Clock | None = None) -> None:
        super().__init__(prefix)
        self._clock = clock or SystemClock()

    def _stem(self, prefix: str) -> str:
        return f"{prefix}_{local_time(self._clock.now()):%Y%m%d}"
