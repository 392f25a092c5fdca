"""BaseProcess: a piece of work that runs on the event loop, in a thread or in a process."""

import asyncio
import dataclasses
from abc import ABC
from collections.abc import Callable, Mapping
from typing import Any, Protocol, Self

from flowy.errors import ProcessError
from flowy.execution.call import Call
from flowy.execution.execution import Execution, Limits
from flowy.execution.outcome import Outcome
from flowy.execution.retry import ONCE
from flowy.execution.runner import NO_LIMITS, settled
from flowy.process.workflow.moments import local_time
from flowy.process.workflow.pools import Pools, WorkflowPoolManager
from flowy.process.workflow.results import ProcessResult
from flowy.process.workflow.states import ProcessMetadata, ProcessState
from flowy.process.workflow.validation import Refusing, refusal
from flowy.process.workflow.workflow_types import (
    ProcessConfig,
    ProcessId,
    ProcessType,
    RetryStrategy,
    WorkflowNode,
)

__all__ = [
    "BaseProcess",
    "ProcessConfig",
    "ProcessError",
    "ProcessId",
    "ProcessMetadata",
    "ProcessResult",
    "ProcessState",
    "ProcessType",
    "RetryStrategy",
]


class ParentWorkflow(Protocol):
    """What a process needs of the graph it belongs to."""

    process_id: str
    pool_manager: WorkflowPoolManager
    max_threads: int | None
    max_processes: int | None

    def add_node(self, node: WorkflowNode) -> None:
        """Take a process in."""
        ...


