"""Workflow: processes that depend on each other, run as one."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from typing import Any, Self

from flowy.errors import DefinitionError, ProcessError
from flowy.listening import RunListener
from flowy.process.workflow.graph import check_graph
from flowy.process.workflow.pools import WorkflowPoolManager
from flowy.process.workflow.process import BaseProcess
from flowy.process.workflow.progress import RunProgress
from flowy.process.workflow.recorded import recorded
from flowy.process.workflow.results import ProcessResult
from flowy.process.workflow.scheduling import GraphRun
from flowy.process.workflow.workflow_types import ProcessType, WorkflowNode

__all__ = ["BaseProcess", "Workflow", "WorkflowNode", "WorkflowPoolManager", "create_workflow"]


class Workflow:
    """A graph of processes.

    Pools of threads and processes are made when a process first needs one, and serve every run
    until ``shutdown``, or until nobody has the workflow any more.

    Args:
        max_processes: How many processes of type PROCESS run at a time; by default as many as there
            are processors.
        max_threads: How many of type THREAD run at a time.
        process_id: What the workflow is called. Workflows of one name share their pools.
        progress: Whether runs of more than two seconds show a progress bar; by default if
            standard error is a terminal.
        pool_manager: Who keeps the pools; by default the program's one manager.
        catalog: Makes a run of each ``execute``: `flowy.catalog.executions.ExecutionCatalogue`.

    Attributes:
        nodes: The processes with their places, by id.
        results: What the latest run came to, by id, in the order in which the processes ended.
    """

    def __init__(
        self,
        max_processes: int | None = None,
        max_threads: int | None = None,
        process_id: str | None = None,
        *,
        progress: bool | None = None,
        pool_manager: WorkflowPoolManager | None = None,
        catalog: RunListener | None = None,
    ) -> None:
        self.nodes: dict[str, WorkflowNode] = {}
        self.results: dict[str, ProcessResult] = {}
        self.max_processes = max_processes
        self.max_threads = max_threads
        self.process_id = process_id or f"workflow_{id(self)}"
        self.pool_manager = pool_manager or WorkflowPoolManager.get_instance()
        self._progress = progress
        self._catalog = catalog
        self._kind = process_id or type(self).__name__
        self._running = False
        if process_id is None:
            self.pool_manager.clean_up_after(self, self.process_id)

    def add_node(self, node: WorkflowNode) -> None:
        """Take a process in.

        Raises:
            DefinitionError: Another process has its id.
        """
        node_id = str(node.process.config.process_id)
        if node_id in self.nodes:
            raise DefinitionError(
                f"workflow {self.process_id!r} has a process {node_id!r} already; give this one "
                "another id, or a ProcessId with an index"
            )
        node.process.set_workflow(self)
        self.nodes[node_id] = node

    @contextlib.contextmanager
    def get_pools(self) -> Iterator[tuple[Executor, Executor]]:
        """Lend the pool of threads and the pool of processes; they stay open."""
        pools = self.pool_manager.get_or_create_pools(
            self.process_id, self.max_threads, self.max_processes
        )
        yield pools[ProcessType.THREAD], pools[ProcessType.PROCESS]

    @property
    def execution_graph(self) -> dict[str, list[str]]:
        """The dependencies of each process, by id."""
        return {node_id: list(node.dependencies) for node_id, node in self.nodes.items()}

    async def execute(
        self, initial_data: Mapping[str, Any] | None = None
    ) -> dict[str, ProcessResult]:
        """Run every process as soon as its dependencies have ended.

        A process gets the results of its dependencies by id, without those of optional
        processes that failed. A process without dependencies gets what ``initial_data`` has for its
        id, or an empty dict.

        Args:
            initial_data: The inputs of processes without dependencies, by id.

        Returns:
            What each process came to, by id, in the order in which they ended.

        Raises:
            DefinitionError: A dependency is missing, or there is a cycle; nothing was run.
            ProcessError: A required process with ``fail_fast`` failed. What ran besides was
                cancelled, the rest skipped; ``results`` has what each came to.
        """
        check_graph(self.nodes, self.process_id)
        if self._running:
            raise ProcessError(f"workflow {self.process_id!r} is being executed already")
        for node in self.nodes.values():
            node.process.metadata.reset()
        self._running = True
        progress = RunProgress(f"Workflow {self.process_id}", len(self.nodes), shown=self._progress)
        now = self.pool_manager.runner.clock.now
        run = GraphRun(self.nodes, initial_data or {}, now, progress.advance)
        try:
            async with recorded(self._catalog, self._place(), initial_data, run.results):
                return await run.run()
        finally:
            self.results = run.results
            progress.close()
            self._running = False

    def _place(self) -> tuple[str, str]:
        return self.process_id, self._kind

    def to_json(self) -> str:
        """Describe the graph, where each process stands, and the latest results."""
        nodes = {
            node_id: {
                "process_id": node_id,
                "dependencies": node.dependencies,
                "required": node.required,
                "state": node.process.metadata.state.value,
                "retry_count": node.process.metadata.retry_count,
                "last_error": node.process.metadata.last_error,
            }
            for node_id, node in self.nodes.items()
        }
        results = {node_id: result.model_dump() for node_id, result in self.results.items()}
        return json.dumps({"nodes": nodes, "results": results}, default=str)

    def shutdown(self, wait: bool = True) -> None:
        """Give the pools back; a later run makes new ones.

        Args:
            wait: Return when the calls that run in them have ended.
        """
        self.pool_manager.cleanup_pools(self.process_id, wait=wait)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()


def create_workflow(
    max_processes: int | None = None,
    max_threads: int | None = None,
    process_id: str | None = None,
) -> Workflow:
    """Return a new workflow; the arguments are the class's."""
    return Workflow(max_processes=max_processes, max_threads=max_threads, process_id=process_id)
