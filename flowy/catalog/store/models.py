"""The catalogue's rows: workflows, groups, runs with their files and messages, rankings."""

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    relationship,
    validates,
)

from flowy.catalog.moments import normalised, utc_now
from flowy.catalog.store.types import Outputs, Schema
from flowy.catalog.template.files import WorkflowOutputFile
from flowy.catalog.template.schema import ResultSchema
from flowy.catalog.workflow import state as st

OWNED = "all, delete-orphan"
ID = String(32)
MOMENT = String(32)
DOCUMENT = JSON(none_as_null=True)


def new_id() -> str:
    """Return an id that nobody else has, 32 hexadecimal digits."""
    return uuid.uuid4().hex


class Base(DeclarativeBase):
    """What all rows of the catalogue share: their place in one schema."""


group_member = Table(
    "group_member",
    Base.metadata,
    Column("group_id", ID, ForeignKey("workflow_group.group_id"), primary_key=True),
    Column("user_id", ID, ForeignKey("api_user.user_id"), primary_key=True),
)


class User(Base):
    """Somebody who owns groups and is a member of them."""

    __tablename__ = "api_user"

    user_id: Mapped[str] = mapped_column(ID, default=new_id, primary_key=True)
    name: Mapped[str] = mapped_column(String(256), unique=True)
    secret: Mapped[str] = mapped_column(String(512), default="")
    active: Mapped[bool] = mapped_column(default=False)

    groups: Mapped[list["GroupObject"]] = relationship(
        secondary=group_member, back_populates="members"
    )


class WorkflowObject(Base):
    """A workflow whose runs are catalogued."""

    __tablename__ = "workflow"

    workflow_id: Mapped[str] = mapped_column(ID, default=new_id, primary_key=True)
    name: Mapped[str] = mapped_column(String(512), unique=True)
    description: Mapped[str | None] = mapped_column(Text)
    instructions: Mapped[str | None] = mapped_column(Text)
    workflow_spec: Mapped[Any] = mapped_column(DOCUMENT, nullable=True, default=dict)
    parameters: Mapped[Any] = mapped_column(DOCUMENT, nullable=True, default=list)
    parameter_groups: Mapped[Any] = mapped_column(DOCUMENT, nullable=True, default=list)
    outputs: Mapped[list[WorkflowOutputFile] | None] = mapped_column(Outputs)
    engine_config: Mapped[Any] = mapped_column(DOCUMENT, nullable=True)
    postproc_run_id: Mapped[str | None] = mapped_column(ID)
    postproc_spec: Mapped[Any] = mapped_column(DOCUMENT, nullable=True)
    ignore_postproc: Mapped[bool] = mapped_column(default=False)
    result_schema: Mapped[ResultSchema | None] = mapped_column(Schema)

    groups: Mapped[list["GroupObject"]] = relationship(back_populates="workflow", cascade=OWNED)
    runs: Mapped[list["RunObject"]] = relationship(back_populates="workflow", cascade=OWNED)
    postproc_ranking: Mapped[list["WorkflowRankingRun"]] = relationship(
        cascade=OWNED, order_by="WorkflowRankingRun.rank"
    )

    @property
    def run_postproc(self) -> bool:
        """Tell whether rankings of this workflow are processed further."""
        return bool(self.postproc_spec) and not self.ignore_postproc

    def ranking(self) -> list[str]:
        """Return the ids of the runs that the last post-processing run took, the best first."""
        return [run.run_id for run in self.postproc_ranking]


class GroupObject(Base):
    """A group of runs of one workflow, with its own parameters."""

    __tablename__ = "workflow_group"

    group_id: Mapped[str] = mapped_column(ID, default=new_id, primary_key=True)
    name: Mapped[str] = mapped_column(String(512))
    workflow_id: Mapped[str] = mapped_column(ForeignKey(WorkflowObject.workflow_id), index=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey(User.user_id))
    parameters: Mapped[Any] = mapped_column(DOCUMENT, nullable=True, default=list)
    workflow_spec: Mapped[Any] = mapped_column(DOCUMENT, nullable=True, default=dict)
    engine_config: Mapped[Any] = mapped_column(DOCUMENT, nullable=True)

    workflow: Mapped[WorkflowObject] = relationship(back_populates="groups")
    members: Mapped[list[User]] = relationship(secondary=group_member, back_populates="groups")
    runs: Mapped[list["RunObject"]] = relationship(back_populates="group", cascade=OWNED)
    uploads: Mapped[list["UploadFile"]] = relationship(cascade=OWNED)


