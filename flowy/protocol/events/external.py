"""Signals and cancel requests to other executions."""

from msgspec import field

from flowy.protocol.event import Event
from flowy.protocol.fields import (
    Data,
    EventId,
    RequestCancelExternalWorkflowExecutionFailedCause,
    SignalExternalWorkflowExecutionFailedCause,
    SignalName,
    WorkflowId,
    WorkflowRunIdOptional,
)
from flowy.protocol.ids import ExecutionId
from flowy.protocol.value import Value


class SignalExternalWorkflowExecutionInitiatedAttributes(Value):
    """What ``SignalExternalWorkflowExecutionInitiated`` says."""

    workflow_id: WorkflowId
    signal_name: SignalName
    decision_task_completed_event_id: EventId
    run_id: WorkflowRunIdOptional | None = None
    input: Data | None = None
    control: Data | None = None


class SignalExternalWorkflowExecutionInitiated(
    Event, tag="SignalExternalWorkflowExecutionInitiated"
):
    """A signal to another execution is on its way."""

    attributes: SignalExternalWorkflowExecutionInitiatedAttributes = field(
        name="signalExternalWorkflowExecutionInitiatedEventAttributes"
    )


class SignalExternalWorkflowExecutionFailedAttributes(Value):
    """What ``SignalExternalWorkflowExecutionFailed`` says."""

    workflow_id: WorkflowId
    cause: SignalExternalWorkflowExecutionFailedCause
    initiated_event_id: EventId
    decision_task_completed_event_id: EventId
    run_id: WorkflowRunIdOptional | None = None
    control: Data | None = None


class SignalExternalWorkflowExecutionFailed(Event, tag="SignalExternalWorkflowExecutionFailed"):
    """A signal to another execution could not be delivered."""

    attributes: SignalExternalWorkflowExecutionFailedAttributes = field(
        name="signalExternalWorkflowExecutionFailedEventAttributes"
    )


class ExternalWorkflowExecutionSignaledAttributes(Value):
    """What ``ExternalWorkflowExecutionSignaled`` says."""

    workflow_execution: ExecutionId
    initiated_event_id: EventId


class ExternalWorkflowExecutionSignaled(Event, tag="ExternalWorkflowExecutionSignaled"):
    """A signal to another execution was delivered."""

    attributes: ExternalWorkflowExecutionSignaledAttributes = field(
        name="externalWorkflowExecutionSignaledEventAttributes"
    )


class RequestCancelExternalWorkflowExecutionInitiatedAttributes(Value):
    """What ``RequestCancelExternalWorkflowExecutionInitiated`` says."""

    workflow_id: WorkflowId
    decision_task_completed_event_id: EventId
    run_id: WorkflowRunIdOptional | None = None
    control: Data | None = None


class RequestCancelExternalWorkflowExecutionInitiated(
    Event, tag="RequestCancelExternalWorkflowExecutionInitiated"
):
    """A cancel request to another execution is on its way."""

    attributes: RequestCancelExternalWorkflowExecutionInitiatedAttributes = field(
        name="requestCancelExternalWorkflowExecutionInitiatedEventAttributes"
    )


class RequestCancelExternalWorkflowExecutionFailedAttributes(Value):
    """What ``RequestCancelExternalWorkflowExecutionFailed`` says."""

    workflow_id: WorkflowId
    cause: RequestCancelExternalWorkflowExecutionFailedCause
    initiated_event_id: EventId
    decision_task_completed_event_id: EventId
    run_id: WorkflowRunIdOptional | None = None
    control: Data | None = None


class RequestCancelExternalWorkflowExecutionFailed(
    Event, tag="RequestCancelExternalWorkflowExecutionFailed"
):
    """A cancel request to another execution could not be delivered."""

    attributes: RequestCancelExternalWorkflowExecutionFailedAttributes = field(
        name="requestCancelExternalWorkflowExecutionFailedEventAttributes"
    )


class ExternalWorkflowExecutionCancelRequestedAttributes(Value):
    """What ``ExternalWorkflowExecutionCancelRequested`` says."""

    workflow_execution: ExecutionId
    initiated_event_id: EventId


class ExternalWorkflowExecutionCancelRequested(
    Event, tag="ExternalWorkflowExecutionCancelRequested"
):
    """A cancel request to another execution was delivered."""

    attributes: ExternalWorkflowExecutionCancelRequestedAttributes = field(
        name="externalWorkflowExecutionCancelRequestedEventAttributes"
    )
