"""The run manager: create, find, change, list and delete runs, with their files.

A run's state and all that goes along with it change in one conditional update, so that of two who
change a run at once one gets an error. Files come before their rows and go after them; see
``flowy.catalog.folder`` for what happens when a process is killed in between.
"""

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any

from flowy.catalog.changes import Change, change_to
from flowy.catalog.events import Listener, RunEvent, Step, silent, unwatched
from flowy.catalog.files import FileHandle
from flowy.catalog.folder import RunFolder, run_folder
from flowy.catalog.moments import from_seconds, normalised
from flowy.catalog.results import read_run_results, store_run_files
from flowy.catalog.store import runs as store
from flowy.catalog.store.database import Session
from flowy.catalog.store.models import GroupObject, RunFile, RunObject, WorkflowObject, new_id
from flowy.catalog.storing import Place, store_file
from flowy.catalog.transition import validate_state_transition
from flowy.catalog.work import Work
from flowy.catalog.workflow import state as st
from flowy.clock import Clock, SystemClock
from flowy.errors import MissingArgumentError, UnknownFileError, UnknownRunError
from flowy.volume.archive import Archive
from flowy.volume.base import IOHandle, StorageVolume
from flowy.volume.keys import check_file, join

__all__ = [
    "RunManager",
    "read_run_results",
    "store_run_files",
    "validate_state_transition",
]

logger = logging.getLogger(__name__)

States = str | Collection[str] | None
"""One state, several, or any."""