class RunObject(Base):
    """A run: its state, arguments, result, messages and files."""

    __tablename__ = "workflow_run"

    run_id: Mapped[str] = mapped_column(ID, default=new_id, primary_key=True)
    workflow_id: Mapped[str] = mapped_column(ForeignKey(WorkflowObject.workflow_id), index=True)
    group_id: Mapped[str | None] = mapped_column(ForeignKey(GroupObject.group_id))
    state_type: Mapped[str] = mapped_column(String(8), default=st.STATE_PENDING)
    created_at: Mapped[str] = mapped_column(MOMENT, default=utc_now)
    started_at: Mapped[str | None] = mapped_column(MOMENT)
    ended_at: Mapped[str | None] = mapped_column(MOMENT)
    arguments: Mapped[Any] = mapped_column(DOCUMENT, nullable=True, default=list)
    result: Mapped[Any] = mapped_column(DOCUMENT, nullable=True)
    execution: Mapped[str | None] = mapped_column(String(640), unique=True)

    files: Mapped[list["RunFile"]] = relationship(cascade=OWNED, order_by="RunFile.key")
    log: Mapped[list["RunMessage"]] = relationship(cascade=OWNED, order_by="RunMessage.pos")
    workflow: Mapped[WorkflowObject] = relationship(back_populates="runs")
    group: Mapped[GroupObject | None] = relationship(back_populates="runs")

    __table_args__ = (
        Index("ix_run_group", "group_id", "created_at", "run_id"),
        Index("ix_run_created", "created_at", "run_id"),
    )

    @validates("created_at")
    def _instant(self, _name: str, value: str) -> str:
        return normalised(value)

    def state(self) -> st.WorkflowState:
        """Return the run's state with what is known in it."""
        return _STATES[self.state_type](self)

    def is_active(self) -> bool:
        """Tell whether the run goes on."""
        return self.state_type in st.ACTIVE_STATES

    def is_canceled(self) -> bool:
        """Tell whether the run was canceled."""
        return self.state_type == st.STATE_CANCELED

    def is_error(self) -> bool:
        """Tell whether the run failed."""
        return self.state_type == st.STATE_ERROR

    def is_pending(self) -> bool:
        """Tell whether the run has not begun."""
        return self.state_type == st.STATE_PENDING

    def is_running(self) -> bool:
        """Tell whether the run has begun and not ended."""
        return self.state_type == st.STATE_RUNNING

    def is_success(self) -> bool:
        """Tell whether the run has succeeded."""
        return self.state_type == st.STATE_SUCCESS

    def get_file(self, by_id: str | None = None, by_key: str | None = None) -> "RunFile | None":
        """Return a result file by one of id and key, None when there is none.

        Raises:
            ValueError: Both are given, or neither.
        """
        if (by_id is None) == (by_key is None):
            raise ValueError("give one of by_id and by_key")
        found = (file for file in self.files if by_id in (None, file.file_id))
        return next((file for file in found if by_key in (None, file.key)), None)

    def outputs(self) -> list[WorkflowOutputFile] | None:
        """Return the output files that are declared for this run, None when none are.

        A post-processing run has those of the workflow's post-processing specification.
        """
        if self.group_id is not None:
            return self.workflow.outputs
        declared = (self.workflow.postproc_spec or {}).get("outputs")
        if declared is None:
            return None
        return [WorkflowOutputFile.from_dict(document, False) for document in declared]


def _messages(run: RunObject) -> list[str]:
    return [message.message for message in run.log]


_STATES: dict[str, Callable[[RunObject], st.WorkflowState]] = {
    st.STATE_CANCELED: lambda run: st.StateCanceled(
        run.created_at, run.started_at, run.ended_at, _messages(run)
    ),
    st.STATE_ERROR: lambda run: st.StateError(
        run.created_at, run.started_at, run.ended_at, _messages(run)
    ),
    st.STATE_PENDING: lambda run: st.StatePending(run.created_at),
    st.STATE_RUNNING: lambda run: st.StateRunning(run.created_at, run.started_at),
    st.STATE_SUCCESS: lambda run: st.StateSuccess(
        run.created_at, run.started_at, run.ended_at, [file.key for file in run.files]
    ),
}


class _File:
    """What is known of every file."""

    file_id: Mapped[str] = mapped_column(ID, default=new_id, primary_key=True)
    key: Mapped[str] = mapped_column(String(1024))
    name: Mapped[str] = mapped_column(String(1024))
    created_at: Mapped[str] = mapped_column(MOMENT, default=utc_now)
    mime_type: Mapped[str | None] = mapped_column(String(256))
    size: Mapped[int] = mapped_column(BigInteger)


class RunFile(_File, Base):
    """A result file of a run."""

    __tablename__ = "run_file"

    run_id: Mapped[str] = mapped_column(ForeignKey(RunObject.run_id), index=True)


class UploadFile(_File, Base):
    """A file that was uploaded for the runs of a group."""

    __tablename__ = "group_upload"

    group_id: Mapped[str] = mapped_column(ForeignKey(GroupObject.group_id), index=True)


class RunMessage(Base):
    """A line of a run's log."""

    __tablename__ = "run_message"

    run_id: Mapped[str] = mapped_column(ForeignKey(RunObject.run_id), primary_key=True)
    pos: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message: Mapped[str] = mapped_column(Text)


class WorkflowRankingRun(Base):
    """A run's place in what the last post-processing run of a workflow took."""

    __tablename__ = "workflow_ranking"

    workflow_id: Mapped[str] = mapped_column(
        ForeignKey(WorkflowObject.workflow_id), primary_key=True
    )
    run_id: Mapped[str] = mapped_column(ForeignKey(RunObject.run_id), primary_key=True)
    rank: Mapped[int] = mapped_column()


class FolderWork(Base):
    """A run's folder that somebody is at: it holds files without rows until they are done.

    ``action`` is "store" before a run's files are copied, until its rows are there; "delete" from
    when its rows have gone, until its folder has.
    """

    __tablename__ = "run_folder_work"

    run_id: Mapped[str] = mapped_column(ID, primary_key=True)
    token: Mapped[str] = mapped_column(ID)
    action: Mapped[str] = mapped_column(String(8))
    folder: Mapped[str] = mapped_column(String(128))
    owner: Mapped[str] = mapped_column(String(256))
    since: Mapped[float] = mapped_column()


class FileWork(Base):
    """A file that somebody stores in a run that goes on: it may lie there without a row yet."""

    __tablename__ = "run_file_work"

    token: Mapped[str] = mapped_column(ID, primary_key=True)
    run_id: Mapped[str] = mapped_column(ID, index=True)
    key: Mapped[str] = mapped_column(String(1024))
    folder: Mapped[str] = mapped_column(String(128))
    owner: Mapped[str] = mapped_column(String(256))
    since: Mapped[float] = mapped_column()
