"""How long to wait after a call that failed: longer each time, and never in step with others."""

import logging
import random
from collections.abc import Callable
from time import monotonic

from flowy.errors import PayloadUnavailable, ServiceUnavailable, ServiceUnreachable
from flowy.protocol.faults import InternalFailure, ThrottlingException
from flowy.telemetry import SILENT, CallFailed, Telemetry
from flowy.worker.stop import Stop

logger = logging.getLogger(__name__)

FIRST = 0.5
"""Seconds of the first pause, at most; each further one may be twice as long."""

LONGEST = 60.0
"""Seconds that no pause goes beyond."""

LONGEST_UNREACHED = 2.0
"""The same where nobody listens: to ask again costs nobody anything, and tasks may be waiting."""

PASSING = (ServiceUnavailable, ThrottlingException, InternalFailure, PayloadUnavailable)
"""Errors that may be gone when the same call is made again."""


QUICK = 0.01
"""Seconds: a poll that took less has not waited."""

QUICK_MOST = 50
"""Polls in a row that may come back at once and empty, until there are pauses between them."""

BREATH = 0.1
"""Seconds of such a pause."""


class Breath:
    """Pauses where polls come back at once and empty, time after time.

    Their client was interrupted or closed without their worker, or the service lets no poll wait.

    Args:
        stop: Ends a pause.
    """

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._in_a_row = 0
        self._began = monotonic()

    def polled(self, *, found: bool) -> None:
        """Note a poll and what was done with its task, and pause if it is time."""
        is_quick = not found and monotonic() - self._began < QUICK
        self._in_a_row = self._in_a_row + 1 if is_quick else 0
        if self._in_a_row > QUICK_MOST:
            self._stop.pause(BREATH)
        self._began = monotonic()


class Backoff:
    """Pauses after failures in a row, with one log line when they begin and one when they end.

    Half of a pause is chance, so that workers that lost their service do not come back together.

    Args:
        what: What is tried, for the log: "polling resize in domain images".
        stop: Ends a pause.
        chance: Gives numbers from 0 to 1, evenly.
        telemetry: Hears of failures.
    """

    def __init__(
        self,
        what: str,
        stop: Stop,
        chance: Callable[[], float] = random.random,
        telemetry: Telemetry = SILENT,
    ) -> None:
        self._telemetry = telemetry
        self._what = what
        self._stop = stop
        self._chance = chance
        self.failures = 0
        """How many in a row."""

    def failed(self, error: Exception) -> None:
        """Note a failure, and pause."""
        if self._telemetry.listens:
            self._telemetry.tell(CallFailed(what=self._what, error=type(error).__name__))
        if not self.failures:
            logger.warning(
                "%s failed and is tried again with growing pauses: %s: %s",
                self._what,
                type(error).__name__,
                error,
            )
        # The exponent is bounded: 2.0 ** 1024 does not fit a float.
        bound = LONGEST_UNREACHED if isinstance(error, ServiceUnreachable) else LONGEST
        longest = min(bound, FIRST * 2.0 ** min(self.failures, 32))
        self.failures += 1
        self._stop.pause(longest * (1 + self._chance()) / 2)

    def succeeded(self) -> None:
        """Note that it works again, if it did not."""
        if self.failures:
            logger.warning("%s works again after %d failures", self._what, self.failures)
        self.failures = 0
