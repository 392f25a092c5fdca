"""New workspaces: the number, the folder, then the row that leads to it."""

import shutil

from flowy.db.session import Session
from flowy.errors import UnknownInProject
from flowy.project import tree
from flowy.project.home import Home, workspace_path
from flowy.project.store import projects, workspaces
from flowy.project.store.workspaces import WORKSPACES
from flowy.project.values import WorkspaceRecord
from flowy.project.workspace import Workspace


def make_workspace(home: Home, label: str | None, process: int | None = None) -> Workspace:
    """Make a workspace and return it.

    A crash in between leaves an empty folder and no row; its number is not used again. Of two who
    make the same one for a process at once, both get the first one's.

    Raises:
        UnknownInProject: There is no such process.
    """
    number = home.write(lambda session: _next_number(session, home))
    folder = home.root / workspace_path(number)
    folder.mkdir(parents=True, exist_ok=True)
    record = WorkspaceRecord(
        id=number,
        label=label,
        process=process,
        path=workspace_path(number),
        user=home.user,
        created=home.clock.now(),
    )
    found = home.write(lambda session: _add(session, home, record))
    if found != number:
        shutil.rmtree(folder, ignore_errors=True)
    return Workspace(home, found)


def _next_number(session: Session, home: Home) -> int:
    number = projects.next_number(session, home.id, "last_workspace")
    if number is None:
        raise UnknownInProject(f"project {home.name!r} was deleted meanwhile")
    return number


def _add(session: Session, home: Home, record: WorkspaceRecord) -> int:
    if record.process is not None:
        tree.require_process(session, home.id, record.process)
        of = {"process": record.process, "label": record.label}
        found = WORKSPACES.find(session, workspaces.LABELLED, home.id, **of)
        if found:
            return found[0].id
    WORKSPACES.insert(session, home.id, record)
    return record.id
