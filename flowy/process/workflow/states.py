"""Where a process stands, and how it may go on from there.

States move like this, and in no other way::

    WAITING ──► RUNNING ──► COMPLETED
       │         ▲   └────► FAILED
       │         │            │ attempts are left
       ▼         └─ RETRYING ◄┘
    SKIPPED           └────► FAILED   cancelled in the pause

A process that has ended may be run again: that begins a new life, from WAITING.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flowy.errors import ProcessError
from flowy.process.workflow.results import ProcessResult


class ProcessState(enum.Enum):
    """Where a process stands."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    RETRYING = "retrying"
    SKIPPED = "skipped"

    __hash__ = object.__hash__  # looked up at each move: the quick one


MOVES: Mapping[ProcessState, frozenset[ProcessState]] = {
    ProcessState.WAITING: frozenset({ProcessState.RUNNING, ProcessState.SKIPPED}),
    ProcessState.RUNNING: frozenset({ProcessState.COMPLETED, ProcessState.FAILED}),
    ProcessState.FAILED: frozenset({ProcessState.RETRYING}),
    ProcessState.RETRYING: frozenset({ProcessState.RUNNING, ProcessState.FAILED}),
    ProcessState.COMPLETED: frozenset(),
    ProcessState.SKIPPED: frozenset(),
}
BUSY = frozenset({ProcessState.RUNNING, ProcessState.RETRYING})


@dataclass(kw_only=True)
class ProcessMetadata:
    """Where a process stands; written by whoever runs it.

    Args:
        process_id: Whose this is.
        state: Where it stands.
        retries: How many attempts followed the first.
        progress: How much is done, from 0 to 100; a process may write its own.
        start_time: When the latest run began, in local time.
        end_time: When it ended, in local time.
        last_error: What went wrong at the latest attempt that failed.
        result: What the latest run came to.
    """

    process_id: str
    state: ProcessState = ProcessState.WAITING
    retries: int = 0
    progress: float = 0.0
    start_time: datetime | None = None
    end_time: datetime | None = None
    last_error: str | None = None
    result: ProcessResult | None = None

    @property
    def retry_count(self) -> int:
        """The same as ``retries``."""
        return self.retries

    def move(self, state: ProcessState) -> None:
        """Go to another state.

        Raises:
            ProcessError: No such move exists.
        """
        if state not in MOVES[self.state]:
            raise ProcessError(
                f"process {self.process_id!r} cannot go from {self.state.name} to {state.name}"
            )
        self.state = state

    def reset(self) -> None:
        """Begin a new life, WAITING, and forget the one before.

        Raises:
            ProcessError: The process is being run at this moment.
        """
        if self.state in BUSY:
            raise ProcessError(
                f"process {self.process_id!r} is {self.state.name} already; "
                "make one object for each run that goes on at the same time"
            )
        self.state = ProcessState.WAITING
        self.retries, self.progress = 0, 0.0
        self.start_time = self.end_time = None
        self.last_error = self.result = None
