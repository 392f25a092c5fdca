"""Decisions that ask something of another execution: signal it, or ask it to cancel itself."""

from flowy.protocol.decisions import (
    RequestCancelExternalWorkflowExecution,
    SignalExternalWorkflowExecution,
)
from flowy.protocol.events.external import (
    RequestCancelExternalWorkflowExecutionFailed,
    RequestCancelExternalWorkflowExecutionFailedAttributes,
    RequestCancelExternalWorkflowExecutionInitiated,
    RequestCancelExternalWorkflowExecutionInitiatedAttributes,
    SignalExternalWorkflowExecutionFailed,
    SignalExternalWorkflowExecutionFailedAttributes,
    SignalExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionInitiatedAttributes,
)
from flowy.protocol.fields import (
    RequestCancelExternalWorkflowExecutionFailedCause,
    SignalExternalWorkflowExecutionFailedCause,
)
from flowy.service.domain.batch import Batch, Rule
from flowy.service.domain.messages import CancelRequest, Signal


def _signal(batch: Batch, decision: SignalExternalWorkflowExecution) -> None:
    asked = decision.attributes
    attributes = SignalExternalWorkflowExecutionInitiatedAttributes(
        workflow_id=asked.workflow_id,
        signal_name=asked.signal_name,
        decision_task_completed_event_id=batch.completed_event_id,
        run_id=asked.run_id,
        input=asked.input,
        control=asked.control,
    )
    message = Signal(
        workflow_id=asked.workflow_id,
        run_id=asked.run_id or None,
        sender=batch.draft.state.execution,
        initiated_event_id=batch.record(SignalExternalWorkflowExecutionInitiated, attributes),
        signal_name=asked.signal_name,
        input=asked.input,
    )
    batch.draft.messages.append(message)


def _fail_signal(
    batch: Batch,
    decision: SignalExternalWorkflowExecution,
    cause: SignalExternalWorkflowExecutionFailedCause,
) -> None:
    attributes = SignalExternalWorkflowExecutionFailedAttributes(
        workflow_id=decision.attributes.workflow_id,
        cause=cause,
        initiated_event_id=0,
        decision_task_completed_event_id=batch.completed_event_id,
        run_id=decision.attributes.run_id,
        control=decision.attributes.control,
    )
    batch.record(SignalExternalWorkflowExecutionFailed, attributes)


def _request_cancel(batch: Batch, decision: RequestCancelExternalWorkflowExecution) -> None:
    asked = decision.attributes
    attributes = RequestCancelExternalWorkflowExecutionInitiatedAttributes(
        workflow_id=asked.workflow_id,
        decision_task_completed_event_id=batch.completed_event_id,
        run_id=asked.run_id,
        control=asked.control,
    )
    event_id = batch.record(RequestCancelExternalWorkflowExecutionInitiated, attributes)
    message = CancelRequest(
        workflow_id=asked.workflow_id,
        run_id=asked.run_id or None,
        sender=batch.draft.state.execution,
        initiated_event_id=event_id,
    )
    batch.draft.messages.append(message)


def _fail_request_cancel(
    batch: Batch,
    decision: RequestCancelExternalWorkflowExecution,
    cause: RequestCancelExternalWorkflowExecutionFailedCause,
) -> None:
    attributes = RequestCancelExternalWorkflowExecutionFailedAttributes(
        workflow_id=decision.attributes.workflow_id,
        cause=cause,
        initiated_event_id=0,
        decision_task_completed_event_id=batch.completed_event_id,
        run_id=decision.attributes.run_id,
        control=decision.attributes.control,
    )
    batch.record(RequestCancelExternalWorkflowExecutionFailed, attributes)


REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION = Rule(
    _request_cancel,
    _fail_request_cancel,
    "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
)
SIGNAL_EXTERNAL_WORKFLOW_EXECUTION = Rule(
    _signal, _fail_signal, "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED"
)
