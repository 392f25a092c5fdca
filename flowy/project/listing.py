"""Lists of processes that print as a table, and what deleting one leaves behind."""

from typing import Any

from flowy.db.session import Session
from flowy.project.store import processes
from flowy.project.store.processes import PROCESSES
from flowy.project.store.workspaces import WORKSPACES

HEADING = f"{'id':>4s} {'label':<24s} {'status':<10s} {'parents':>9s} {'time':>8s} workspaces"


class ProcessList(list[Any]):
    """Processes; as a text it is a table with one line each."""

    def __str__(self) -> str:
        return "\n".join([HEADING, *map(str, self)])


def delete(session: Session, project: int, process: int) -> None:
    """Delete a process with its history; what had no other parent becomes a root."""
    orphans = processes.children(session, project, process)
    processes.delete_all_of(session, project, process)
    for orphan in orphans:
        others = processes.linked(session, project, orphan)
        parent = others[0] if others else None
        PROCESSES.set(session, project, {"parent": parent}, id=orphan)
        if parent is None:
            _set_root(session, project, orphan, orphan)


def _set_root(session: Session, project: int, process: int, root: int) -> None:
    PROCESSES.set(session, project, {"root": root}, id=process)
    for child in processes.children(session, project, process):
        _set_root(session, project, child, root)


def leave(session: Session, project: int, workspace: int) -> None:
    """Keep a workspace whose process goes; nobody made it from then on."""
    WORKSPACES.set(session, project, {"process": None}, id=workspace)
