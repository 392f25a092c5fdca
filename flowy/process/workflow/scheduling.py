"""One run of a graph: each process starts as soon as its own dependencies have ended.

There are no rounds. A process that ends releases its dependents; one that fails, and is required,
either ends the run (``fail_fast``) or has its dependents skipped, and theirs. The dependents of an
optional process that failed run without its result.
"""

import asyncio
import functools
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from flowy.errors import ProcessError
from flowy.execution.outcome import Outcome
from flowy.process.workflow.process import BaseProcess
from flowy.process.workflow.results import ProcessResult
from flowy.process.workflow.states import ProcessState
from flowy.process.workflow.workflow_types import WorkflowNode

_log = logging.getLogger(__name__)
SKIPPED = "ProcessSkipped"


class Cancelable(Protocol):
    """What runs: an execution, or the task of a process that overrides ``run``."""

    def cancel(self) -> Any:
        """Stop it soon; its end is heard of as any other."""
        ...


class GraphRun:
    """The state of one run; made for it and not used again.

    Args:
        nodes: The graph, checked.
        initial_data: The inputs of processes without dependencies, by id.
        now: Tells the time, in seconds since the epoch.
        ended: Called with each id when its process has ended or was skipped.

    Attributes:
        results: What has ended so far, in the order in which it did.
    """

    def __init__(
        self,
        nodes: Mapping[str, WorkflowNode],
        initial_data: Mapping[str, Any],
        now: Callable[[], float],
        ended: Callable[[str], None],
    ) -> None:
        self.results: dict[str, ProcessResult] = {}
        self._nodes = nodes
        self._initial_data = initial_data
        self._now = now
        self._ended = ended
        self._left: dict[str, int] = {}
        self._dependents: dict[str, list[str]] = {node_id: [] for node_id in nodes}
        for node_id, node in nodes.items():
            distinct = dict.fromkeys(node.dependencies)
            self._left[node_id] = len(distinct)
            for dependency in distinct:
                self._dependents[dependency].append(node_id)
        self._running: dict[str, Cancelable] = {}
        self._loop = asyncio.get_running_loop()
        self._arrived: deque[tuple[str, BaseProcess, Outcome]] = deque()
        self._woken = False
        self._critical: str | None = None
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._idle: asyncio.Future[None] | None = None

    async def run(self) -> dict[str, ProcessResult]:
        """Run the graph to its end.

        Raises:
            ProcessError: A required process with ``fail_fast`` failed.
        """
        for node_id in [node_id for node_id, left in self._left.items() if not left]:
            self._start(node_id)
        try:
            if self._nodes:
                await self._over
        except GeneratorExit:
            raise  # its loop is no more: nothing can be waited for
        except BaseException:
            await self._stop()
            raise
        await self._stop()
        if self._critical is not None:
            error = self.results[self._critical].error
            raise ProcessError(f"Critical node {self._critical} failed: {error}")
        return self.results

    def _start(self, node_id: str) -> None:
        node = self._nodes[node_id]
        process = node.process
        data = self._input(node_id, node)
        if type(process).run is BaseProcess.run:
            process = cast(BaseProcess, process)
            try:
                execution = process.begin(data)
            except Exception as error:  # noqa: BLE001 -- recorded and logged as the node's end
                self._watch(node_id, self._failed(error))
                return
            self._running[node_id] = execution
            execution.add_done_callback(functools.partial(self._arrive, node_id, process))
        else:
            self._watch(node_id, self._loop.create_task(process.run(data)))

    def _watch(self, node_id: str, future: asyncio.Future[ProcessResult]) -> None:
        self._running[node_id] = future
        future.add_done_callback(functools.partial(self._future_done, node_id))

    def _failed(self, error: Exception) -> asyncio.Future[ProcessResult]:
        future: asyncio.Future[ProcessResult] = self._loop.create_future()
        future.set_exception(error)
        return future

    def _arrive(self, node_id: str, process: BaseProcess, outcome: Outcome) -> None:
        """Hear, on any thread, of an end; the loop is woken once for all that wait for it."""
        self._arrived.append((node_id, process, outcome))
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._take_in)

    def _take_in(self) -> None:
        self._woken = False
        while self._arrived:
            node_id, process, outcome = self._arrived.popleft()
            self._done(node_id, process.conclude(outcome))

    def _future_done(self, node_id: str, future: asyncio.Future[ProcessResult]) -> None:
        if future.cancelled():
            error = f"process {node_id!r} was cancelled with its workflow"
            result = ProcessResult.failure(error, "CancelledError", self._now())
        elif (raised := future.exception()) is not None:
            _log.error("process %r raised outside of its work", node_id, exc_info=raised)
            result = ProcessResult.failure(str(raised), type(raised).__name__, self._now())
        else:
            result = future.result()
        self._done(node_id, result)

    def _input(self, node_id: str, node: WorkflowNode) -> Any:
        if not node.dependencies:
            return self._initial_data.get(node_id, {})
        results = self.results
        return {each: results[each] for each in node.dependencies if results[each].success}

    def _done(self, node_id: str, result: ProcessResult) -> None:
        self._running.pop(node_id, None)
        if self._idle is not None and not self._running:
            self._idle.set_result(None)
        self._record(node_id, result)
        if self._over.done():
            return
        node = self._nodes[node_id]
        if not result.success and node.required and node.process.config.fail_fast:
            self._critical = node_id
            self._over.set_result(None)
            return
        self._release(node_id)
        if len(self.results) == len(self._nodes):
            self._over.set_result(None)

    def _release(self, node_id: str) -> None:
        """Start, or skip, what waited for a process that has ended."""
        if not self._dependents[node_id]:
            return
        ended = deque([node_id])
        while ended:
            source = ended.popleft()
            blocks = self._nodes[source].required and not self.results[source].success
            for dependent in self._dependents[source]:
                if dependent in self.results:
                    continue
                self._left[dependent] -= 1
                if blocks:
                    self._skip(dependent, f"its required dependency {source!r} gave no result")
                    ended.append(dependent)
                elif not self._left[dependent]:
                    self._start(dependent)

    def _skip(self, node_id: str, why: str) -> None:
        self._nodes[node_id].process.metadata.move(ProcessState.SKIPPED)
        error = f"process {node_id!r} was skipped: {why}"
        self._record(node_id, ProcessResult.failure(error, SKIPPED, self._now()))

    def _record(self, node_id: str, result: ProcessResult) -> None:
        self.results[node_id] = result
        self._ended(node_id)

    async def _stop(self) -> None:
        """Cancel what still runs, wait for that, and skip what never started."""
        if not self._over.done():
            self._over.cancel()
        if self._running:
            self._idle = self._loop.create_future()
            for running in list(self._running.values()):
                running.cancel()
            await self._idle
        for node_id in self._nodes:
            if node_id not in self.results:
                self._skip(node_id, "its workflow ended before it could start")
