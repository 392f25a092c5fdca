"""What user code may catch or raise: the documented names of Flowy's exceptions."""

from flowy.errors import (
<<<<<<< HEAD
    CompensationError,
    MapFailedError,
=======
    ActivityFailed,
    ChildFailed,
    FailedTask,
    LambdaFailed,
>>>>>>> main
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
<<<<<<< HEAD
    "CompensationError",
    "MapFailedError",
=======
    "ActivityFailed",
    "ChildFailed",
    "FailedTask",
    "LambdaFailed",
>>>>>>> main
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
