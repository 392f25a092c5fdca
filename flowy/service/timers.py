"""The thread whose caller is the clock: what is due is carried out, what is old is deleted.

It sleeps until the earliest moment at which something is due, and is woken when a commit brings an
earlier one. Its commands take the same road as those of a client.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from flowy.clock import Clock
from flowy.errors import FlowyError
from flowy.protocol.request import Request
from flowy.service.dispatch import Reply
from flowy.service.operations.upkeep import DeleteExpired, Due, ExpireDue

SWEEP_EVERY = 60.0
RETRY_AFTER = 1.0

logger = logging.getLogger(__name__)


class TimerLoop:
    """Carries out what is due.

    Args:
        call: Carries out a command.
        clock: What it sleeps on.
    """

    def __init__(self, call: Callable[[Request[Any]], Reply], clock: Clock) -> None:
        self._call = call
        self._clock = clock
        self._condition = threading.Condition()
        self._due: float | None = None
        self._sweep_at = clock.now()
        self._stopped = True
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch the clock on a thread of its own."""
        self._stopped = False
        self._due = self._clock.now()
        self._thread = threading.Thread(target=self._run, name="flowy-timers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the command in hand and end the thread."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def tell(self, due: float) -> None:
        """Take note that something will be due at a moment."""
        known = self._due
        if known is not None and known <= due:
            return
        with self._condition:
            if self._due is None or due < self._due:
                self._due = due
                self._condition.notify_all()

    def look_again(self) -> None:
        """Look at the database soon: another process may have brought something earlier."""
        self.tell(self._clock.now())

    def run_due(self) -> int:
        """Carry out everything that is due now, on the caller's thread; return how much it was.

        What fires may make something else due at once; that is carried out too.
        """
        handled = 0
        while True:
            with self._condition:
                self._due = None
            found: Due = self._call(ExpireDue()).typed()
            handled += found.handled
            if found.next_due is None:
                return handled
            now = self._clock.now()
            if found.next_due > now:
                self.tell(found.next_due)
                return handled
            if not found.handled:
                # Another process has it in hand; this one sees to it that it is done.
                self.tell(now + RETRY_AFTER)
                return handled
            self.tell(found.next_due)

    def sweep(self) -> int:
        """Delete the executions whose retention is over, in small transactions; count them."""
        request, total = DeleteExpired(), 0
        while True:
            deleted: int = self._call(request).typed()
            total += deleted
            if deleted < request.executions:
                return total

    def _run(self) -> None:
        while not self._stopped:
            try:
                self._round()
            except FlowyError:
                logger.exception("what is due could not be carried out; trying again")
                self.tell(self._clock.now() + RETRY_AFTER)
            self._sleep()

    def _round(self) -> None:
        now = self._clock.now()
        if self._due is not None and self._due <= now:
            self.run_due()
        if self._sweep_at <= now:
            self._sweep_at = now + SWEEP_EVERY
            self.sweep()

    def _sleep(self) -> None:
        with self._condition:
            while not self._stopped:
                until = self._sweep_at if self._due is None else min(self._due, self._sweep_at)
                if until <= self._clock.now():
                    return
                self._clock.wait(self._condition, until)
