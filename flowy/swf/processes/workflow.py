"""GraphWorkflow: a graph of processes as a workflow, each process an activity.

The graph's own run decides what starts when, on the workflow's event loop; only what it starts is
something else: a call of the activity instead of the process.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from flowy.errors import TaskError
from flowy.process.workflow.core import Workflow as Graph
from flowy.process.workflow.graph import check_graph
from flowy.process.workflow.results import ProcessResult
from flowy.process.workflow.scheduling import GraphRun
from flowy.process.workflow.states import ProcessMetadata, ProcessState
from flowy.process.workflow.workflow_types import ProcessConfig, WorkflowNode
from flowy.task.result import Result
from flowy.task.workflow import Workflow


class GraphWorkflow(Workflow):
    """Runs a graph: each process as an activity, as soon as its dependencies have ended.

    Attributes:
        graph: Makes the graph; the same each time.
        node: The proxy of the ``NodeActivity`` of the same graph.
    """

    graph: Callable[..., Graph]
    node: Any

    async def run(self, initial_data: Mapping[str, Any] | None = None) -> dict[str, ProcessResult]:
        """Run every process.

        Args:
            initial_data: The inputs of processes without dependencies, by id.

        Returns:
            What each process came to, by id, in the order in which they ended.

        Raises:
            DefinitionError: A dependency is missing, or there is a cycle.
            ProcessError: A required process with ``fail_fast`` failed.
        """
        graph = self.graph()
        check_graph(graph.nodes, graph.process_id)
        nodes = {
            node_id: WorkflowNode(
                process=_Remote(node_id, node, self),
                dependencies=node.dependencies,
                required=node.required,
            )
            for node_id, node in graph.nodes.items()
        }
        run = GraphRun(nodes, initial_data or {}, self.now, lambda _: None)
        return await run.run()


class _Remote:
    """Stands for a process of the graph; its run is an activity.

    Args:
        node_id: Its id.
        node: The process and its place.
        workflow: What calls the activity.
    """

    def __init__(self, node_id: str, node: WorkflowNode, workflow: GraphWorkflow) -> None:
        self.config: ProcessConfig = node.process.config
        self.metadata = ProcessMetadata(process_id=node_id)
        self._has_dependencies = bool(node.dependencies)
        self._node_id = node_id
        self._workflow = workflow

    async def run(self, input_data: Any) -> ProcessResult:
        """Have the process run by a worker and return its result, or why there is none."""
        self.metadata.move(ProcessState.RUNNING)
        results, data = (input_data, None) if self._has_dependencies else ({}, input_data)
        asked: Result = self._workflow.node(self._node_id, results, data)
        try:
            return msgspec.convert(await asked, ProcessResult)
        except TaskError as error:
            kind = (error.type or type(error).__name__).rpartition(".")[2]
            return ProcessResult.failure(str(error), kind, self._workflow.now())

    def set_workflow(self, workflow: Any) -> None:
        """Hear which graph it belongs to."""
