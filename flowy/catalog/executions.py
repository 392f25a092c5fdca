"""Workflow executions as runs: what starters and workers tell is put into the catalogue.

A workflow type is a workflow of the catalogue, a domain is a group of it, an execution is a run:
PENDING when it is started, RUNNING when its first decision is made, and SUCCESS, ERROR or CANCELED
when it is closed by a decision. Its result is its result file. What is told twice, or in another
order, changes nothing: the one who comes first makes the run.
"""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flowy.catalog.database import DB
from flowy.catalog.events import Listener, silent
from flowy.catalog.execution_files import RESULT_FILE, ExecutionFiles
from flowy.catalog.run import RunManager
from flowy.catalog.store import executions
from flowy.catalog.store.database import Session
from flowy.catalog.store.models import RunObject
from flowy.catalog.workflow import state as st
from flowy.clock import Clock, SystemClock
from flowy.errors import ConstraintViolationError
from flowy.volume.base import IOBuffer, StorageVolume
from flowy.volume.manager import open_volume

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Find:
    """Finds the run of an execution, which is made if nobody has told of it yet."""

    catalogue: "ExecutionCatalogue"
    execution: tuple[str, str, str]
    type_name: Callable[[], str]

    def __call__(self) -> str:
        return self.catalogue.run_id(*self.execution, self.type_name)


class ExecutionCatalogue:
    """Takes what starters and workers tell of executions; several processes may use one.

    Args:
        database: The catalogue's database; its tables are made when they are not there.
        fs: The volume with the files of all runs, or its URL.
        clock: Where times come from.
        listener: Is told each change of a run once it is durable; it must not raise.
    """

    def __init__(
        self,
        database: DB | str,
        fs: StorageVolume | str,
        clock: Clock | None = None,
        *,
        listener: Listener = silent,
    ) -> None:
        self._database = DB(database) if isinstance(database, str) else database
        self._database.create()
        self._fs = open_volume(fs) if isinstance(fs, str) else fs
        self._clock = clock or SystemClock()
        self._listener = listener

    def pending(
        self, domain: str, workflow_id: str, run_id: str, type_name: str, arguments: str | None
    ) -> None:
        """Note that an execution was started.

        Args:
            domain: Its domain.
            workflow_id: Its workflow id.
            run_id: Its run id at the service.
            type_name: Its type's name and version.
            arguments: Its input as it travels.
        """
        with self._database.session() as session:
            self._run(session, (domain, workflow_id, run_id), type_name, arguments)

    def running(self, domain: str, workflow_id: str, run_id: str, type_name: str) -> None:
        """Note that an execution's first decision was made; takes what `pending` does."""
        with self._database.session() as session:
            run = self._run(session, (domain, workflow_id, run_id), type_name, None)
            if run.is_pending():
                self._update(session, run, st.StateRunning(run.created_at), None)

    def closed(
        self,
        domain: str,
        workflow_id: str,
        run_id: str,
        type_name: str,
        state: str,
        messages: Sequence[str],
        result: str | None,
    ) -> None:
        """Note that an execution was closed; takes what `pending` does.

        Args:
            domain: Its domain.
            workflow_id: Its workflow id.
            run_id: Its run id at the service.
            type_name: Its type's name and version.
            state: SUCCESS, ERROR or CANCELED.
            messages: Why.
            result: Its result as it travels.
        """
        with self._database.session() as session:
            run = self._run(session, (domain, workflow_id, run_id), type_name, None)
            started = run.started_at or run.created_at
            if state == st.STATE_SUCCESS:
                self._succeed(session, run, started, result)
            elif state == st.STATE_CANCELED:
                canceled = st.StateCanceled(run.created_at, started, messages=messages or None)
                self._update(session, run, canceled, None)
            else:
                error = st.StateError(run.created_at, started, messages=messages)
                self._update(session, run, error, None)

    def files(
        self, domain: str, workflow_id: str, run_id: str, type_name: Callable[[], str]
    ) -> ExecutionFiles:
        """Return the files of an execution's run, for the code of its activities.

        Args:
            domain: Its domain.
            workflow_id: Its workflow id.
            run_id: Its run id at the service.
            type_name: Gives its type's name and version; asked if nobody has told of it yet.
        """
        find = _Find(catalogue=self, execution=(domain, workflow_id, run_id), type_name=type_name)
        return ExecutionFiles(self._database, self._fs, find)

    def run_id(
        self, domain: str, workflow_id: str, run_id: str, type_name: Callable[[], str]
    ) -> str:
        """Return the id in the catalogue of an execution's run; takes what ``files`` does."""
        with self._database.session() as session:
            execution = (domain, workflow_id, run_id)
            found = executions.find(session, "/".join(execution))
            run = found or self._run(session, execution, type_name(), None)
            return run.run_id

    def unfinished(self, domain: str) -> list[tuple[str, str, str]]:
        """Return the executions of a domain that are not closed as far as the catalogue knows.

        Args:
            domain: The domain.

        Returns:
            Workflow id, run id at the service, and type of each, the oldest first.
        """
        with self._database.session() as session:
            return executions.unfinished(session, domain)

    def close(self) -> None:
        """Give back all connections."""
        self._database.close()

    def _succeed(self, session: Session, run: RunObject, started: str, result: str | None) -> None:
        runstore = open_volume(f"memory://{uuid.uuid4().hex}")
        try:
            files = [] if result is None else [RESULT_FILE]
            for key in files:
                runstore.store(IOBuffer((result or "").encode()), key)
            state = st.StateSuccess(run.created_at, started, files=files)
            self._update(session, run, state, runstore)
        finally:
            runstore.erase()

    def _update(
        self,
        session: Session,
        run: RunObject,
        state: st.WorkflowState,
        runstore: StorageVolume | None,
    ) -> None:
        run_id = run.run_id
        try:
            self._runs(session).update_run(run_id, state, runstore)
        except ConstraintViolationError as error:
            logger.info("run %s stays as it is: %s", run_id, error)

    def _runs(self, session: Session) -> RunManager:
        return RunManager(session, self._fs, clock=self._clock, listener=self._listener)

    def _run(
        self,
        session: Session,
        execution: tuple[str, str, str],
        type_name: str,
        arguments: str | None,
    ) -> RunObject:
        domain, workflow_id, run_id = execution
        name = "/".join(execution)

        def create() -> RunObject:
            values = {"domain": domain, "workflow_id": workflow_id, "run_id": run_id}
            if arguments is not None:
                values["input"] = arguments
            return self._runs(session).create_run(
                group=executions.group_of(session, type_name, domain),
                arguments=[{"id": key, "value": value} for key, value in values.items()],
                execution=name,
            )

        return executions.run_of(session, name, create)
