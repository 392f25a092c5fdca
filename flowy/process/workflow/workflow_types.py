"""The values that processes and graphs of processes are described with."""

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from flowy.errors import DefinitionError
from flowy.execution.retry import RetryPolicy
from flowy.process.workflow.id_generator import ProcessIdGenerator
from flowy.process.workflow.results import ProcessResult
from flowy.process.workflow.states import ProcessMetadata, ProcessState

__all__ = [
    "ProcessConfig",
    "ProcessId",
    "ProcessMetadata",
    "ProcessResult",
    "ProcessState",
    "ProcessType",
    "RetryStrategy",
    "Runnable",
    "WorkflowNode",
]

_ids = ProcessIdGenerator()


class ProcessType(enum.Enum):
    """Where a process runs."""

    ASYNC = "async"
    THREAD = "thread"
    PROCESS = "process"

    __hash__ = object.__hash__  # looked up for each process of a graph: the quick one


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
            maximum_delay=None,
            jitter=self.jitter,
            maximum_elapsed=self.maximum_elapsed,
            retry_on=self.retry_on,
        )


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