class RunManager:
    """Runs in a database, and their files on a volume.

    Every change is committed, together with what else is pending in the session; those inside a
    block of `together` at its end.

    Args:
        session: The database; use one session in one thread.
        fs: The volume with the folders of all runs.
        clock: Where the time of creation comes from.
        listener: Is told each change once it is durable.
        step: Is told each step between files and rows; for tests of crashes.
    """

    def __init__(
        self,
        session: Session,
        fs: StorageVolume,
        *,
        clock: Clock | None = None,
        listener: Listener = silent,
        step: Step = unwatched,
    ) -> None:
        self.session = session
        self.fs = fs
        self._clock = clock or SystemClock()
        self._listener = listener
        self._step = step
        self._work = Work(session)

    def together(self) -> AbstractContextManager[None]:
        """Make the changes of a ``with`` block durable at its end, all or none, by one commit.

        It is the quick way to create many runs, or to change the states of many. What stores or
        deletes files takes transactions of its own and is refused inside.
        """
        return self._work.together()

    def create_run(
        self,
        workflow: WorkflowObject | None = None,
        group: GroupObject | None = None,
        arguments: list[Any] | None = None,
        runs: Sequence[str] | None = None,
        *,
        execution: str | None = None,
    ) -> RunObject:
        """Create a run that is pending, of a group, or of a workflow for post-processing.

        Args:
            workflow: The workflow of a post-processing run.
            group: The group of any other run.
            arguments: Values of the template's parameters.
            runs: The runs that a post-processing run takes, the best first; they become the
                workflow's ranking.
            execution: The workflow execution that the run stands for; there is one run of each.

        Raises:
            ValueError: Not exactly one of workflow and group is given, or runs with a group.
            MissingArgumentError: A post-processing run without runs.
            UnknownRunError: One of the runs is not there.
        """
        if (workflow is None) == (group is None):
            raise ValueError("a run is of a group or of a workflow: give exactly one of them")
        if group is not None and runs is not None:
            raise ValueError("runs are the input of a post-processing run: it takes no group")
        run_id = new_id()
        run = RunObject(
            run_id=run_id,
            arguments=[] if arguments is None else arguments,
            state_type=st.STATE_PENDING,
            created_at=from_seconds(self._clock.now()),
            execution=execution,
        )
        if group is not None:
            run.workflow_id, run.group_id = store.place_of(self.session, group)
            store.add(self.session, run)
        elif workflow is not None:
            self._add_ranked(run, workflow, runs)
        self._work.commit_new(run)
        self._tell(run_id, None, st.STATE_PENDING)
        return run

    def get_run(self, run_id: str) -> RunObject:
        """Return a run.

        Raises:
            UnknownRunError: There is no such run.
        """
        run = store.find(self.session, run_id)
        if run is None:
            raise UnknownRunError(run_id)
        return run

    def list_runs(
        self,
        group_id: str | None,
        state: States = None,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> list[RunObject]:
        """Return the runs of a group, the oldest first.

        Args:
            group_id: The group; None gives the post-processing runs.
            state: Only runs in this state, or in one of these.
            limit: At most so many.
            after: Only those that follow the run of this id: the last one of the page before.
        """
        return store.of_group(self.session, group_id, _states(state), limit, after)

    def list_all_runs(
        self, state: States = None, *, limit: int | None = None, after: str | None = None
    ) -> list[RunObject]:
        """Return the runs of all groups and workflows; takes what `list_runs` does."""
        return store.of_all(self.session, _states(state), limit, after)

    def list_obsolete_runs(self, date: str | dt.datetime, state: States = None) -> list[RunObject]:
        """Return the runs created before a moment, but those in a present ranking.

        Args:
            date: The moment, as a datetime or in ISO 8601; without an offset it is in UTC.
            state: Only runs in this state, or in one of these.

        Raises:
            ValueError: This is no moment.
        """
        return store.obsolete(self.session, normalised(date), _states(state))

    def update_run(
        self,
        run_id: str,
        state: st.WorkflowState,
        runstore: StorageVolume | None = None,
    ) -> RunObject | None:
        """Change a run's state.

        Args:
            run_id: The run.
            state: The new state, with what is known in it.
            runstore: Where a successful run has left its result files.

        Returns:
            The run, or None when it is in such a state already and nothing was changed.

        Raises:
            UnknownRunError: There is no such run.
            ConstraintViolationError: The run's state does not allow it, or somebody else has
                changed it in the meantime.
            MissingArgumentError: A successful run without runstore.
            UnknownFileError: A result file is not there; the run goes on, and nothing is kept.
        """
        found = store.standing(self.session, run_id)
        if found is None:
            raise UnknownRunError(run_id)
        before, workflow_id = found
        if before == state.type_id:
            logger.debug("run %s is %s already", run_id, before)
            return None
        validate_state_transition(before, state.type_id, st.SOURCES[state.type_id])
        change = Change(
            session=self.session,
            work=self._work,
            run_id=run_id,
            seen=before,
            folder=self._folder(workflow_id, run_id),
            step=self._step,
        )
        change_to(change, state, runstore)
        self._tell(run_id, before, state.type_id)
        return store.changed(self.session, run_id)

    def delete_run(self, run_id: str) -> None:
        """Delete a run, whatever its state, and its files.

        Raises:
            UnknownRunError: There is no such run.
            VolumeError: The run is gone, but its folder could not be deleted; the sweeper will.
        """
        self._work.require_alone("the deletion of a run")
        run = self.get_run(run_id)
        before, folder = run.state_type, self._folder(run.workflow_id, run_id)
        folder.begin_delete()
        if not store.remove(self.session, run_id):
            self.session.rollback()
            raise UnknownRunError(run_id)
        self._step("deleting")
        self.session.commit()
        self._step("rows deleted")
        self._tell(run_id, before, None)
        folder.delete()

    def delete_obsolete_runs(self, date: str | dt.datetime, state: States = None) -> int:
        """Delete the runs that `list_obsolete_runs` gives, and return how many they were."""
        obsolete = [run.run_id for run in self.list_obsolete_runs(date, state)]
        return sum(self._deleted(run_id) for run_id in obsolete)

    def store_runfile(self, run_id: str, file: IOHandle, key: str) -> RunFile:
        """Store a result file of a run that has not ended yet; one of that key is replaced.

        Several processes may store files of one run at once.

        Args:
            run_id: The run.
            file: The content; it is streamed.
            key: The file's key in the run, such as ``results/a.json``.

        Raises:
            UnknownRunError: There is no such run.
            InvalidRunStateError: The run has ended.
            InvalidKeyError: The key could lead out of the run's folder.
            VolumeError: The volume is full, gone, or cannot be written.
        """
        self._work.require_alone("a result file")
        run = self.get_run(run_id)
        place = Place(session=self.session, fs=self.fs, clock=self._clock, step=self._step)
        return store_file(place, run_id, run_folder(run.workflow_id, run_id), check_file(key), file)

    def get_runfile(
        self, run_id: str, file_id: str | None = None, key: str | None = None
    ) -> FileHandle:
        """Return a result file of a run.

        Args:
            run_id: The run.
            file_id: The file's id.
            key: Or its key.

        Raises:
            ValueError: Not exactly one of id and key is given.
            UnknownRunError: There is no such run.
            UnknownFileError: It has no such file.
        """
        if (file_id is None) == (key is None):
            raise ValueError("a file is found by its id or by its key: give exactly one of them")
        run = self.get_run(run_id)
        file = run.get_file(by_id=file_id, by_key=key)
        if file is None:
            raise UnknownFileError(file_id or key)
        stored = self.fs.load(join(run_folder(run.workflow_id, run_id), file.key))
        return FileHandle(file.name, file.mime_type, stored)

    def get_runarchive(self, run_id: str) -> FileHandle:
        """Return a gzipped tar archive of a run's result files, made while it is read.

        Raises:
            UnknownRunError: There is no such run, or it has not succeeded.
        """
        run = self.get_run(run_id)
        if not run.is_success():
            raise UnknownRunError(run_id)
        folder = run_folder(run.workflow_id, run_id)
        members = [(file.key, self.fs.load(join(folder, file.key))) for file in run.files]
        return FileHandle(f"run.{run_id}.tar.gz", "application/gzip", Archive(members))

    def _add_ranked(
        self, run: RunObject, workflow: WorkflowObject, runs: Sequence[str] | None
    ) -> None:
        if runs is None:
            raise MissingArgumentError(
                f"a post-processing run of workflow {workflow.workflow_id} needs runs, the ids of "
                "those that it takes"
            )
        unknown = set(runs) - store.known(self.session, runs)
        if unknown:
            raise UnknownRunError(min(unknown))
        run.workflow_id = workflow.workflow_id
        store.add(self.session, run)
        store.rank(self.session, workflow, run.run_id, list(dict.fromkeys(runs)))

    def _deleted(self, run_id: str) -> bool:
        try:
            self.delete_run(run_id)
        except UnknownRunError:
            return False
        return True

    def _folder(self, workflow_id: str, run_id: str) -> RunFolder:
        return RunFolder(
            self.session,
            self.fs,
            self._clock,
            self._step,
            run_id=run_id,
            folder=run_folder(workflow_id, run_id),
        )

    def _tell(self, run_id: str, before: str | None, after: str | None) -> None:
        event = RunEvent(run_id=run_id, before=before, after=after, at=self._clock.now())
        self._work.afterwards(lambda: self._listener(event))


def _states(state: States) -> Collection[str] | None:
    return [state] if isinstance(state, str) else state
