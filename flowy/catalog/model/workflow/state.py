"""`flowy.catalog.workflow.state` under the documented path."""

from flowy.catalog.workflow.state import (
    ACTIVE_STATES,
    CANCELED_BY_USER,
    SOURCES,
    STATE_CANCELED,
    STATE_ERROR,
    STATE_PENDING,
    STATE_RUNNING,
    STATE_SUCCESS,
    StateCanceled,
    StateError,
    StatePending,
    StateRunning,
    StateSuccess,
    WorkflowState,
    deserialize_state,
    serialize_state,
)

__all__ = [
    "ACTIVE_STATES",
    "CANCELED_BY_USER",
    "SOURCES",
    "STATE_CANCELED",
    "STATE_ERROR",
    "STATE_PENDING",
    "STATE_RUNNING",
    "STATE_SUCCESS",
    "StateCanceled",
    "StateError",
    "StatePending",
    "StateRunning",
    "StateSuccess",
    "WorkflowState",
    "deserialize_state",
    "serialize_state",
]