class BaseProcess(ABC):  # noqa: B024 -- documented so: `process` and `execute` are alternatives
    """A piece of work with its settings.

    A subclass overrides ``process``, plain or ``async``; or it overrides ``execute``, which is then
    awaited where the settings say, and whose value is wrapped. A plain ``process`` of type ASYNC
    runs in a thread, so that the event loop goes on and a timeout holds.

    An object of type PROCESS is pickled to the process that runs it; what it changes in itself
    there is lost, its value comes back.

    Args:
        config: How it is to be run.

    Attributes:
        config: How it is to be run.
        metadata: Where it stands.
    """

    def __init__(self, config: ProcessConfig) -> None:
        self.config = config
        self.metadata = ProcessMetadata(process_id=str(config.process_id))
        self._workflow: ParentWorkflow | None = None

    def process(self, input_data: Any) -> Any:
        """Do the work; to be overridden.

        Args:
            input_data: In a graph: the results of the dependencies by id, or, without
                dependencies, what ``Workflow.execute`` was given for this id.

        Returns:
            What dependents find in ``ProcessResult.data``.
        """
        raise NotImplementedError("Subclasses must implement process()")

    def set_workflow(self, workflow: ParentWorkflow) -> None:
        """Hear which graph it belongs to, whose pools it then shares."""
        self._workflow = workflow

    async def execute(self, input_data: Any) -> ProcessResult:
        """Run ``process`` where the settings say, and leave the metadata as they are.

        The pools are those of the graph; a process without one has pools of its own and says so.
        """
        if self._workflow is None:
            print(  # noqa: T201 -- documented to be printed
                f"Warning: Process {self.config.process_id} is not attached to a workflow. "
                "Using standalone pool manager."
            )
        return ProcessResult.of(await settled(self._start(self.process, input_data, None)))

    async def run(self, input_data: Any) -> ProcessResult:
        """Run to the end, with all attempts, and keep the metadata.

        It does not raise what the process raises: that is in the result, whose ``unwrap`` does.

        Raises:
            ProcessError: This object is being run already.
        """
        try:
            result = self.conclude(await settled(self.begin(input_data)))
        except asyncio.CancelledError:
            now = self._place()[0].runner.clock.now()
            error = f"process {self.config.process_id!r} was cancelled while it ran"
            self._end(ProcessResult.failure(error, "CancelledError", now))
            raise
        return result

    def begin(self, input_data: Any) -> Execution:
        """Begin what ``run`` does, and do not wait; ``conclude`` is owed its outcome.

        To be called on the thread of the running event loop.

        Raises:
            ProcessError: This object is being run already.
        """
        self.metadata.reset()
        overridden = type(self).execute is not BaseProcess.execute
        function = self.execute if overridden else self.process
        execution = self._start(function, input_data, _Watcher(self.metadata))
        self.metadata.start_time = local_time(execution.asked)
        return execution

    def conclude(self, outcome: Outcome) -> ProcessResult:
        """Take note of how what ``begin`` began has ended, and return that as a result."""
        result = ProcessResult.of(outcome)
        self._end(result)
        return result

    def register_to(
        self,
        workflow: ParentWorkflow,
        dependencies: list[str | ProcessId] | None = None,
        required: bool = True,
    ) -> Self:
        """Take a place in a graph.

        Args:
            workflow: The graph.
            dependencies: The processes that must end before.
            required: Whether the graph cannot be completed without this one.

        Returns:
            This process, for the next call.
        """
        names = [str(dependency) for dependency in dependencies or []]
        workflow.add_node(WorkflowNode(process=self, dependencies=names, required=required))
        return self

    @classmethod
    def get_process_result(cls, input_data: Mapping[str, Any], process_id: ProcessId | str) -> Any:
        """Return the value of a dependency.

        Args:
            input_data: What ``process`` was given.
            process_id: Which dependency.

        Raises:
            ValueError: It is not there, failed, or is not a ``ProcessResult``.
        """
        key = str(process_id)
        if key not in input_data:
            raise ValueError(f"Required process {key} not found in input data")
        result = input_data[key]
        if not isinstance(result, ProcessResult):
            raise ValueError(f"Expected ProcessResult for {key}, got {type(result)}")  # noqa: TRY004
        if not result.success:
            raise ValueError(f"Process {key} did not complete successfully")
        return result.data

    def _start(
        self, function: Callable[[Any], Any], input_data: Any, watcher: "_Watcher | None"
    ) -> Execution:
        config = self.config
        manager, pools = self._place()
        name = f"process {config.process_id!r}"
        call = Call(function=function, arguments=(input_data,), name=name)
        if watcher is not None:
            self.metadata.move(ProcessState.RUNNING)
        if (refused := refusal(config.validation_rules, input_data)) is not None:
            return manager.runner.start(call, Refusing(refused))
        limits = NO_LIMITS
        if config.timeout is not None or config.retry_strategy is not None:
            retry = ONCE if config.retry_strategy is None else config.retry_strategy.policy()
            limits = Limits(timeout=config.timeout, retry=retry)
        return manager.runner.start(call, pools.strategy(config.process_type), limits, watcher)

    def _place(self) -> tuple[WorkflowPoolManager, Pools]:
        workflow = self._workflow
        if workflow is not None:
            manager = workflow.pool_manager
            return manager, manager.get_or_create_pools(
                workflow.process_id, workflow.max_threads, workflow.max_processes
            )
        manager = WorkflowPoolManager.get_instance()
        name = f"workflow_{id(self)}"
        if not manager.has_pools(name):
            manager.clean_up_after(self, name)
        return manager, manager.get_or_create_pools(name)

    def _end(self, result: ProcessResult) -> None:
        metadata = self.metadata
        metadata.result = result
        metadata.end_time = result.end_time
        if result.success:
            metadata.progress = 100.0
            metadata.move(ProcessState.COMPLETED)
        else:
            metadata.last_error = result.error
            metadata.move(ProcessState.FAILED)

    def __getstate__(self) -> dict[str, Any]:
        state = {**self.__dict__, "_workflow": None}
        del state["metadata"]
        if self.config.validation_rules:
            state["config"] = dataclasses.replace(self.config, validation_rules=None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.metadata = ProcessMetadata(process_id=str(self.config.process_id))


class _Watcher:
    """Shows an execution's attempts in the metadata of its process."""

    __slots__ = ("_metadata",)

    def __init__(self, metadata: ProcessMetadata) -> None:
        self._metadata = metadata

    def attempt_failed(self, number: int, error: BaseException, pause: float) -> None:
        metadata = self._metadata
        metadata.last_error = str(error)
        if metadata.state is ProcessState.RUNNING:
            metadata.move(ProcessState.FAILED)
            metadata.move(ProcessState.RETRYING)

    def attempt_started(self, number: int) -> None:
        self._metadata.retries = number - 1
        if self._metadata.state is ProcessState.RETRYING:
            self._metadata.move(ProcessState.RUNNING)
