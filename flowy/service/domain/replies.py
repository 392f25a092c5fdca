"""What the answers of other executions do to the one that asked.

A reply about something that is over already changes nothing.
"""

from collections.abc import Callable
from typing import Any

from flowy.protocol.event import Event
from flowy.protocol.events import child, external, workflow
from flowy.service.domain import messages
from flowy.service.domain.draft import Draft


def child_started(draft: Draft, message: messages.ChildStarted) -> None:
    """Record that a child runs."""
    if message.initiated_event_id not in draft.state.children:
        return
    attributes = child.ChildWorkflowExecutionStartedAttributes(
        workflow_execution=message.child,
        workflow_type=message.workflow_type,
        initiated_event_id=message.initiated_event_id,
    )
    draft.record(child.ChildWorkflowExecutionStarted, attributes)
    draft.wake()


def child_start_failed(draft: Draft, message: messages.ChildStartFailed) -> None:
    """Record that a child cannot be started."""
    initiated = draft.state.children.get(message.initiated_event_id)
    if initiated is None:
        return
    attributes = child.StartChildWorkflowExecutionFailedAttributes(
        workflow_type=initiated.workflow_type,
        cause=message.cause,
        workflow_id=initiated.workflow_id,
        initiated_event_id=message.initiated_event_id,
        decision_task_completed_event_id=initiated.decision_task_completed_event_id,
        control=initiated.control,
    )
    draft.record(child.StartChildWorkflowExecutionFailed, attributes)
    draft.wake()


def child_closed(draft: Draft, message: messages.ChildClosed) -> None:
    """Record how a child closed."""
    started = draft.state.children.get(message.initiated_event_id)
    if started is None:
        return
    event_class, attributes_class, members = _OUTCOMES[type(message.outcome)]
    attributes = attributes_class(
        workflow_execution=message.child,
        workflow_type=message.workflow_type,
        initiated_event_id=message.initiated_event_id,
        started_event_id=started.started_event_id,
        **{member: getattr(message.outcome.attributes, member) for member in members},
    )
    draft.record(event_class, attributes)
    draft.wake()


def signal_delivered(draft: Draft, message: messages.SignalDelivered) -> None:
    """Record that a signal arrived."""
    if message.initiated_event_id not in draft.state.requests:
        return
    attributes = external.ExternalWorkflowExecutionSignaledAttributes(
        workflow_execution=message.receiver, initiated_event_id=message.initiated_event_id
    )
    draft.record(external.ExternalWorkflowExecutionSignaled, attributes)
    draft.wake()


def cancel_request_delivered(draft: Draft, message: messages.CancelRequestDelivered) -> None:
    """Record that a cancel request arrived."""
    if message.initiated_event_id not in draft.state.requests:
        return
    attributes = external.ExternalWorkflowExecutionCancelRequestedAttributes(
        workflow_execution=message.receiver, initiated_event_id=message.initiated_event_id
    )
    draft.record(external.ExternalWorkflowExecutionCancelRequested, attributes)
    draft.wake()


def request_refused(
    event_class: type[Event], attributes_class: type[Any]
) -> Callable[[Draft, Any], None]:
    """Make the function that records that a request found no open execution."""

    def refused(
        draft: Draft, message: messages.SignalRefused | messages.CancelRequestRefused
    ) -> None:
        request = draft.state.requests.get(message.initiated_event_id)
        if request is None:
            return
        attributes = attributes_class(
            workflow_id=request.workflow_id,
            cause="UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
            initiated_event_id=message.initiated_event_id,
            decision_task_completed_event_id=request.decision_task_completed_event_id,
            run_id=request.run_id,
            control=request.control,
        )
        draft.record(event_class, attributes)
        draft.wake()

    return refused


_OUTCOMES: dict[type[messages.Outcome], tuple[type[Event], type[Any], tuple[str, ...]]] = {
    workflow.WorkflowExecutionCanceled: (
        child.ChildWorkflowExecutionCanceled,
        child.ChildWorkflowExecutionCanceledAttributes,
        ("details",),
    ),
    workflow.WorkflowExecutionCompleted: (
        child.ChildWorkflowExecutionCompleted,
        child.ChildWorkflowExecutionCompletedAttributes,
        ("result",),
    ),
    workflow.WorkflowExecutionFailed: (
        child.ChildWorkflowExecutionFailed,
        child.ChildWorkflowExecutionFailedAttributes,
        ("reason", "details"),
    ),
    workflow.WorkflowExecutionTerminated: (
        child.ChildWorkflowExecutionTerminated,
        child.ChildWorkflowExecutionTerminatedAttributes,
        (),
    ),
    workflow.WorkflowExecutionTimedOut: (
        child.ChildWorkflowExecutionTimedOut,
        child.ChildWorkflowExecutionTimedOutAttributes,
        ("timeout_type",),
    ),
}
