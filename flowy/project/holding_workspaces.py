"""The workspaces of a project."""

from flowy.project import record
from flowy.project.holding import Holding
from flowy.project.making import make_workspace
from flowy.project.store import projects, workspaces
from flowy.project.store.workspaces import WORKSPACES
from flowy.project.workspace import Workspace


class HoldingWorkspaces(Holding):
    """What a project does with its workspaces."""

    def new_workspace(self, label: str | None = None) -> Workspace:
        """Make a workspace that is no process's."""
        return make_workspace(self, label)

    def workspace(self, id: int | str) -> Workspace:
        """Return a workspace.

        Raises:
            UnknownInProject: There is none with this number.
        """
        return Workspace(self, record.number("workspace", id))

    def workspaces(self) -> list[Workspace]:
        """Return all workspaces, the oldest first."""
        found = self.read(lambda session: WORKSPACES.find(session, workspaces.ALL, self.id))
        return [Workspace(self, each.id) for each in found]

    def delete_workspace(self, id: int | str) -> None:
        """Delete a workspace with all that is in it."""
        self.workspace(id).delete()

    def trim_workspace_index(self) -> None:
        """Let the next workspace take the number after the highest in use."""
        self.write(lambda session: projects.trim(session, self.id, "last_workspace"))
