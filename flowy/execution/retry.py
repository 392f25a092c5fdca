"""Whether a failed call is tried again, and after which pause."""

from collections.abc import Callable
from dataclasses import dataclass

from flowy.errors import DefinitionError


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When to try again.

    The pause after attempt *n* is ``delay * backoff ** (n - 1)`` seconds, at most
    ``maximum_delay``, of which chance takes away a part of at most ``jitter``.

    Args:
        attempts: How often the call may be started in all.
        delay: The first pause, in seconds.
        backoff: By how much each pause is longer than the one before.
        maximum_delay: The longest pause, in seconds.
        jitter: The part of a pause, from 0 to 1, that chance may take away.
        maximum_elapsed: No attempt starts later than this many seconds after the first did.
        retry_on: The exception types that are worth another attempt.
        give_up_on: Those among them that are not.

    Raises:
        DefinitionError: A value can never work.
    """

    attempts: int = 1
    delay: float = 1.0
    backoff: float = 2.0
    maximum_delay: float | None = None
    jitter: float = 0.0
    maximum_elapsed: float | None = None
    retry_on: tuple[type[BaseException], ...] = (Exception,)
    give_up_on: tuple[type[BaseException], ...] = ()

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise DefinitionError(f"a retry policy needs at least 1 attempt, not {self.attempts}")
        if self.delay < 0:
            raise DefinitionError(f"a retry policy cannot pause for {self.delay} s")
        if self.backoff <= 0:
            raise DefinitionError(f"a retry policy's backoff is above 0, not {self.backoff}")
        if not 0 <= self.jitter <= 1:
            raise DefinitionError(f"a retry policy's jitter is from 0 to 1, not {self.jitter}")

    def next_pause(
        self, attempt: int, error: BaseException, elapsed: float, chance: Callable[[], float]
    ) -> float | None:
        """Return the seconds to wait before the next attempt, or None if there is to be none.

        Args:
            attempt: The number of the attempt that failed, from 1.
            error: What it failed with.
            elapsed: The seconds since the first attempt started.
            chance: Gives a number from 0 to 1.
        """
        if attempt >= self.attempts or not isinstance(error, self.retry_on):
            return None
        if isinstance(error, self.give_up_on):
            return None
        pause = self._longest_pause(attempt)
        if self.jitter:
            pause *= 1 - self.jitter * chance()
        if self.maximum_elapsed is not None and elapsed + pause > self.maximum_elapsed:
            return None
        return pause

    def _longest_pause(self, attempt: int) -> float:
        try:
            pause = self.delay * self.backoff ** (attempt - 1)
        except OverflowError:
            pause = float("inf")
        return pause if self.maximum_delay is None else min(pause, self.maximum_delay)


ONCE = RetryPolicy()
