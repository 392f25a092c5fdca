"""Lineage, both ways: what something came from, and what came of it."""

from dataclasses import dataclass

from flowy.db.session import Session
from flowy.project.store import processes, workspaces
from flowy.project.store.processes import PROCESSES
from flowy.project.store.workspaces import WORKSPACES
from flowy.project.tree import require_process
from flowy.project.values import ProcessRecord, WorkspaceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A process in a lineage.

    Args:
        process: The process.
        parents: The numbers of all processes that it waited for.
        workspaces: What it made.
    """

    process: ProcessRecord
    parents: tuple[int, ...]
    workspaces: tuple[WorkspaceRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where a process stands among others.

    Args:
        step: The process itself.
        ancestors: All that it came from, parents before grandparents.
        descendants: All that came of it, children before grandchildren.
    """

    step: Step
    ancestors: tuple[Step, ...]
    descendants: tuple[Step, ...]


def lineage(session: Session, project: int, process: int) -> Lineage:
    """Return what a process came from and what came of it, with the workspaces of each.

    Raises:
        UnknownInProject: There is no such process.
    """
    record = require_process(session, project, process)
    family = PROCESSES.find(session, processes.TREE, project, root=record.root)
    known = {each.id: each for each in family}
    parents = {each.id: processes.linked(session, project, each.id) for each in family}
    children = {
        each.id: [other.id for other in family if each.id in parents[other.id]] for each in family
    }

    def step(number: int) -> Step:
        made = WORKSPACES.find(session, workspaces.OF_PROCESS, project, process=number)
        return Step(
            process=known[number],
            parents=tuple(parents[number]),
            workspaces=tuple(made),
        )

    return Lineage(
        step=step(process),
        ancestors=tuple(map(step, _reached(process, parents))),
        descendants=tuple(map(step, _reached(process, children))),
    )


def upwards(session: Session, project: int, process: int) -> list[ProcessRecord]:
    """Return a process, its parent, and so on to the root."""
    line = [require_process(session, project, process)]
    while (parent := line[-1].parent) is not None:
        line.append(require_process(session, project, parent))
    return line


def children(session: Session, project: int, process: int) -> list[ProcessRecord]:
    """Return the direct children of a process, those that join several parents included."""
    found = processes.children(session, project, process)
    return [require_process(session, project, number) for number in found]


def _reached(start: int, edges: dict[int, list[int]]) -> list[int]:
    found: list[int] = []
    layer = edges[start]
    while layer:
        new = [number for number in dict.fromkeys(layer) if number not in found]
        found += new
        layer = [after for number in new for after in edges[number]]
    return found
