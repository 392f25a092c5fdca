"""A definition as a graph: its tasks by position, and the ways from one to the next.

Positions are those of the engine, so that a state's ``callback_pos`` names a node. The ways of a
task are those that it declares (`flowy.machine.ways`); a task that declares none goes to the
next. Where a list ends, the list around it goes on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flowy.machine.callbacks import Callbacks
from flowy.machine.state import Position
from flowy.machine.ways import LEAVE, Way, ways_of

Path = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A task.

    Args:
        path: Its position.
        name: The name of its function, and what it is about.
        decides: Whether it has several ways.
    """

    path: Path
    name: str
    decides: bool


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A way from one task to another.

    Args:
        source: The position of a task.
        target: The position of another, or None for where the token's work ends.
        label: When it is taken.
    """

    source: Path
    target: Path | None
    label: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A definition's tasks in the order in which they are written, and the ways between them."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]

    def at(self, position: Sequence[int] | None) -> Node | None:
        """Return the task at a position; for that of a list, its first task."""
        if position is None:
            return None
        wanted = tuple(position)
        inside = [node for node in self.nodes if node.path[: len(wanted)] == wanted]
        return inside[0] if inside else None


def make_graph(definition: Any) -> Graph:
    """Return the graph of a definition.

    Args:
        definition: A nested list of tasks, as `Callbacks.replace` takes it.
    """
    tasks = list(Callbacks.cleanup_callables(definition))
    found = list(_walk(tasks, ()))
    edges = [
        Edge(source=path, target=_target(tasks, path, way), label=way.label)
        for path, task in found
        for way in ways_of(task)
    ]
    return Graph(nodes=[_node(path, task) for path, task in found], edges=edges)


def _walk(tasks: Sequence[Any], outer: Path) -> Iterator[tuple[Path, Any]]:
    for place, entry in enumerate(tasks):
        if callable(entry):
            yield (*outer, place), entry
        else:
            yield from _walk(entry, (*outer, place))


def _node(path: Path, task: Any) -> Node:
    name = f"{getattr(task, '__name__', type(task).__name__)} {getattr(task, 'about', '')}"
    return Node(path=Position(path), name=name.strip(), decides=len(ways_of(task)) > 1)


def _target(tasks: Sequence[Any], path: Path, way: Way) -> Path | None:
    """Return where a way leads."""
    if isinstance(way.target, int):
        return _entry(tasks, (*path[:-1], max(0, path[-1] + way.target)))
    return _after(tasks, path[:-1]) if way.target == LEAVE else None


def _entry(tasks: Sequence[Any], path: Path) -> Path | None:
    """Return the first task at a position or after it."""
    siblings = _list_at(tasks, path[:-1])
    if path[-1] >= len(siblings):
        return _after(tasks, path[:-1])
    entry = siblings[path[-1]]
    return Position(path) if callable(entry) else _entry(tasks, (*path, 0))


def _after(tasks: Sequence[Any], path: Path) -> Path | None:
    """Return the first task after a list."""
    return _entry(tasks, (*path[:-1], path[-1] + 1)) if path else None


def _list_at(tasks: Sequence[Any], path: Path) -> Sequence[Any]:
    for step in path:
        tasks = tasks[step]
    return tasks
