"""A task gave no result, or an activity says how it is to go on."""

from dataclasses import dataclass
from typing import Any

from flowy.errors.declarations import DefinitionError
from flowy.errors.root import FlowyError


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedTask:
    """Which task of a workflow failed.

    Args:
        kind: ``activity``, ``child``, ``lambda`` or ``timer``.
        type: The type's name and version; a function's name.
        id: The activity id, the child's workflow id, the function's or timer's id.
        run_id: The child's run, where it has started.
        event_id: The event of the history that says that it was asked for; 0 when there is none.
        attempts: How often it was started.
    """

    kind: str
    type: str
    id: str
    run_id: str | None = None
    event_id: int = 0
    attempts: int = 0


class TaskError(FlowyError):
    """A task ended without a result.

    Its ``__cause__`` is what the task raised: an exception of the class itself where that is
    registered (`flowy.task.register_failure`), a `RemoteError` otherwise, with its own causes. Its
    notes show the traceback of where the task ran and the line from which it was called.

    Args:
        reason: What the task said, at most 256 characters when it came over SWF.
        details: The remote traceback, where the task gave one.

    Attributes:
        task: Which task it was.
        type: The class of the exception that the task raised, as ``module.name``, where it said so.
        bases: The classes that it inherits from, likewise.
        retry_after: Seconds after which the task asks to be tried again.
    """

    task: FailedTask | None = None
    type: str | None = None
    bases: tuple[str, ...] = ()
    retry_after: float | None = None

    def __init__(self, reason: str = "", details: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


class ActivityFailed(TaskError):
    """An activity raised an exception."""


class ChildFailed(TaskError):
    """A child workflow failed."""


class LambdaFailed(TaskError):
    """A Lambda function failed."""


class TaskTimedout(TaskError):
    """A task, and every further attempt that it was allowed, ran out of time.

    Args:
        reason: What happened.
        details: What the last heartbeat said.
        timeout_type: Which of SWF's timeouts it was, such as ``START_TO_CLOSE``.
    """

    def __init__(
        self, reason: str = "", details: str | None = None, timeout_type: str | None = None
    ) -> None:
        super().__init__(reason, details)
        self.timeout_type = timeout_type


class TaskCanceled(TaskError):
    """A task was cancelled before it gave a result."""


class TaskTerminated(TaskError):
    """A child execution was terminated from outside."""


class TaskNotScheduled(TaskError):
    """The service refused to schedule a task, or to tell another execution something.

    Args:
        reason: What happened.
        details: Nothing, as a rule.
        cause: SWF's cause, such as ``ACTIVITY_TYPE_DOES_NOT_EXIST``.
    """

    def __init__(
        self, reason: str = "", details: str | None = None, cause: str | None = None
    ) -> None:
        super().__init__(reason, details)
        self.cause = cause


class RemoteError(FlowyError):
    """Stands for an exception of another process, whose class is not registered in this one.

    Args:
        type: The exception's class, as ``module.name``.
        message: Its message.
        bases: The classes that it inherits from, as ``module.name``.
    """

    def __init__(self, type: str, message: str, bases: tuple[str, ...] = ()) -> None:
        super().__init__(f"{type}: {message}")
        self.type = type
        self.message = message
        self.bases = bases


class SideEffectFailed(TaskError):
    """The function of a side effect raised; every replay raises the same, and calls nothing.

    Its cause is what the function raised, of its own class where that is registered, and it is then
    caught as that class too.
    """


class MapFailedError(TaskError):
    """More items of a ``flowy.map`` failed than are tolerated; its cause is the first failure.

    Args:
        reason: How many failed, and why the first did.
        outcome: What became of each item: a `flowy.task.MapOutcome`.
    """

    def __init__(self, reason: str = "", outcome: Any = None) -> None:
        super().__init__(reason)
        self.outcome = outcome


class CompensationError(FlowyError):
    """Compensations of a saga failed, so not all is undone; its cause is why the saga was undone.

    Args:
        failures: What they raised, in the order in which they ran.
    """

    def __init__(self, failures: list[BaseException]) -> None:
        several = "; ".join(f"{type(failure).__name__}: {failure}" for failure in failures)
        super().__init__(f"{len(failures)} compensations failed: {several}")
        self.failures = failures


class RetryAfter(FlowyError):
    """Raised by an activity that knows when it is worth trying again.

    It counts as a failure; a ``RetryPolicy`` takes the pause from it.

    Args:
        seconds: How long to wait before the next attempt; not negative.
        reason: What the history shows.

    Raises:
        DefinitionError: The seconds are no number.
    """

    def __init__(self, seconds: float, reason: str = "") -> None:
        given: Any = seconds
        if isinstance(given, str) or not hasattr(given, "__float__") or given != given:
            raise DefinitionError(f"RetryAfter takes a number of seconds, not {given!r}")
        super().__init__(reason or f"to be tried again after {seconds} s")
        self.retry_after = max(0.0, float(seconds))


class NotRepeated(FlowyError):
    """An activity that is done at most once had begun before, so this attempt left it alone.

    Whether the attempt that began has had its effect is not known.
    """


class HandedBack(FlowyError):
    """A worker gave an activity back; the decider has it done elsewhere, or later.

    The worker leaves and the activity was not done in time; or it had not begun, and one that was
    taken with it blocks. It is a failure on the wire only: Flowy's deciders schedule the activity
    again at once, and it does not count as an attempt.
    """


class SuspendTask(BaseException):
    """Raised by an activity: send no answer, keep the task open for whoever holds its token.

    It is a ``BaseException`` so that ``except Exception`` in user code cannot swallow it.
    """
