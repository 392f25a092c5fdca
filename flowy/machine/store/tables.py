"""Ready-made tables for workflows and their tokens, on SQLite and PostgreSQL alike.

A workflow and its tokens belong to the session that loaded them, and a session to one thread.
What tokens save is written with the next `MachineWorkflow.save`, in one transaction:
a token's status and the engine's position never part. Each write raises the workflow's version;
when another process has written in between, this one is told and nothing of it is stored.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, ForeignKey, Text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    object_session,
    relationship,
)
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from flowy.errors import DatabaseError, WorkflowError
from flowy.machine.state import Snapshot
from flowy.machine.status import ObjectStatus, WorkflowStatus


class MachineTables(DeclarativeBase):
    """The tables of the token machine."""


class MachineWorkflow(MachineTables):
    """A stored workflow: what `DbWorkflowEngine` needs as its ``db_obj``."""

    __tablename__ = "machine_workflow"

    uuid: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    status_value: Mapped[int] = mapped_column("status", default=WorkflowStatus.NEW.value)
    token_pos: Mapped[int] = mapped_column(default=-1)
    callback_pos: Mapped[list[int]] = mapped_column(JSON, default=lambda: [0])
    current_object_processed: Mapped[bool] = mapped_column(default=False)
    extra_data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column()
    objects: Mapped[list["MachineObject"]] = relationship(order_by="MachineObject.position")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy as it is

    @property
    def status(self) -> WorkflowStatus:
        """Where the workflow is in its life."""
        return WorkflowStatus(self.status_value)

    def attach(self, objects: Sequence[Any]) -> None:
        """Take tokens as those of this workflow, in their order; others are kept without one."""
        for position, token in enumerate(objects):
            token.position = position
        self.objects[:] = list(objects)

    def note(self, snapshot: Snapshot) -> None:
        """Take down where the engine stands, to be stored by the next ``save``."""
        self.token_pos = snapshot.token_pos
        self.callback_pos = list(snapshot.callback_pos)
        self.current_object_processed = snapshot.current_object_processed
        self.extra_data = dict(snapshot.extra_data)
        flag_modified(self, "extra_data")

    def kept(self) -> Snapshot:
        """Return where the engine stood."""
        return Snapshot(
            token_pos=self.token_pos,
            callback_pos=tuple(self.callback_pos),
            current_object_processed=self.current_object_processed,
            extra_data=self.extra_data,
        )

    def save(self, status: WorkflowStatus | None = None) -> None:
        """Store the workflow with its tokens, and where its engine stands.

        Raises:
            WorkflowError: It was changed elsewhere, or holds what JSON cannot write.
            DatabaseError: The database cannot be written.
        """
        if status is not None:
            self.status_value = status.value
        session = object_session(self)
        if session is None:
            raise WorkflowError(
                f"the workflow {self.name!r} was not made by a MachineStore, or that is closed",
                id_workflow=self.uuid,
            )
        try:
            session.commit()
        except StaleDataError as error:
            session.rollback()
            raise WorkflowError(
                f"the workflow {self.name!r} was changed elsewhere since this engine loaded it; "
                "nothing was stored. Load it again with from_uuid",
                id_workflow=self.uuid,
            ) from error
        except DBAPIError as error:
            session.rollback()
            raise DatabaseError(
                f"the workflow {self.name!r} ({self.uuid}) cannot be stored: {error.orig}"
            ) from error
        except (StatementError, TypeError) as error:  # psycopg writes JSON by itself
            session.rollback()
            reason = error.orig if isinstance(error, StatementError) else error
            raise WorkflowError(
                f"the workflow {self.name!r} cannot be stored: {reason}. extra_data and the "
                "data of tokens are kept as JSON; mark what is of one process only as Transient",
                id_workflow=self.uuid,
            ) from error


class MachineObject(MachineTables):
    """A stored token with data that JSON can write.

    Args:
        data: What the tasks work on.
    """

    __tablename__ = "machine_object"

    id: Mapped[int] = mapped_column(primary_key=True)
    id_workflow: Mapped[str | None] = mapped_column(ForeignKey("machine_workflow.uuid"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    data: Mapped[Any] = mapped_column(JSON)
    status_value: Mapped[int] = mapped_column("status", default=ObjectStatus.INITIAL.value)
    callback_pos: Mapped[list[int] | None] = mapped_column(JSON)
    error_message: Mapped[str | None] = mapped_column(Text)

    known_statuses = ObjectStatus

    def __init__(self, data: Any = None) -> None:
        super().__init__(data=data, status_value=ObjectStatus.INITIAL.value)

    @property
    def status(self) -> ObjectStatus:
        """Where the token is in its life."""
        return ObjectStatus(self.status_value)

    def save(
        self,
        status: ObjectStatus | None = None,
        id_workflow: str | None = None,
        callback_pos: list[int] | None = None,
    ) -> None:
        """Note the token for the next time that its workflow is stored.

        Args:
            status: Its new status.
            id_workflow: The workflow that it belongs to.
            callback_pos: The task at which it halted or failed.
        """
        flag_modified(self, "data")
        self.callback_pos = callback_pos
        if status is not None:
            self.status_value = status.value
        if id_workflow is not None:
            self.id_workflow = id_workflow
        if status is ObjectStatus.RUNNING:
            self.error_message = None

    def set_error_message(self, text: str) -> None:
        """Keep the traceback of the failure."""
        self.error_message = text
