"""What user code may catch or raise: the documented names of Flowy's exceptions."""

from flowy.errors import (
    CompensationError,
    MapFailedError,
    NondeterminismError,
    PayloadError,
    PayloadMismatch,
    RetryAfter,
    SuspendTask,
    TaskCanceled,
    TaskError,
    TaskNotScheduled,
    TaskTerminated,
    TaskTimedout,
)

__all__ = [
    "CompensationError",
    "MapFailedError",
    "NondeterminismError",
    "PayloadError",
    "PayloadMismatch",
    "RetryAfter",
    "SuspendTask",
    "TaskCanceled",
    "TaskError",
    "TaskNotScheduled",
    "TaskTerminated",
    "TaskTimedout",
]
