"""The engine that stores where it stands, and the status of itself and of each token.

What it stores itself in, ``db_obj``, needs ``uuid``, ``name``, ``status``, ``objects`` and
``save(status)``; a token needs ``status``, ``known_statuses``, ``set_error_message(text)`` and
``save(status=..., id_workflow=..., callback_pos=...)``. Any class of yours with these will do;
`flowy.machine.store` has ready-made ones, which store the position and the tasks' data as well
(`KeepsSnapshot`).

=========================  =====================  ==============================
moment                     token saved as         engine saved as
=========================  =====================  ==============================
before the pass            --                     RUNNING
before / after a token     RUNNING / COMPLETED    its snapshot alone
halt                       HALTED                 HALTED, then raised
any other exception        ERROR and its text     ERROR, then a `WorkflowError`
after the pass             --                     COMPLETED, or HALTED if stopped
=========================  =====================  ==============================
"""

import traceback
from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn, Protocol, Self, runtime_checkable

from flowy.errors import WorkflowAPIError, WorkflowError
from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.processing import ProcessingFactory
from flowy.machine.state import Snapshot
from flowy.machine.status import ObjectStatus, WorkflowStatus
from flowy.machine.transitions import TransitionActions

__all__ = [
    "DbProcessingFactory",
    "DbTransitionAction",
    "DbWorkflowEngine",
    "KeepsSnapshot",
    "ObjectStatus",
    "WorkflowStatus",
    "WorkflowStore",
]


@runtime_checkable
class KeepsSnapshot(Protocol):
    """A ``db_obj`` that stores where its engine stands."""

    def attach(self, objects: Sequence[Any]) -> None:
        """Take tokens as those of this workflow, in their order; again is as good as once."""
        ...

    def note(self, snapshot: Snapshot) -> None:
        """Take down where the engine stands, to be stored by the next ``save``."""
        ...

    def kept(self) -> Snapshot:
        """Return where the engine stood."""
        ...


class WorkflowStore(Protocol):
    """Where workflows are made and found again."""

    def create(self, name: str) -> Any:
        """Return a new ``db_obj`` with this name, stored as NEW."""
        ...

    def load(self, uuid: str) -> Any:
        """Return the ``db_obj`` with this uuid.

        Raises:
            WorkflowError: There is none.
        """
        ...


class DbTransitionAction(TransitionActions):
    """Stores the token and the engine before an exception leaves the pass."""

    @staticmethod
    def HaltProcessing(obj: Any, eng: Any, callbacks: Any, exc_info: Any) -> NoReturn:
        """Store both as halted and raise the halt."""
        position = list(eng.state.callback_pos)
        statuses = obj.known_statuses
        obj.save(status=statuses.HALTED, callback_pos=position, id_workflow=eng.uuid)
        eng.save(WorkflowStatus.HALTED)
        eng.log.warning(
            "Workflow '%s' halted at task %s with message: %s",
            eng.name,
            eng.current_taskname or "Unknown",
            exc_info[1].message,
        )
        TransitionActions.HaltProcessing(obj, eng, callbacks, exc_info)

    @staticmethod
    def Exception(obj: Any, eng: Any, callbacks: Any, exc_info: Any) -> NoReturn:
        """Store both as failed and raise a `WorkflowError` with the traceback as its message."""
        text = "".join(traceback.format_exception(*exc_info))
        eng.log.error("Workflow '%s' failed:\n%s", eng.name, text)
        if obj is not None:
            position = list(eng.state.callback_pos)
            obj.set_error_message(text)
            statuses = obj.known_statuses
            obj.save(status=statuses.ERROR, callback_pos=position, id_workflow=eng.uuid)
        eng.save(WorkflowStatus.ERROR)
        eng.signal.workflow_error(eng)
        eng.signal.workflow_halted(eng)
        error = WorkflowError(text, id_workflow=eng.uuid, id_object=eng.state.token_pos)
        raise error from exc_info[1]


class DbProcessingFactory(ProcessingFactory):
    """Stores the engine around a pass and each token around its tasks."""

    transition_exception_mapper: Any = DbTransitionAction

    @staticmethod
    def before_processing(eng: Any, objects: Any) -> None:
        """Store the engine as running."""
        if isinstance(eng.db_obj, KeepsSnapshot):
            eng.db_obj.attach(objects)
        eng.save(WorkflowStatus.RUNNING)
        ProcessingFactory.before_processing(eng, objects)

    @staticmethod
    def after_processing(eng: Any, objects: Any) -> None:
        """Store the engine as completed, or as halted when it was stopped before the end."""
        ProcessingFactory.after_processing(eng, objects)
        eng.save(WorkflowStatus.COMPLETED if eng.has_completed else WorkflowStatus.HALTED)

    @staticmethod
    def before_object(eng: Any, objects: Any, obj: Any) -> None:
        """Store a token as running."""
        obj.save(status=obj.known_statuses.RUNNING, id_workflow=eng.uuid)
        eng.keep()
        ProcessingFactory.before_object(eng, objects, obj)

    @staticmethod
    def after_object(eng: Any, objects: Any, obj: Any) -> None:
        """Store a token as completed."""
        obj.save(status=obj.known_statuses.COMPLETED, id_workflow=eng.uuid)
        eng.keep()
        ProcessingFactory.after_object(eng, objects, obj)


