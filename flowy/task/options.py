"""How a task is to be run: options of activities, children and functions, checked once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeVar

from flowy.execution.retry import RetryPolicy
from flowy.protocol.ids import TaskList
from flowy.task import option_values as values_of
from flowy.task.option_values import seconds_or_none

Options = TypeVar("Options", bound="ActivityOptions | ChildOptions | LambdaOptions")

Cancellation = Literal["try", "wait", "abandon"]
ChildPolicy = Literal["TERMINATE", "REQUEST_CANCEL", "ABANDON"]


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
        task_priority: Which tasks of a list go first: those with the higher number.
        cancellation: What cancelling the call does: ``try`` asks the task to cancel itself and goes
            on at once, ``wait`` asks and goes on when the task has ended, ``abandon`` does not ask.
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
    task_priority: int | None = None
    cancellation: Cancellation = "try"
    attributes: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    """What is set, as a decision says it: made once, for a proxy may be called many times."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", _attributes(self))


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
        child_policy: What becomes of the child's own open children when it is terminated or runs
            out of time: ``TERMINATE``, ``REQUEST_CANCEL`` or ``ABANDON``.
        tags: At most five, by which executions are listed.
        task_priority: Which decision tasks of a list go first: those with the higher number.
        lambda_role: The IAM role with which the child invokes Lambda functions.
        workflow_id: The child's workflow id; None is one that no other has.
        cancellation: What cancelling the call does: ``try`` asks the child to cancel itself and
            goes on at once, ``wait`` asks and goes on when the child has closed, ``abandon`` does
            not ask.
    """

    decision_duration: int | None = None
    workflow_duration: int | None = None
    task_list: str | None = None
    retry: int | RetryPolicy = 3
    delay: int = 0
    error_handling: bool = False
    abandon: bool = False
    child_policy: ChildPolicy | None = None
    tags: tuple[str, ...] | None = None
    task_priority: int | None = None
    lambda_role: str | None = None
    workflow_id: str | None = None
    cancellation: Cancellation = "try"


@dataclass(frozen=True, kw_only=True, slots=True)
class LambdaOptions:
    """How one Lambda function is invoked.

    Args:
        start_to_close: Longest time of an invocation, in seconds; SWF takes at most 900, and takes
            that for None.
        retry: How many more attempts follow one that timed out, or a ``RetryPolicy``.
        delay: Seconds on a durable timer before the first attempt.
        error_handling: A failure that nobody looked at does not fail the workflow.
        abandon: The workflow does not wait for the function when it ends.
        cancellation: SWF cannot stop a function: ``try`` and ``abandon`` go on at once, ``wait``
            goes on when it has ended.
    """

    start_to_close: int | None = None
    retry: int | RetryPolicy = 3
    delay: int = 0
    error_handling: bool = False
    abandon: bool = False
    cancellation: Cancellation = "try"


def _attributes(options: ActivityOptions) -> dict[str, Any]:
    texts = {
        "heartbeat_timeout": options.heartbeat,
        "schedule_to_close_timeout": options.schedule_to_close,
        "schedule_to_start_timeout": options.schedule_to_start,
        "start_to_close_timeout": options.start_to_close,
        "task_priority": options.task_priority,
    }
    found: dict[str, Any] = {
        name: str(chosen) for name, chosen in texts.items() if chosen is not None
    }
    if options.task_list is not None:
        found["task_list"] = TaskList(name=options.task_list)
    return found


_READERS: Mapping[str, Any] = {
    "abandon": values_of.flag,
    "cancellation": values_of.cancellation,
    "child_policy": values_of.child_policy,
    "decision_duration": seconds_or_none,
    "delay": values_of.count,
    "error_handling": values_of.flag,
    "heartbeat": seconds_or_none,
    "lambda_role": values_of.lambda_role,
    "retry": values_of.retry,
    "schedule_to_close": seconds_or_none,
    "schedule_to_start": seconds_or_none,
    "start_to_close": seconds_or_none,
    "tags": values_of.tags,
    "task_list": values_of.task_list_or_none,
    "task_priority": values_of.task_priority,
    "workflow_duration": seconds_or_none,
    "workflow_id": values_of.workflow_id_or_none,
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


in_force: Callable[[], Mapping[str, Any]] = _blocks.get
"""Returns the options of the blocks around the code that runs, the innermost winning."""


@contextmanager
def block(values: Mapping[str, Any]) -> Iterator[None]:
    """Put options in force for the calls made inside, in this asyncio task or plain ``run``."""
    # The code may have worked them out, such as the time that is left. So a part of a second is no
    # time of its own here, as it is in histories, and not refused as where somebody writes it.
    known = {name: 0 if _is_part(value) else value for name, value in values.items()}
    token = _blocks.set({**_blocks.get(), **read(known)})
    try:
        yield
    finally:
        # A run that is dropped is closed in another context, which has nothing to restore.
        with suppress(ValueError):
            _blocks.reset(token)


def _is_part(value: Any) -> bool:
    return isinstance(value, float) and 0 < value < 1
