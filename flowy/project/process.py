"""Process: one execution of a script with arguments, and the verbs that control it."""

import logging
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flowy.db.session import Session
from flowy.errors import ProjectError
from flowy.execution.process_tree import kill_tree
from flowy.project import lifecycle, lineage, logs, record, tree
from flowy.project.growing import settle
from flowy.project.home import Home, process_folder
from flowy.project.interpreters import Interpreters, own_attempt
from flowy.project.jsonable import jsonable, jsonable_values
from flowy.project.lifecycle import Claim, Ending, Starter
from flowy.project.liveness import Life, life, this_host
from flowy.project.making import make_workspace
from flowy.project.states import STARTABLE, Status
from flowy.project.store import processes, workspaces
from flowy.project.store.processes import PROCESSES
from flowy.project.store.workspaces import WORKSPACES
from flowy.project.tree import Growth
from flowy.project.values import NEVER, Attempt, ProcessRecord, WorkspaceRecord
from flowy.project.workspace import Workspace

_log = logging.getLogger(__name__)


class Process:
    """A process of a project; ``Project.process`` makes it.

    Every attribute is read anew from the database.

    Args:
        project: The project.
        id: Its number.

    Raises:
        UnknownInProject: There is no such process.
    """

    def __init__(self, project: Home, id: int | str) -> None:
        self.project = project
        self.id = record.number("process", id)
        self._record()

    def __repr__(self) -> str:
        return f"<Process {self.id} of project {self.project.name!r}>"

    def __str__(self) -> str:
        return record.line(self._record(), self._workspaces())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Process) and (other.id, other.project.id, other.project.url) == (
            self.id,
            self.project.id,
            self.project.url,
        )

    def __hash__(self) -> int:
        return hash((self.project.url, self.project.id, self.id))

    @property
    def data(self) -> dict[str, Any]:
        """The whole record as a dictionary."""
        return record.data(self._record(), self._workspaces())

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments that the process was launched with."""
        return dict(self._record().params)

    params = arguments

    @property
    def metadata(self) -> dict[str, Any]:
        """What was noted with ``set_metadata``."""
        return dict(self._record().metadata)

    @property
    def status(self) -> str:
        """``waiting``, ``pending``, ``processing``, ``Success`` or ``Failure``."""
        return self._record().status.value

    @property
    def message(self) -> str:
        """What was last said about it."""
        return self._record().message

    @property
    def label(self) -> str:
        """The label of its script."""
        return self._record().label

    @property
    def script(self) -> Any:
        """Its script."""
        return self.project.script(self.label)

    @property
    def cores(self) -> int:
        """How many cores it takes."""
        return int(self.script.cores)

    @property
    def started(self) -> float:
        """When it was last started, in seconds since the epoch; -1 if it never was."""
        return self._record().started

    @property
    def duration(self) -> float:
        """How many seconds it took, or has taken so far; 0 if it never ran."""
        found = self._record()
        if found.status is Status.PROCESSING:
            return max(0.0, self.project.clock.now() - found.started)
        return 0.0 if found.duration == NEVER else found.duration

    @property
    def parent(self) -> "Process | None":
        """The process that spawned it; None for a root."""
        parent = self._record().parent
        return None if parent is None else Process(self.project, parent)

    parent_process = parent

    @property
    def parents(self) -> "list[Process]":
        """All processes that it waits for: more than one only where its script joins them."""
        found = self.project.read(
            lambda session: processes.linked(session, self.project.id, self.id)
        )
        return [Process(self.project, parent) for parent in found]

    @property
    def root(self) -> "Process":
        """The top of its tree; a root is its own root."""
        return Process(self.project, self._record().root)

    @property
    def process_dir(self) -> str:
        """The folder that has its logs."""
        folder = process_folder(self.project, self.id)
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def start(self) -> None:
        """Run the script now, outside of the queue; does not wait.

        Raises:
            IllegalMove: It is processing already.
        """
        now = self.project.clock.now()
        starter = Starter(host=this_host(), now=now, log=logs.name(now))

        def work(session: Session) -> Claim | Growth:
            return lifecycle.claim(session, self.project.id, self.id, starter, STARTABLE)

        taken = self.project.write(work)
        if isinstance(taken, Claim):
            Interpreters(self.project.clock).launch(self.project, taken)
        else:
            settle(self.project, taken)

    def queue(self, params: Mapping[str, Any] | None = None, propagate: bool = True) -> None:
        """Add the process to the job monitor's queue unless it is there or is processing.

        Args:
            params: Arguments to change before; they are left alone while it is processing.
            propagate: Whether its end queues the processes that depend on it.
        """
        values = jsonable_values("argument", params or {})

        def work(session: Session) -> Status:
            found = tree.require_process(session, self.project.id, self.id)
            if values and found.status is not Status.PROCESSING:
                merged = {"params": {**found.params, **values}}
                PROCESSES.set(session, self.project.id, merged, id=self.id)
            tree.queue(session, self.project.id, found, propagate=propagate)
            return found.status

        if self.project.write(work) is Status.PROCESSING and values:
            _log.warning("%r is processing, so its arguments were not changed", self)

    def completed(self, status: bool = True, message: str = "", dt: float | None = None) -> None:
        """Record the outcome and queue what depends on this process; scripts must call it.

        Args:
            status: Whether the script did what it was to do.
            message: For example the reason of a failure.
            dt: How many seconds it took; by default the time since its start.

        Raises:
            IllegalMove: The process has ended already, or another attempt at it was started.
        """
        ending = Ending(
            succeeded=bool(status),
            message=str(message),
            now=self.project.clock.now(),
            duration=dt,
            attempt=own_attempt(self.project.name, self.id),
        )
        growth = self.project.write(
            lambda session: lifecycle.end(session, self.project.id, self.id, ending)
        )
        settle(self.project, growth)

    def kill(self) -> None:
        """Kill the process with all that it has started, or take it out of the queue.

        What runs on another machine is killed by the monitor there.
        """
        now = self.project.clock.now()
        running, growth = self.project.write(
            lambda session: lifecycle.kill(session, self.project.id, self.id, now)
        )
        if running is not None:
            _stop(running)
        settle(self.project, growth)

    def progress(self, text: str) -> None:
        """Say how far the process is; the text is its message until it says something else."""
        self._set({"message": str(text)})

    def set_param(self, key: str, value: Any) -> None:
        """Set an argument."""
        new = jsonable(f"argument {key!r}", value)
        self._change(lambda found: {"params": {**found.params, key: new}})

    def set_metadata(self, key: str, value: Any) -> None:
        """Note something about the process."""
        new = jsonable(f"metadata {key!r}", value)
        self._change(lambda found: {"metadata": {**found.metadata, key: new}})

    def has_metadata(self) -> bool:
        """Tell whether anything was noted."""
        return bool(self._record().metadata)

    def clear_metadata(self) -> None:
        """Forget what was noted."""
        self._set({"metadata": {}})

    def set_data(self, key: str, value: Any) -> None:
        """Set a value of the record.

        Raises:
            ProjectError: The value has a verb of its own, such as ``status``.
        """
        new = jsonable(key, value)
        self._change(lambda found: record.changed(found, key, new))

    def append_data(self, key: str, value: Any) -> None:
        """Add a value to a list of the record; the list is made if it is missing.

        Raises:
            ProjectError: Something else than a list has that name.
        """
        new = jsonable(key, value)

        def change(found: ProcessRecord) -> dict[str, Any]:
            before = found.extra.get(key, [])
            if not isinstance(before, list):
                raise ProjectError(f"{key!r} of process {self.id} is no list: {before!r}")
            return record.changed(found, key, [*before, new])

        self._change(change)

    def get_decendents(self, label: str | None = None) -> "list[Process]":
        """Return the direct children, the newest first; only those of one script if it is named."""
        found = self.project.read(
            lambda session: lineage.children(session, self.project.id, self.id)
        )
        chosen = [each for each in found if label is None or each.label == label]
        return [Process(self.project, each.id) for each in reversed(chosen)]

    def get_ancestor(
        self, gen: int | None = None, label: str | None = None, id: int | None = None
    ) -> "Process | None":
        """Return an ancestor, or None.

        Args:
            gen: How many generations back; 0 is the process itself.
            label: The nearest of this script, the process itself included.
            id: The one with this number, the process itself included.
        """
        line = self.project.read(lambda session: lineage.upwards(session, self.project.id, self.id))
        for generation, each in enumerate(line):
            wanted = {"gen": generation, "label": each.label, "id": each.id}
            asked = {"gen": gen, "label": label, "id": id}
            if any(value is not None and wanted[key] == value for key, value in asked.items()):
                return Process(self.project, each.id)
        return None

    def get_workspace(self, label: str, create: bool = True) -> Workspace | None:
        """Return the workspace of the process with a label.

        Args:
            label: Its label.
            create: Make it if it is missing, and note that it is this process's.

        Returns:
            The workspace; None if it is missing and was not to be made.
        """
        of = {"process": self.id, "label": label}

        def find(session: Session) -> list[WorkspaceRecord]:
            return WORKSPACES.find(session, workspaces.LABELLED, self.project.id, **of)

        found = self.project.read(find)
        if found and (not create or (self.project.root / found[0].path).exists()):
            return Workspace(self.project, found[0].id)
        return make_workspace(self.project, label, self.id) if create else None

    def workspace(self, label: str, create: bool = False) -> Workspace | None:
        """Return the workspace with a label, or None; as ``get_workspace``, but only asks."""
        return self.get_workspace(label, create)

    def get_workspaces(self) -> list[Workspace]:
        """Return all workspaces of the process."""
        return [Workspace(self.project, number) for number in self._workspaces().values()]

    def history(self) -> list[Attempt]:
        """Return every run of the script for this process, the first one first."""
        return self.project.read(
            lambda session: processes.history(session, self.project.id, self.id)
        )

    def log(self, num_lines: int | None = None) -> None:
        """Print the end of the newest log: so many lines, or all since the last start."""
        lines = self.log_lines(num_lines)
        sys.stdout.write("".join(f"{line.rstrip()}\n" for line in lines))

    def log_lines(self, num_lines: int | None = None) -> list[str]:
        """Return what ``log`` prints."""
        return logs.last_lines(process_folder(self.project, self.id), num_lines)

    def get_list_of_logs(self) -> list[str]:
        """Return the names of the logs, the newest first."""
        return logs.listed(Path(self.process_dir))

    def _record(self) -> ProcessRecord:
        return self.project.read(
            lambda session: tree.require_process(session, self.project.id, self.id)
        )

    def _workspaces(self) -> dict[str, int]:
        def find(session: Session) -> list[WorkspaceRecord]:
            of_process = workspaces.OF_PROCESS
            return WORKSPACES.find(session, of_process, self.project.id, process=self.id)

        return {str(each.label): each.id for each in self.project.read(find)}

    def _set(self, values: Mapping[str, Any]) -> None:
        self._change(lambda _: values)

    def _change(self, change: Callable[[ProcessRecord], Mapping[str, Any]]) -> None:
        def work(session: Session) -> None:
            found = tree.require_process(session, self.project.id, self.id)
            PROCESSES.set(session, self.project.id, change(found), id=self.id)

        self.project.write(work)


def _stop(running: ProcessRecord) -> None:
    """Kill an interpreter on this machine, unless its process id is another's by now."""
    pid = running.pid
    if pid is None or running.host != this_host():
        return
    if life(pid, running.pid_birth) is Life.ALIVE:
        kill_tree(pid)
