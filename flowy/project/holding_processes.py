"""The processes of a project: listed, run, queued, killed, deleted."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from flowy.db.session import Session
from flowy.errors import UnknownInProject
from flowy.project import lifecycle, lineage, listing, record
from flowy.project.holding import Holding
from flowy.project.home import process_folder
from flowy.project.lineage import Lineage
from flowy.project.listing import ProcessList
from flowy.project.liveness import this_host
from flowy.project.monitor import Monitor
from flowy.project.process import Process
from flowy.project.script import Script
from flowy.project.states import FINAL, KILLABLE, Status
from flowy.project.store import processes, projects
from flowy.project.store.processes import PROCESSES
from flowy.project.values import ProcessRecord
from flowy.project.workspace import Workspace


class HoldingProcesses(Holding):
    """What a project does with its processes."""

    def list_processes(self, select: int | str | None = None) -> ProcessList:
        """Return the processes, the newest first; printed, they are a table.

        Args:
            select: How many, or the label of a script; all by default.
        """
        if isinstance(select, int):
            return self.processes(limit=select)
        return self.processes(select)

    def processes(
        self,
        label: str | None = None,
        status: str | None = None,
        limit: int = 0,
        *,
        before: int | None = None,
    ) -> ProcessList:
        """Return processes, the newest first.

        Args:
            label: Only those of this script.
            status: Only those in this state.
            limit: At most so many; 0 is no limit.
            before: Only those with a lower number: the last one of the page before.
        """
        said = {"label": label, "status": status}
        chosen = {name: str(value) for name, value in said.items() if value is not None}

        def find(session: Session) -> Sequence[ProcessRecord]:
            return processes.page(session, self.id, chosen, before, limit)

        return ProcessList(Process(self, each.id) for each in self.read(find))

    def process(self, pid: int | str) -> Process:
        """Return a process.

        Raises:
            UnknownInProject: There is none with this number.
        """
        return Process(self, pid)

    get_process = process

    def run_script(self, label: str, params: Mapping[str, Any] | None = None) -> Process:
        """Make a process of a script, with all that will depend on it, and queue it."""
        return Script(self, label).run(params)

    def queue(self, ids: int | str | Iterable[int | str], propagate: bool = False) -> None:
        """Queue processes again; by default their ends do not queue what depends on them."""
        for each in _several(ids):
            self.process(each).queue(propagate=propagate)

    def kill(self, ids: int | str | Iterable[int | str]) -> None:
        """Kill processes, or take them out of the queue."""
        for each in _several(ids):
            self.process(each).kill()

    def kill_tree(self, pid: int | str) -> None:
        """Kill a process and all that came of it: what runs, what is queued, and what waits."""
        family = self.lineage(pid)
        for step in (*reversed(family.descendants), family.step):
            if step.process.status in KILLABLE:
                Process(self, step.process.id).kill()
        for step in self.lineage(pid).descendants:
            process = Process(self, step.process.id)
            if process.status == Status.PENDING:
                process.kill()

    def kill_all(self) -> None:
        """Kill everything that runs and empty the queue."""
        while found := [*self.processes_pending(), *self.active_processes()]:
            for process in found:
                process.kill()

    def active_processes(self) -> ProcessList:
        """Return the processes whose scripts run, the oldest first."""
        return self._in_state(Status.PROCESSING)

    def processes_pending(self) -> ProcessList:
        """Return the queue, in the order in which it is served."""
        return self._in_state(Status.PENDING)

    def total_used_cores(self) -> int:
        """Return how many cores are in use, on all machines."""
        return self.read(lambda session: processes.used_cores(session, self.id))

    def get_next_process(self, cores: int = 1) -> Process | None:
        """Return the pending process that a monitor would start next, or None.

        Args:
            cores: How many cores this machine gives to the project.
        """

        def choose(session: Session) -> int | None:
            used = processes.used_cores(session, self.id, this_host())
            return lifecycle.first_fitting(processes.pending(session, self.id), cores, used)

        found = self.read(choose)
        return None if found is None else Process(self, found)

    def start_next_process(self, cores: int = 1) -> Process | None:
        """Start the pending process that is next and return it; None if nothing fits or waits."""
        process = self.get_next_process(cores)
        if process is not None:
            process.start()
        return process

    def check_active_processes(self) -> None:
        """Look after the processes of this machine: end what is lost, defunct or over its time."""
        Monitor(self).check()

    def delete_process(self, pid: int | str, delete_workspaces: bool = True) -> None:
        """Delete a process with its logs, after killing it; its children become roots.

        Args:
            pid: Its number.
            delete_workspaces: Delete its workspaces too; else they stay, and nobody made them.
        """
        process = self.process(pid)
        if process.status not in FINAL:
            process.kill()
        for workspace in process.get_workspaces():
            if not delete_workspaces:
                self.write(partial(listing.leave, project=self.id, workspace=workspace.id))
            else:
                workspace.delete()
        self.write(lambda session: listing.delete(session, self.id, process.id))
        self.step("process rows deleted")
        shutil.rmtree(process_folder(self, process.id), ignore_errors=True)
        self.step("process folder deleted")

    def lineage(self, of: "int | str | Process | Workspace") -> Lineage:
        """Return what something came from and what came of it.

        Args:
            of: A process, its number, or a workspace.

        Raises:
            UnknownInProject: There is no such process, or none made the workspace.
        """
        maker = of.process if isinstance(of, Workspace) else of
        if maker is None:
            raise UnknownInProject(f"no process made {of!r}, so nothing is known about its origin")
        number = maker.id if isinstance(maker, Process) else record.number("process", maker)
        return self.read(lambda session: lineage.lineage(session, self.id, number))

    def trim_process_index(self) -> None:
        """Let the next process take the number after the highest in use."""
        self.write(lambda session: projects.trim(session, self.id, "last_process"))

    def _in_state(self, status: Status) -> ProcessList:
        found = self.read(
            lambda session: PROCESSES.find(
                session, processes.OF_STATUS, self.id, status=status.value
            )
        )
        return ProcessList(Process(self, each.id) for each in found)


def _several(ids: int | str | Iterable[int | str]) -> Iterable[int | str]:
    return [ids] if isinstance(ids, int | str) else ids
