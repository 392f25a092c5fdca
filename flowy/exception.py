"""What user code may catch or raise: the documented names of Flowy's exceptions."""

from flowy.errors import (
    ActivityFailed,
    ChildFailed,
    FailedTask,
    LambdaFailed,
    NondeterminismError,
    PayloadError,
    PayloadMismatch,
    RemoteError,
    RetryAfter,
    SuspendTask,
    TaskCanceled,
    TaskError,
    TaskNotScheduled,
    TaskTerminated,
    TaskTimedout,
)

__all__ = [
    "ActivityFailed",
    "ChildFailed",
    "FailedTask",
    "LambdaFailed",
    "NondeterminismError",
    "PayloadError",
    "PayloadMismatch",
    "RemoteError",
    "RetryAfter",
    "SuspendTask",
    "TaskCanceled",
    "TaskError",
    "TaskNotScheduled",
    "TaskTerminated",
    "TaskTimedout",
]
