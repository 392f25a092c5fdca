"""How a task is to be run: options of activities and child workflows, checked once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from flowy.errors import DefinitionError
from flowy.execution.retry import RetryPolicy
from flowy.task.definition import checked_name

LONGEST = 99_999_999
"""Seconds: SWF takes eight digits."""

Options = TypeVar("Options", bound="ActivityOptions | ChildOptions")


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityOptions:
    """What one call of an activity overrides. ``None`` means the type's registered default.

    Args:
        heartbeat: Longest silence between two heartbeats, in seconds.
        schedule_to_close: Longest time from scheduling to the answer, in seconds.
        schedule_to_start: Longest wait for a worker, in seconds.
        start_to_close: Longest time from a worker's start to its answer, in seconds.
        task_list: Where the task waits for its worker.
        retry: How many more attempts follow one that timed out, or a ``RetryPolicy``.
        delay: Seconds on a durable timer before the first attempt.
        error_handling: A failure that nobody looked at does not fail the workflow.
        abandon: The workflow does not wait for the task when it ends.
    """

    heartbeat: int | None = None
    schedule_to_close: int | None = None
    schedule_to_start: int | None = None
    start_to_close: int | None = None
    task_list: str | None = None
    retry: int | RetryPolicy = 3
    delay: int = 0
    error_handling: bool = False
    abandon: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildOptions:
    """What one start of a child workflow overrides. ``None`` means the type's registered default.

    Args:
        decision_duration: Longest time for one decision, in seconds.
        workflow_duration: Longest time from start to close, in seconds.
        task_list: Where the child's decision tasks wait.
        retry: How many more attempts follow one that timed out, or a ``RetryPolicy``.
        delay: Seconds on a durable timer before the first attempt.
        error_handling: A failure that nobody looked at does not fail the parent.
        abandon: The parent does not wait for the child when it ends.
    """

    decision_duration: int | None = None
    workflow_duration: int | None = None
    task_list: str | None = None
    retry: int | RetryPolicy = 3
    delay: int = 0
    error_handling: bool = False
    abandon: bool = False


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


def _count(value: Any, name: str) -> int:
    return _fitting(max(_whole(value, name), 0), name)


def _retry(value: Any, name: str) -> int | RetryPolicy:
    return value if isinstance(value, RetryPolicy) else _count(value, name)


def _fitting(number: int, name: str) -> int:
    if number > LONGEST:
        raise DefinitionError(f"{name} must be at most {LONGEST:,}, not {number:,}")
    return number


def _task_list_or_none(value: Any, _name: str) -> str | None:
    return None if value is None else checked_name(value, "task list")


def _flag(value: Any, _name: str) -> bool:
    return bool(value)


def _whole(value: Any, name: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise DefinitionError(f"{name} must be a whole number, not {value!r}") from error


_READERS: Mapping[str, Any] = {
    "abandon": _flag,
    "decision_duration": seconds_or_none,
    "delay": _count,
    "error_handling": _flag,
    "heartbeat": seconds_or_none,
    "retry": _retry,
    "schedule_to_close": seconds_or_none,
    "schedule_to_start": seconds_or_none,
    "start_to_close": seconds_or_none,
    "task_list": _task_list_or_none,
    "workflow_duration": seconds_or_none,
}

NAMES = frozenset(_READERS)
"""Every option that a proxy or an ``options`` block takes."""


def read(values: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the values of options into shape.

    Raises:
        TypeError: There is no option of that name.
        DefinitionError: A value can never work.
    """
    unknown = sorted(set(values) - NAMES)
    if unknown:
        raise TypeError(
            f"no such option: {', '.join(unknown)}; there are {', '.join(sorted(NAMES))}"
        )
    return {name: _READERS[name](value, name) for name, value in values.items()}


def override(options: Options, block: Mapping[str, Any]) -> Options:
    """Return options with those of a block on top; a block's others concern other kinds of task."""
    if not block:
        return options
    own = {field.name for field in fields(options)}
    return replace(options, **{name: value for name, value in block.items() if name in own})


_blocks: ContextVar[Mapping[str, Any]] = ContextVar("flowy_options", default={})  # noqa: B039 -- read only


def in_force() -> Mapping[str, Any]:
    """Return the options of the blocks around the code that runs, the innermost winning."""
    return _blocks.get()


@contextmanager
def block(values: Mapping[str, Any]) -> Iterator[None]:
    """Put options in force for the calls made inside, in this asyncio task or plain ``run``."""
    token = _blocks.set({**_blocks.get(), **read(values)})
    try:
        yield
    finally:
        # A run that is dropped is closed in another context, which has nothing to restore.
        with suppress(ValueError):
            _blocks.reset(token)
