"""The states of a run, as values: what is known of a run in each, and what may come of it.

A run is PENDING, then RUNNING, then CANCELED, ERROR or SUCCESS. The last three are for good, and
can come at any time before. Two states are equal when they are of the same type.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flowy.catalog.moments import utc_now

STATE_PENDING = "PENDING"
STATE_RUNNING = "RUNNING"
STATE_CANCELED = "CANCELED"
STATE_ERROR = "ERROR"
STATE_SUCCESS = "SUCCESS"

ACTIVE_STATES = [STATE_PENDING, STATE_RUNNING]
"""A run in one of these goes on."""

SOURCES: dict[str, tuple[str, ...]] = {
    STATE_PENDING: (),
    STATE_RUNNING: (STATE_PENDING,),
    STATE_CANCELED: (STATE_PENDING, STATE_RUNNING),
    STATE_ERROR: (STATE_PENDING, STATE_RUNNING),
    STATE_SUCCESS: (STATE_PENDING, STATE_RUNNING),
}
"""To each state, those that may go over to it."""

CANCELED_BY_USER = "canceled at user request"


class WorkflowState:
    """What every state knows.

    Args:
        type_id: The state's name.
        created_at: When the run was created; now by default.
    """

    def __init__(self, type_id: str, created_at: str | None = None) -> None:
        self.type_id = type_id
        self.created_at = created_at or utc_now()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkflowState) and self.type_id == other.type_id

    def __hash__(self) -> int:
        return hash(self.type_id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} created_at={self.created_at}>"

    def __str__(self) -> str:
        return self.type_id

    def is_active(self) -> bool:
        """Tell whether the run goes on."""
        return self.type_id in ACTIVE_STATES

    def is_canceled(self) -> bool:
        """Tell whether the run was canceled."""
        return self.type_id == STATE_CANCELED

    def is_error(self) -> bool:
        """Tell whether the run failed."""
        return self.type_id == STATE_ERROR

    def is_pending(self) -> bool:
        """Tell whether the run has not begun."""
        return self.type_id == STATE_PENDING

    def is_running(self) -> bool:
        """Tell whether the run has begun and not ended."""
        return self.type_id == STATE_RUNNING

    def is_success(self) -> bool:
        """Tell whether the run has succeeded."""
        return self.type_id == STATE_SUCCESS


class StatePending(WorkflowState):
    """A run that has not begun."""

    def __init__(self, created_at: str | None = None) -> None:
        super().__init__(STATE_PENDING, created_at)

    def start(self) -> "StateRunning":
        """Return the state of a run that begins now."""
        return StateRunning(self.created_at)

    def cancel(self, messages: Iterable[str] | None = None) -> "StateCanceled":
        """Return the state of a run that is canceled now."""
        now = utc_now()
        return StateCanceled(self.created_at, now, now, messages)

    def error(self, messages: Iterable[str] | None = None) -> "StateError":
        """Return the state of a run that fails now."""
        now = utc_now()
        return StateError(self.created_at, now, now, messages)

    def success(self, files: Iterable[str] | None = None) -> "StateSuccess":
        """Return the state of a run that has succeeded now; it began when it was created."""
        return StateSuccess(self.created_at, self.created_at, files=files)


class StateRunning(WorkflowState):
    """A run that has begun.

    Args:
        created_at: When it was created.
        started_at: When it began; now by default.
    """

    def __init__(self, created_at: str | None = None, started_at: str | None = None) -> None:
        super().__init__(STATE_RUNNING, created_at)
        self.started_at = started_at or utc_now()

    def cancel(self, messages: Iterable[str] | None = None) -> "StateCanceled":
        """Return the state of a run that is canceled now."""
        return StateCanceled(self.created_at, self.started_at, messages=messages)

    def error(self, messages: Iterable[str] | None = None) -> "StateError":
        """Return the state of a run that fails now."""
        return StateError(self.created_at, self.started_at, messages=messages)

    def success(self, files: Iterable[str] | None = None) -> "StateSuccess":
        """Return the state of a run that has succeeded now."""
        return StateSuccess(self.created_at, self.started_at, files=files)


class _Stopped(WorkflowState):
    """A run that ended without success."""

    type_name = ""
    default_messages: tuple[str, ...] = ()

    def __init__(
        self,
        created_at: str | None = None,
        started_at: str | None = None,
        stopped_at: str | None = None,
        messages: Iterable[str] | None = None,
    ) -> None:
        super().__init__(self.type_name, created_at)
        self.started_at = started_at or self.created_at
        self.stopped_at = stopped_at or utc_now()
        self.messages = list(self.default_messages if messages is None else messages)


class StateCanceled(_Stopped):
    """A run that was canceled; without messages it says that a user asked for it.

    Args:
        created_at: When it was created.
        started_at: When it began; when it was created by default.
        stopped_at: When it was canceled; now by default.
        messages: Why.
    """

    type_name = STATE_CANCELED
    default_messages = (CANCELED_BY_USER,)


class StateError(_Stopped):
    """A run that failed; takes what `StateCanceled` does."""

    type_name = STATE_ERROR


class StateSuccess(WorkflowState):
    """A run that has succeeded.

    Args:
        created_at: When it was created.
        started_at: When it began; when it was created by default.
        finished_at: When it ended; now by default.
        files: The keys of its result files, relative to the run's folder.
    """

    def __init__(
        self,
        created_at: str | None = None,
        started_at: str | None = None,
        finished_at: str | None = None,
        files: Iterable[str] | None = None,
    ) -> None:
        super().__init__(STATE_SUCCESS, created_at)
        self.started_at = started_at or self.created_at
        self.finished_at = finished_at or utc_now()
        self.files = list(files or [])


def serialize_state(state: WorkflowState) -> dict[str, Any]:
    """Return a state as JSON."""
    document = {"type": state.type_id, "createdAt": state.created_at}
    for name, key in (
        ("started_at", "startedAt"),
        ("stopped_at", "finishedAt"),
        ("finished_at", "finishedAt"),
        ("messages", "messages"),
        ("files", "files"),
    ):
        if hasattr(state, name):
            document[key] = getattr(state, name)
    return document


def deserialize_state(document: dict[str, Any]) -> WorkflowState:
    """Return the state that `serialize_state` was given.

    Raises:
        KeyError: Something is missing.
        ValueError: There is no such state.
    """
    make = _READERS.get(document["type"])
    if make is None:
        raise ValueError(f"there is no state {document['type']!r} of a run: {sorted(_READERS)}")
    return make(document)


def _ended(document: dict[str, Any], last: str) -> tuple[Any, ...]:
    return tuple(document[key] for key in ("createdAt", "startedAt", "finishedAt", last))


_READERS: dict[str, Callable[[dict[str, Any]], WorkflowState]] = {
    STATE_CANCELED: lambda document: StateCanceled(*_ended(document, "messages")),
    STATE_ERROR: lambda document: StateError(*_ended(document, "messages")),
    STATE_PENDING: lambda document: StatePending(document["createdAt"]),
    STATE_RUNNING: lambda document: StateRunning(document["createdAt"], document["startedAt"]),
    STATE_SUCCESS: lambda document: StateSuccess(*_ended(document, "files")),
}
