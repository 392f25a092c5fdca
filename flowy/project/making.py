"""New workspaces: the row, then the folder, which a note says is missing until it is there."""

from flowy.db.session import Session
from flowy.errors import UnknownInProject
from flowy.project import tree
from flowy.project.home import Home, workspace_path
from flowy.project.store import folder_notes, projects, workspaces
from flowy.project.store.workspaces import WORKSPACES
from flowy.project.values import WorkspaceRecord
from flowy.project.workspace import Workspace


def make_workspace(home: Home, label: str | None, process: int | None = None) -> Workspace:
    """Make a workspace and return it.

    The row comes first, with a note that its folder may be missing; a crash in between is mended by
    ``Project.sweep``. Of two who make the same one for a process at once, both get the first one's.

    Raises:
        UnknownInProject: There is no such process, or the project was deleted.
    """

    def work(session: Session) -> int:
        return _found(session, home, label, process) or _added(session, home, label, process)

    number = home.write(work)
    home.step("workspace noted")
    (home.root / workspace_path(number)).mkdir(parents=True, exist_ok=True)
    home.step("workspace folder made")
    home.write(lambda session: folder_notes.end(session, home.id, "workspace", number))
    home.step("workspace ready")
    return Workspace(home, number)


def _found(session: Session, home: Home, label: str | None, process: int | None) -> int | None:
    if process is None:
        return None
    tree.require_process(session, home.id, process)
    of = {"process": process, "label": label}
    found = WORKSPACES.find(session, workspaces.LABELLED, home.id, **of)
    return found[0].id if found else None


def _added(session: Session, home: Home, label: str | None, process: int | None) -> int:
    number = projects.next_number(session, home.id, "last_workspace")
    if number is None:
        raise UnknownInProject(f"project {home.name!r} was deleted meanwhile")
    record = WorkspaceRecord(
        id=number,
        label=label,
        process=process,
        path=workspace_path(number),
        user=home.user,
        created=home.clock.now(),
    )
    WORKSPACES.insert(session, home.id, record)
    folder_notes.begin(session, home.id, "workspace", number, home.clock.now())
    return number