class DbWorkflowEngine(GenericWorkflowEngine):
    """An engine that can be found again and resumed.

    Args:
        db_obj: What it stores itself in.
        kwargs: What its tasks find in ``extra_data``.
    """

    processing_factory: Any = DbProcessingFactory
    known_statuses: ClassVar[Any] = WorkflowStatus
    records: ClassVar[WorkflowStore | None] = None

    def __init__(self, db_obj: Any, **kwargs: Any) -> None:
        self.db_obj = db_obj
        super().__init__()
        if isinstance(db_obj, KeepsSnapshot):
            self.restore(db_obj.kept())
        self.extra_data.update(kwargs)

    @classmethod
    def with_name(cls, name: str, records: WorkflowStore | None = None, **kwargs: Any) -> Self:
        """Return an engine for a new workflow.

        Args:
            name: Its name.
            records: Where it is stored; by default the ``records`` of this class.
            kwargs: What its tasks find in ``extra_data``.
        """
        return cls(cls._records(records).create(name), **kwargs)

    @classmethod
    def from_uuid(cls, uuid: str, records: WorkflowStore | None = None, **kwargs: Any) -> Self:
        """Return an engine for a stored workflow, which stands where the last one stood.

        Args:
            uuid: Its uuid.
            records: Where it is stored; by default the ``records`` of this class.
            kwargs: What its tasks find in ``extra_data``.

        Raises:
            WorkflowError: There is no such workflow.
        """
        return cls(cls._records(records).load(str(uuid)), **kwargs)

    @classmethod
    def _records(cls, records: WorkflowStore | None) -> WorkflowStore:
        found = cls.records if records is None else records
        if found is None:
            raise WorkflowAPIError(
                f"{cls.__name__} does not know where workflows are stored: pass records=, or "
                "set the attribute `records` of the class, to a flowy.machine.store.MachineStore"
            )
        return found

    @property
    def name(self) -> str:
        """The name of the workflow."""
        return str(self.db_obj.name)

    @property
    def status(self) -> Any:
        """The status of the workflow."""
        return self.db_obj.status

    @property
    def uuid(self) -> Any:
        """The uuid of the workflow."""
        return self.db_obj.uuid

    @property
    def database_objects(self) -> Any:
        """All stored tokens."""
        return self.db_obj.objects

    @property
    def final_objects(self) -> list[Any]:
        """The stored tokens that went through all tasks."""
        return self._tokens("COMPLETED")

    @property
    def halted_objects(self) -> list[Any]:
        """The stored tokens that wait for somebody."""
        return self._tokens("HALTED")

    @property
    def running_objects(self) -> list[Any]:
        """The stored tokens that are being processed."""
        return self._tokens("RUNNING")

    def _tokens(self, status: str) -> list[Any]:
        tokens = self.database_objects
        return [one for one in tokens if one.status == getattr(one.known_statuses, status)]

    def save(self, status: Any = None) -> None:
        """Store the engine: where it stands, if ``db_obj`` can do that, and its status."""
        if isinstance(self.db_obj, KeepsSnapshot):
            self.db_obj.note(self.snapshot())
        self.db_obj.save(status)

    def keep(self) -> None:
        """Store where the engine stands, if ``db_obj`` can do that; the status stays."""
        if isinstance(self.db_obj, KeepsSnapshot):
            self.save()

    def resume(self, stop_on_error: bool = True, stop_on_halt: bool = True) -> None:
        """Go on where the stored workflow stood: at the task that halted, failed or was cut off.

        Args:
            stop_on_error: As for ``process``.
            stop_on_halt: As for ``process``.
        """
        tokens = list(self.database_objects)
        position = self.state.token_pos
        inside = 0 <= position < len(tokens)
        token = tokens[position] if inside else None
        done = token is None or token.status == token.known_statuses.COMPLETED
        words = ("next", "first") if done else ("current", "current")
        self.restart(*words, tokens, stop_on_error, stop_on_halt)

    def spawn(self) -> GenericWorkflowEngine:
        """Return an engine in memory for a branch: this one's database is of one thread only."""
        return GenericWorkflowEngine()

    def __repr__(self) -> str:
        return f"<DbWorkflow_engine({self.name})>"
