"""When a task that failed or timed out is tried again."""

from dataclasses import dataclass

from flowy.errors import DefinitionError
from flowy.protocol.fields import ActivityTaskTimeoutType

TIMEOUTS: tuple[ActivityTaskTimeoutType, ...] = (
    "HEARTBEAT",
    "SCHEDULE_TO_CLOSE",
    "SCHEDULE_TO_START",
    "START_TO_CLOSE",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """Tries a task again after failures and timeouts, with durable timers in between.

    The pause after the first attempt is ``initial_interval``; each further one is ``backoff`` times
    as long, up to ``max_interval``; a part of up to ``jitter`` of it is added, so that tasks that
    failed together do not come back together. SWF's timers run whole seconds. An activity that
    raises ``flowy.exception.RetryAfter`` names the next pause itself.

    Args:
        max_attempts: How many attempts there are in all, the first one included.
        initial_interval: Seconds after the first attempt.
        backoff: By what each pause is longer than the one before; at least 1.
        max_interval: No pause is longer, jitter aside; in seconds.
        jitter: The part of a pause that chance may add, 0 to 1; the same in every replay.
        max_elapsed: No attempt begins later after the call than this, in seconds; None for no
            such bound.
        retry_on: Names of exception classes, ``ValueError`` or ``package.module.Class``; only these
            failures are tried again. None for all.
        non_retryable: Names of exception classes that are not tried again.
        timeouts: The kinds of timeout that are tried again.

    Raises:
        DefinitionError: A value can never work.
    """

    max_attempts: int = 5
    initial_interval: float = 1.0
    backoff: float = 2.0
    max_interval: float = 100.0
    jitter: float = 0.1
    max_elapsed: float | None = None
    retry_on: tuple[str, ...] | None = None
    non_retryable: tuple[str, ...] = ()
    timeouts: tuple[str, ...] = TIMEOUTS

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise DefinitionError(f"max_attempts must be 1 or more, not {self.max_attempts}")
        if self.initial_interval < 0 or self.max_interval < 0:
            raise DefinitionError("the intervals of a RetryPolicy must not be negative")
        if self.backoff < 1:
            raise DefinitionError(f"backoff must be 1 or more, not {self.backoff}")
        if not 0 <= self.jitter <= 1:
            raise DefinitionError(f"jitter must be from 0 to 1, not {self.jitter}")
        unknown = sorted(set(self.timeouts) - set(TIMEOUTS))
        if unknown:
            raise DefinitionError(f"no such timeout: {unknown}; there are {', '.join(TIMEOUTS)}")

    @property
    def numbers(self) -> int:
        """How many numbers a call takes: one an attempt and one a pause."""
        return 2 * self.max_attempts - 1

    def retries_failure(self, type_name: str | None) -> bool:
        """Tell whether a failure by an exception of a class is tried again."""
        names = _names(type_name)
        if names & set(self.non_retryable):
            return False
        return self.retry_on is None or bool(names & set(self.retry_on))

    def pause(self, attempt: int, chance: float) -> float:
        """Return the seconds between an attempt and the next.

        Args:
            attempt: Which attempt has ended, from 1.
            chance: A number from 0 to 1 for the jitter.
        """
        exponent = min(attempt - 1, 1_000)
        try:
            interval = self.initial_interval * self.backoff**exponent
        except OverflowError:
            interval = self.max_interval
        return min(interval, self.max_interval) * (1 + self.jitter * chance)

    def in_time(self, elapsed: float) -> bool:
        """Tell whether an attempt may begin so many seconds after the call."""
        return self.max_elapsed is None or elapsed <= self.max_elapsed


def _names(type_name: str | None) -> set[str]:
    return set() if type_name is None else {type_name, type_name.rpartition(".")[2]}
