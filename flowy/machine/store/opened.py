"""Workflows in a database that a URL names, with its schema brought to that of the code."""

import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, select
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from flowy.db.migrate import Schema, upgrade
from flowy.errors import DatabaseError, WorkflowError
from flowy.machine.store.tables import MachineTables, MachineWorkflow

SCHEMA = Schema(
    metadata=MachineTables.metadata,
    revisions=("0001",),
    scripts=str(Path(__file__).parent / "migrations"),
    version_table="flowy_machine_version",
)


class MachineStore:
    """Workflows in a database.

    Args:
        url: ``sqlite:///path``, ``sqlite://`` (in memory), ``postgresql+psycopg://...``.

    Raises:
        DatabaseError: The database cannot be used.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = create_engine(url)
        except ArgumentError as error:
            raise DatabaseError(f"{url!r} is not a database URL such as sqlite:///a.db") from error
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        self._open: list[Session] = []
        name = self._engine.url.render_as_string()
        try:
            upgrade(self._engine, SCHEMA, name)
        except DBAPIError as error:
            raise DatabaseError(f"the database {name} cannot be used: {error.orig}") from error

    def create(self, name: str) -> MachineWorkflow:
        """Return a new workflow, stored as NEW."""
        workflow = MachineWorkflow(uuid=str(uuid.uuid4()), name=name)
        session = self._session()
        session.add(workflow)
        session.commit()
        return workflow

    def load(self, uuid: str) -> MachineWorkflow:
        """Return a stored workflow with its tokens, as it is in the database now.

        Raises:
            WorkflowError: There is none with this uuid.
        """
        workflow = self._session().get(MachineWorkflow, uuid)
        if workflow is None:
            raise WorkflowError(
                f"there is no workflow with the uuid {uuid} in "
                f"{self._engine.url.render_as_string()}",
                id_workflow=uuid,
            )
        return workflow

    def find(self, name: str) -> list[MachineWorkflow]:
        """Return the workflows with a name."""
        query = select(MachineWorkflow).where(MachineWorkflow.name == name)
        return list(self._session().scalars(query.order_by(MachineWorkflow.uuid)))

    def close(self) -> None:
        """Give back all connections; the workflows of this store cannot be saved any more."""
        for session in self._open:
            session.close()
        self._engine.dispose()

    def _session(self) -> Session:
        session = self._sessions()
        self._open.append(session)
        return session


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=30000")
