"""A worker that was asked to leave: what it still finishes, and what it hands back in time."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from flowy.worker.workshop import Workshop

logger = logging.getLogger(__name__)

POLL_PATIENCE = 75.0
"""Seconds for which a poll that cannot be called off is waited for: it may still bring a task."""

STOP_PATIENCE = 2.0
"""Seconds that code may take to stop whose task was handed back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grace:
    """How long a worker takes to leave.

    Args:
        seconds: How long tasks in hand may take to end before they are handed back.
        overdue: Called when tasks were handed back whose code does not stop, on a thread of its
            own; a process that cannot go on without them ends here.
        supervised: Whether a supervisor ends the process when it takes too long; a second signal
            means nothing then.
    """

    seconds: float
    overdue: Callable[[], None] = lambda: None
    supervised: bool = False


class Drain:
    """Hands back what a leaving worker cannot finish in time.

    Args:
        grace: How long it takes.
        shop: Has the tasks in hand; None has none.
        is_polling: Whether a poll is under way that may bring a task, or a decision, which nobody
            can hand back.
    """

    def __init__(self, grace: Grace, shop: Workshop | None, is_polling: Callable[[], bool]) -> None:
        self._grace = grace
        self._shop = shop
        self._is_polling = is_polling
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def handed_back(self) -> int:
        """How many tasks were, those that came meanwhile included."""
        return 0 if self._shop is None else self._shop.handed_back

    def begin(self) -> None:
        """Begin to count the grace time; more than once is the same."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="flowy-drain", daemon=True)
                self._thread.start()

    def end(self) -> None:
        """Note that all is done: nothing is left to hand back."""
        self._ended.set()

    def _watch(self) -> None:
        if self._ended.wait(self._grace.seconds):
            return
        if self._shop is not None:
            self._shop.hand_back()
        if self.handed_back:
            logger.warning(
                "%d tasks were handed back: they were not done in %g s",
                self.handed_back,
                self._grace.seconds,
            )
        waited, is_quiet = 0.0, not self._is_polling()
        while waited < POLL_PATIENCE:
            if self._ended.wait(STOP_PATIENCE):
                return
            waited += STOP_PATIENCE
            # What a last poll has brought is being answered: it has its time as well.
            was_quiet, is_quiet = is_quiet, not self._is_polling()
            if was_quiet and is_quiet:
                break
        self._grace.overdue()
