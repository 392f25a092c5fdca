"""What a graph of processes must be before any of it is run."""

from collections.abc import Mapping

from flowy.errors import DefinitionError
from flowy.process.workflow.workflow_types import WorkflowNode


def check_graph(nodes: Mapping[str, WorkflowNode], workflow_id: str) -> None:
    """See that every dependency exists and that there is no way round in a circle.

    Raises:
        DefinitionError: The graph can never be completed; the text names the processes.
    """
    if _in_order(nodes):
        return
    missing = [
        f"{node_id!r} depends on {dependency!r}"
        for node_id, node in nodes.items()
        for dependency in node.dependencies
        if dependency not in nodes
    ]
    if missing:
        raise DefinitionError(
            f"workflow {workflow_id!r} has dependencies on processes that were not registered: "
            f"{'; '.join(missing)}; register those, or correct the ids"
        )
    cycle = find_cycle({node_id: node.dependencies for node_id, node in nodes.items()})
    if cycle:
        raise DefinitionError(
            f"workflow {workflow_id!r} has a cycle: {' depends on '.join(map(repr, cycle))}; "
            "take one of these dependencies away"
        )


def _in_order(nodes: Mapping[str, WorkflowNode]) -> bool:
    """Tell whether each was registered after what it depends on, as most are: then all is well."""
    before: set[str] = set()
    for node_id, node in nodes.items():
        if not before.issuperset(node.dependencies):
            return False
        before.add(node_id)
    return True


def find_cycle(graph: Mapping[str, list[str]]) -> list[str]:
    """Return a cycle as the ids along it, the first one again at the end; empty without one.

    Args:
        graph: The dependencies of each id; all of them are ids.
    """
    left = {node_id: len(set(dependencies)) for node_id, dependencies in graph.items()}
    dependents: dict[str, list[str]] = {node_id: [] for node_id in graph}
    for node_id, dependencies in graph.items():
        for dependency in dict.fromkeys(dependencies):
            dependents[dependency].append(node_id)
    free = [node_id for node_id, count in left.items() if not count]
    while free:
        node_id = free.pop()
        del left[node_id]
        for dependent in dependents[node_id]:
            left[dependent] -= 1
            if not left[dependent]:
                free.append(dependent)
    return _walk_round(graph, left) if left else []


def _walk_round(graph: Mapping[str, list[str]], stuck: Mapping[str, int]) -> list[str]:
    """Follow dependencies that are stuck themselves until one comes back."""
    path: dict[str, None] = {}
    node_id = next(iter(stuck))
    while node_id not in path:
        path[node_id] = None
        node_id = next(each for each in graph[node_id] if each in stuck)
    along = list(path)
    return [*along[along.index(node_id) :], node_id]
