"""One process of a graph as an activity: the worker runs it where its settings say."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from flowy.errors import DefinitionError
from flowy.process.workflow.core import Workflow as Graph
from flowy.process.workflow.results import ProcessResult
from flowy.task.activity import Activity

MakeGraph = Callable[[], Graph]

_pools = threading.local()
"""The first graph of each builder that a thread has made: its pools serve all later ones."""


class NodeActivity(Activity):
    """Runs one process of a graph, with its strategy, time limit, rules and retries.

    It completes with a ``ProcessResult`` also when the process fails: that is the process's result.
    It fails only when there is no result, such as one that is too large to travel.

    Attributes:
        graph: Makes the graph; each run has a process object of its own.
    """

    graph: Callable[..., Graph]

    async def run(
        self, node_id: str, results: Mapping[str, Any], data: Any = None
    ) -> ProcessResult:
        """Run a process.

        Args:
            node_id: Which one.
            results: The results of its dependencies, by id.
            data: What a process without dependencies is given.

        Raises:
            DefinitionError: The graph has no such process.
        """
        graph = self.graph()
        node = graph.nodes.get(node_id)
        if node is None:
            raise DefinitionError(
                f"the graph of this worker has no process {node_id!r}, only "
                f"{', '.join(map(repr, graph.nodes))}: deploy the code that the workflow runs"
            )
        node.process.set_workflow(_keeper(self.graph, graph))
        if not node.dependencies:
            return await node.process.run(data)
        return await node.process.run(
            {each: msgspec.convert(result, ProcessResult) for each, result in results.items()}
        )


def _keeper(make: Callable[..., Graph], graph: Graph) -> Graph:
    """Return the graph whose pools this thread uses for all graphs of a builder."""
    kept: dict[Any, Graph] = _pools.__dict__.setdefault("graphs", {})
    return kept.setdefault(getattr(make, "__func__", make), graph)
