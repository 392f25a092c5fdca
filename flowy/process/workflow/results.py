"""What one run of a process came to."""

from datetime import datetime
from typing import Any

import msgspec

from flowy.errors import ProcessError
from flowy.execution.outcome import Outcome, Status
from flowy.process.workflow.moments import local_time


class ProcessResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one run of a process came to.

    Args:
        success: Whether it gave a value.
        data: The value; None if there is none.
        execution_time: How long it took, in seconds, pauses between attempts included.
        start_time: When it began to run, in local time.
        end_time: When it ended, in local time.
        error: What went wrong, else None.
        error_type: The name of the exception's type, else None.
    """

    success: bool
    data: Any = None
    execution_time: float
    start_time: datetime
    end_time: datetime
    error: str | None = None
    error_type: str | None = None

    @property
    def error_message(self) -> str | None:
        """The error with its type, or None."""
        if self.error and self.error_type:
            return f"{self.error_type}: {self.error}"
        return self.error or None

    def unwrap(self) -> Any:
        """Return the value.

        Raises:
            ProcessError: There is none; the text says why.
        """
        if not self.success:
            raise ProcessError(self.error_message or "the process failed without a message")
        return self.data

    def model_dump(self) -> dict[str, Any]:
        """Return the fields as a dict, with times in ISO format."""
        dumped = {name: getattr(self, name) for name in self.__struct_fields__}
        dumped["start_time"] = self.start_time.isoformat()
        dumped["end_time"] = self.end_time.isoformat()
        return dumped

    @classmethod
    def of(cls, outcome: Outcome) -> "ProcessResult":
        """Return what the execution floor's outcome means for a process."""
        succeeded, value, error = outcome.succeeded, outcome.value, outcome.error
        if succeeded and type(value) is cls:
            return value
        started, ended = outcome.started, outcome.ended
        return cls(
            success=succeeded,
            data=value,
            execution_time=ended - started,
            start_time=local_time(started),
            end_time=local_time(ended),
            error=None if error is None else str(error),
            error_type=None if error is None else _ERROR_TYPES.get(outcome.status, _name(error)),
        )

    @classmethod
    def failure(cls, error: str, error_type: str, now: float) -> "ProcessResult":
        """Return the result of a process that failed, or never ran, at one moment."""
        moment = local_time(now)
        return cls(
            success=False,
            execution_time=0.0,
            start_time=moment,
            end_time=moment,
            error=error,
            error_type=error_type,
        )


# What the standard library's own time limits and cancellations are called.
_ERROR_TYPES = {Status.TIMED_OUT: "TimeoutError", Status.CANCELED: "CancelledError"}


def _name(error: BaseException) -> str:
    return type(error).__name__
