"""What one option may be: each function brings a value into shape, or says why it cannot work."""

from collections.abc import Iterable
from typing import Any

from flowy.errors import DefinitionError
from flowy.execution.retry import RetryPolicy
from flowy.task.definition import checked_name

LONGEST = 99_999_999
"""Seconds: SWF takes eight digits."""

YEAR = 31_536_000
"""Seconds: no execution lives longer, and no service takes a longer timer."""

TAGS_MAXIMUM = 5
TAG_MAXIMUM = 256
ROLE_MAXIMUM = 1_600
LOWEST, HIGHEST = -(2**31), 2**31 - 1
"""Task priorities that SWF takes."""

CANCELLATIONS = ("try", "wait", "abandon")
CHILD_POLICIES = ("TERMINATE", "REQUEST_CANCEL", "ABANDON")


def seconds(value: Any, name: str) -> int:
    """Return a whole, positive number of seconds.

    Raises:
        DefinitionError: The value is none; the message names it.
    """
    number = _whole(value, name)
    if number <= 0:
        raise DefinitionError(f"{name} must be a positive number of seconds, not {value!r}")
    return _fitting(number, name)


def seconds_or_none(value: Any, name: str) -> int | None:
    """Return a whole number of seconds; None and what is not positive mean the default."""
    if value is None:
        return None
    number = _whole(value, name)
    return _fitting(number, name) if number > 0 else None


def count(value: Any, name: str) -> int:
    """Return a whole number; what is negative is 0."""
    return _fitting(max(_whole(value, name), 0), name)


def retry(value: Any, name: str) -> int | RetryPolicy:
    """Return a policy as it is, or a number of further attempts."""
    return value if isinstance(value, RetryPolicy) else count(value, name)


def flag(value: Any, _name: str) -> bool:
    """Return whether a value is true."""
    return bool(value)


def task_list_or_none(value: Any, _name: str) -> str | None:
    """Return a task list's name, or None for the default."""
    return None if value is None else checked_name(value, "task list")


def workflow_id_or_none(value: Any, _name: str) -> str | None:
    """Return a workflow id, or None for one that no other has."""
    return None if value is None else checked_name(value, "workflow id")


def task_priority(value: Any, name: str) -> int | None:
    """Return a whole number that SWF takes as a priority, or None for the default."""
    if value is None:
        return None
    number = _whole(value, name)
    if not LOWEST <= number <= HIGHEST:
        raise DefinitionError(f"{name} is from {LOWEST:,} to {HIGHEST:,}, not {number:,}")
    return number


def child_policy(value: Any, name: str) -> str | None:
    """Return one of SWF's child policies, or None for the default."""
    return None if value is None else _one_of(value, name, CHILD_POLICIES)


def cancellation(value: Any, name: str) -> str:
    """Return what cancelling a call does."""
    return _one_of(value, name, CANCELLATIONS)


def tags(value: Any, name: str) -> tuple[str, ...] | None:
    """Return tags as SWF takes them, or None for the default."""
    if value is None:
        return None
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise DefinitionError(f"{name} is a list of texts, not {value!r}")
    if isinstance(value, set | frozenset):
        value = sorted(map(str, value))  # a set's order may differ when the workflow is replayed
    found = tuple(map(str, value))
    if len(found) > TAGS_MAXIMUM:
        raise DefinitionError(f"SWF takes {TAGS_MAXIMUM} tags, not {len(found)}: {found}")
    for each in found:
        tag(each)
    return found


def tag(value: Any) -> str:
    """Return a text that SWF takes as a tag."""
    text = str(value)
    if len(text) > TAG_MAXIMUM:
        raise DefinitionError(f"a tag has at most {TAG_MAXIMUM} characters: {text[:100]!r}...")
    return text


def lambda_role(value: Any, name: str) -> str | None:
    """Return the name of an IAM role, or None for the default."""
    if value is None:
        return None
    text = str(value)
    if not 1 <= len(text) <= ROLE_MAXIMUM:
        raise DefinitionError(f"{name} has 1 to {ROLE_MAXIMUM:,} characters, not {len(text):,}")
    return text


def _one_of(value: Any, name: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise DefinitionError(f"{name} is one of {', '.join(allowed)}, not {value!r}")
    return str(value)


def _fitting(number: int, name: str) -> int:
    if number > LONGEST:
        raise DefinitionError(f"{name} must be at most {LONGEST:,}, not {number:,}")
    return number


def _whole(value: Any, name: str) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise DefinitionError(f"{name} must be a whole number, not {value!r}") from error
    if number == 0 and isinstance(value, float) and value > 0:  # which would be as good as none
        raise DefinitionError(f"{name} must be a whole number, not {value!r}")
    return number
