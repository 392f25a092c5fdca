"""What one execution tells another: every message names the execution that is to get it.

All messages stay in the sender's domain. They are delivered in the transaction of the change that
made them, in order; what a delivery answers is delivered after those that wait already.
"""

import msgspec

from flowy.protocol.events.workflow import (
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
    WorkflowExecutionStartedAttributes,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)
from flowy.protocol.fields import ChildPolicy, StartChildWorkflowExecutionFailedCause
from flowy.protocol.ids import ExecutionId, TypeId

Outcome = (
    WorkflowExecutionCanceled
    | WorkflowExecutionCompleted
    | WorkflowExecutionFailed
    | WorkflowExecutionTerminated
    | WorkflowExecutionTimedOut
)
"""The last event of a run that has no successor."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something for the open run of a workflow; ``run_id`` None means whichever run is open."""

    workflow_id: str
    run_id: str | None = None


class StartExecution(Message, frozen=True, kw_only=True):
    """Start a run ``new_run_id`` of the workflow with settings that are resolved already."""

    new_run_id: str
    settings: WorkflowExecutionStartedAttributes


class ChildStarted(Message, frozen=True, kw_only=True):
    """To a parent: the child that it initiated runs."""

    initiated_event_id: int
    child: ExecutionId
    workflow_type: TypeId


class ChildStartFailed(Message, frozen=True, kw_only=True):
    """To a parent: the child that it initiated cannot be started."""

    initiated_event_id: int
    cause: StartChildWorkflowExecutionFailedCause


class ChildClosed(Message, frozen=True, kw_only=True):
    """To a parent: a child closed, and how."""

    initiated_event_id: int
    child: ExecutionId
    workflow_type: TypeId
    outcome: Outcome


class ApplyChildPolicy(Message, frozen=True, kw_only=True):
    """To a child: its parent was terminated or timed out."""

    parent: ExecutionId
    initiated_event_id: int
    policy: ChildPolicy


class Signal(Message, frozen=True, kw_only=True):
    """To any execution: a signal from another."""

    sender: ExecutionId
    initiated_event_id: int
    signal_name: str
    input: str | None = None


class SignalDelivered(Message, frozen=True, kw_only=True):
    """To the sender of a signal: the receiver has it."""

    initiated_event_id: int
    receiver: ExecutionId


class SignalRefused(Message, frozen=True, kw_only=True):
    """To the sender of a signal: there is no such open execution."""

    initiated_event_id: int


class CancelRequest(Message, frozen=True, kw_only=True):
    """To any execution: another asks it to cancel itself."""

    sender: ExecutionId
    initiated_event_id: int


class CancelRequestDelivered(Message, frozen=True, kw_only=True):
    """To the sender of a cancel request: the receiver has it."""

    initiated_event_id: int
    receiver: ExecutionId


class CancelRequestRefused(Message, frozen=True, kw_only=True):
    """To the sender of a cancel request: there is no such open execution."""

    initiated_event_id: int
