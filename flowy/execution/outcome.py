"""What a call came to: one frozen value, whatever ran it and however it ended."""

import enum
from typing import Any

import msgspec


class Status(enum.Enum):
    """How a call ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELED = "canceled"


class Stop(enum.Enum):
    """What became of a call that was told to stop."""

    NOT_STARTED = "was taken back before it started"
    INTERRUPTED = "was interrupted"
    KILLED = "was killed with every process it had started"
    ABANDONED = "cannot be stopped from outside and was abandoned: it may still be running"
    LATE = "ended by itself, too late"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a call, after its last attempt.

    Args:
        status: How it ended.
        value: What the callable returned; None unless it succeeded.
        error: What it raised, or an ``ExecutionError`` that says why it gave no value; None if it
            succeeded.
        started: When its first attempt began to run, or when it was asked for if none ever did, in
            seconds since the epoch.
        ended: When it ended, in seconds since the epoch.
        attempts: How many times it was started.
        stop: What became of the last attempt if it timed out or was cancelled, else None.
    """

    status: Status
    value: Any = None
    error: BaseException | None = None
    started: float
    ended: float
    attempts: int
    stop: Stop | None = None

    @property
    def succeeded(self) -> bool:
        """Whether there is a value."""
        return self.status is Status.SUCCEEDED

    @property
    def elapsed(self) -> float:
        """The seconds from the first attempt's start to the end, pauses included."""
        return self.ended - self.started

    def unwrap(self) -> Any:
        """Return the value.

        Raises:
            BaseException: What the callable raised, or the ``ExecutionError`` in its place.
        """
        if self.error is not None:
            raise self.error
        return self.value
