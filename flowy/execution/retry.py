"""Whether what failed is tried again, and after which pause."""

import builtins
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flowy.errors import DefinitionError, PayloadMismatch

Kind = type[BaseException] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When to try again: calls of the execution floor, activities and child workflows.

    The pause after attempt *n* is ``delay * backoff ** (n - 1)`` seconds, at most
    ``maximum_delay``, of which chance takes away a part of at most ``jitter``, so that what failed
    together does not come back together. In a workflow a pause is a durable timer, of whole
    seconds, and an activity that raises ``flowy.exception.RetryAfter`` names it itself.

    Kinds of failure are exception classes or their names, ``ValueError`` or
    ``package.module.Class``, and for tasks of a workflow also the kinds of timeout, such as
    ``HEARTBEAT``. Of a failure that came over the wire the names of its class and of those that it
    inherits from are known. What failed with ``PayloadMismatch`` is never tried again: the same
    value would not fit again.

    Args:
        attempts: How often it may be started in all, the first time included.
        delay: The first pause, in seconds.
        backoff: By how much each pause is longer than the one before.
        maximum_delay: The longest pause, in seconds; None for no such bound.
        jitter: The part of a pause, from 0 to 1, that chance may take away.
        maximum_elapsed: No attempt starts later than this many seconds after the first did, or
            after the call of a workflow; None for no such bound.
        retry_on: The kinds of failure that are worth another attempt.
        give_up_on: Those among them that are not.

    Raises:
        DefinitionError: A value can never work.
    """

    attempts: int = 5
    delay: float = 1.0
    backoff: float = 2.0
    maximum_delay: float | None = 100.0
    jitter: float = 0.1
    maximum_elapsed: float | None = None
    retry_on: tuple[Kind, ...] = (Exception,)
    give_up_on: tuple[Kind, ...] = ()

    def __post_init__(self) -> None:
        attempts: Any = self.attempts
        if not isinstance(attempts, int) or attempts < 1:
            raise DefinitionError(f"a retry policy needs at least 1 attempt, not {self.attempts}")
        for name in ("delay", "backoff", "jitter", "maximum_delay", "maximum_elapsed"):
            _check_number(name, getattr(self, name))
        for name in ("retry_on", "give_up_on"):
            _check_kinds(name, getattr(self, name))
        if not 0 <= self.delay < math.inf:
            raise DefinitionError(f"a retry policy cannot pause for {self.delay} s")
        if not 0 < self.backoff < math.inf:
            raise DefinitionError(f"a retry policy's backoff is above 0, not {self.backoff}")
        if not 0 <= self.jitter <= 1:
            raise DefinitionError(f"a retry policy's jitter is from 0 to 1, not {self.jitter}")
        for name in ("maximum_delay", "maximum_elapsed"):
            bound = getattr(self, name)
            if bound is not None and not bound >= 0:
                raise DefinitionError(f"a retry policy's {name} is not negative: {bound}")

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
        if attempt >= self.attempts or not self._is_worth_it(error):
            return None
        wished: float | None = getattr(error, "retry_after", None)
        pause = self._longest_pause(attempt) if wished is None else wished
        if self.jitter and wished is None:
            pause *= 1 - self.jitter * chance()
        if self.maximum_elapsed is not None and elapsed + pause > self.maximum_elapsed:
            return None
        return pause

    def _is_worth_it(self, error: BaseException) -> bool:
        if any(_is(error, kind) for kind in (PayloadMismatch, *self.give_up_on)):
            return False
        return any(_is(error, kind) for kind in self.retry_on)

    def _longest_pause(self, attempt: int) -> float:
        try:
            pause = self.delay * self.backoff ** (attempt - 1)
        except OverflowError:
            pause = float("inf")
        return pause if self.maximum_delay is None else min(pause, self.maximum_delay)


def _check_number(name: str, value: Any) -> None:
    if value is not None and (
        isinstance(value, str | timedelta) or not hasattr(value, "__float__")
    ):
        raise DefinitionError(f"a retry policy's {name} is a number, not {value!r}")


def _check_kinds(name: str, kinds: Any) -> None:
    """Refuse one class or text in the place of several, which would fail only with a failure."""
    if not isinstance(kinds, tuple | list | set | frozenset):
        raise DefinitionError(
            f"a retry policy's {name} is a tuple of classes of exceptions or their names, not "
            f"{kinds!r}: ({getattr(kinds, '__name__', repr(kinds))},)"
        )
    for kind in kinds:
        if not (
            isinstance(kind, str) or (isinstance(kind, type) and issubclass(kind, BaseException))
        ):
            raise DefinitionError(
                f"a retry policy's {name} has classes of exceptions or their names, not {kind!r}"
            )


def _is(error: BaseException, kind: Kind) -> bool:
    if isinstance(kind, str):
        return kind in _names(error)
    return isinstance(error, kind) or _full_name(kind) in _names(error)


def _names(error: BaseException) -> set[str]:
    """Return all that a failure may be called: its classes, what it was elsewhere, its timeout."""
    found = _class_names(type(error))
    remote: str | None = getattr(error, "type", None)
    if isinstance(remote, str):
        module, _, name = remote.rpartition(".")
        known = getattr(builtins, name, None) if module == "builtins" else None
        found |= _class_names(known) if isinstance(known, type) else {remote, name}
        bases: tuple[str, ...] = getattr(error, "bases", ())
        found.update(bases, (base.rpartition(".")[2] for base in bases))
    timeout: str | None = getattr(error, "timeout_type", None)
    if isinstance(timeout, str):
        found.add(timeout)
    return found


def _class_names(cls: type) -> set[str]:
    return {name for base in cls.__mro__ for name in (base.__name__, _full_name(base))}


def _full_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


ONCE = RetryPolicy(attempts=1)
