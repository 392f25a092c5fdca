"""The values that processes and graphs of processes are described with.

States move like this, and in no other way::

    WAITING ──► RUNNING ──► COMPLETED
       │         ▲   └────► FAILED
       │         │            │ attempts are left
       ▼         └─ RETRYING ◄┘
    SKIPPED           └────► FAILED   cancelled in the pause

A process that has ended may be run again: that begins a new life, from WAITING.
"""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import msgspec

from flowy.errors import DefinitionError, ProcessError
from flowy.execution.outcome import Outcome, Status
from flowy.execution.retry import RetryPolicy
from flowy.process.workflow.id_generator import ProcessIdGenerator
from flowy.process.workflow.moments import local_time

_ids = ProcessIdGenerator()


class ProcessType(enum.Enum):
    """Where a process runs."""

    ASYNC = "async"
    THREAD = "thread"
    PROCESS = "process"

    __hash__ = object.__hash__  # looked up for each process of a graph: the quick one


class ProcessState(enum.Enum):
    """Where a process stands."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    RETRYING = "retrying"
    SKIPPED = "skipped"

    __hash__ = object.__hash__  # as above


MOVES: Mapping[ProcessState, frozenset[ProcessState]] = {
    ProcessState.WAITING: frozenset({ProcessState.RUNNING, ProcessState.SKIPPED}),
    ProcessState.RUNNING: frozenset({ProcessState.COMPLETED, ProcessState.FAILED}),
    ProcessState.FAILED: frozenset({ProcessState.RETRYING}),
    ProcessState.RETRYING: frozenset({ProcessState.RUNNING, ProcessState.FAILED}),
    ProcessState.COMPLETED: frozenset(),
    ProcessState.SKIPPED: frozenset(),
}
BUSY = frozenset({ProcessState.RUNNING, ProcessState.RETRYING})


class ProcessId(NamedTuple):
    """Structured process identifier."""

    base_name: str
    index: int | None = None  # type: ignore[assignment]  # documented; hides a tuple's

    def __str__(self) -> str:
        """Give the id as graphs use it: ``name`` or ``name_index``."""
        if self.index is not None:
            return f"{self.base_name}_{self.index}"
        return self.base_name


@dataclass(frozen=True)
class RetryStrategy:
    """How often, and after which pauses, a failed process is run again.

    Args:
        max_retries: How many attempts may follow the first.
        delay_seconds: The pause before the first of them, in seconds.
        backoff_factor: By how much each pause is longer than the one before.
        jitter: The part of a pause, from 0 to 1, that chance may take away.
        maximum_elapsed: No attempt starts later than this many seconds after the first did.
        retry_on: The exception types that are worth another attempt. Of what a process of
            type PROCESS raises, only what can be pickled keeps its type.

    Raises:
        DefinitionError: A value can never work.
    """

    max_retries: int = 3
    delay_seconds: float = 1.0
    backoff_factor: float = 2.0
    jitter: float = 0.0
    maximum_elapsed: float | None = None
    retry_on: tuple[type[BaseException], ...] = (Exception,)

    def __post_init__(self) -> None:
        self.policy()

    def policy(self) -> RetryPolicy:
        """Return the same in the execution floor's words."""
        return RetryPolicy(
            attempts=self.max_retries + 1,
            delay=self.delay_seconds,
            backoff=self.backoff_factor,
            jitter=self.jitter,
            maximum_elapsed=self.maximum_elapsed,
            retry_on=self.retry_on,
        )


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
        if outcome.succeeded and isinstance(outcome.value, ProcessResult):
            return outcome.value
        error = outcome.error
        return cls(
            success=outcome.succeeded,
            data=outcome.value,
            execution_time=outcome.elapsed,
            start_time=local_time(outcome.started),
            end_time=local_time(outcome.ended),
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


@dataclass(kw_only=True)
class ProcessConfig:
    """How a process is to be run.

    Args:
        process_type: Where: on the event loop, in a thread, in a process.
        process_id: What it is called in a graph; by default ``proc_1``, ``proc_2`` and so on.
        timeout: How many seconds one attempt may run; None for any number.
        retry_strategy: Whether it is tried again; None for never.
        validation_rules: Called with the input; one that returns False, or raises, refuses it, and
            the process fails without being run.
        fail_fast: Whether its failure ends its graph, if the graph requires it.

    Raises:
        DefinitionError: A value can never work.
    """

    process_type: ProcessType = ProcessType.ASYNC
    process_id: str | ProcessId | None = None
    timeout: float | None = None
    retry_strategy: RetryStrategy | None = None
    validation_rules: list[Callable[[Any], object]] | None = None
    fail_fast: bool = True

    def __post_init__(self) -> None:
        try:
            self.process_type = ProcessType(self.process_type)
        except ValueError as error:
            raise DefinitionError(
                f"process {self.process_id!r}: unknown process type {self.process_type!r}"
            ) from error
        self.process_id = _ids.next_id() if self.process_id is None else str(self.process_id)
        if self.timeout is not None and self.timeout <= 0:
            raise DefinitionError(
                f"process {self.process_id!r}: a timeout is above 0 s, not {self.timeout}"
            )


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


class Runnable(Protocol):
    """What a graph needs of a process."""

    config: ProcessConfig
    metadata: ProcessMetadata

    async def run(self, input_data: Any) -> ProcessResult:
        """Run it and return what it came to."""
        ...

    def set_workflow(self, workflow: Any) -> None:
        """Hear which graph it belongs to."""
        ...


@dataclass
class WorkflowNode:
    """A process with its place in a graph.

    Args:
        process: What is run.
        dependencies: The ids of the processes that must end before.
        required: Whether the graph cannot be completed without it.
    """

    process: Runnable
    dependencies: list[str] = field(default_factory=list)
    required: bool = True

    def __post_init__(self) -> None:
        self.dependencies = [str(dependency) for dependency in self.dependencies]

    def validate_dependencies(self, available_nodes: Iterable[str]) -> list[str]:
        """Return the dependencies that are not among the given ids."""
        available = {str(node) for node in available_nodes}
        return [each for each in self.dependencies if each not in available]

    def can_execute(self, completed_nodes: Iterable[str]) -> bool:
        """Tell whether every dependency is among the given ids."""
        return not self.validate_dependencies(completed_nodes)
