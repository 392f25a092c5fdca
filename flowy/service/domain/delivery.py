"""What a message does to the execution that gets it: one table from message class to function."""

from collections.abc import Callable
from typing import Any

from flowy.protocol.events import external, workflow
from flowy.protocol.ids import ExecutionId
from flowy.service.domain import closing, messages, replies
from flowy.service.domain.change import Change
from flowy.service.domain.context import CommandContext
from flowy.service.domain.draft import Draft
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.start import begin


def deliver(
    state: ExecutionState | None, message: messages.Message, context: CommandContext
) -> Change:
    """Give a message to the execution that it names.

    Args:
        state: The open run of ``message.workflow_id`` (and ``message.run_id`` where given), or
            None when there is none.
        message: What another execution says.
        context: What the command may know.

    Returns:
        The change of that execution, of a new one, or a change of messages only.
    """
    if state is None or not state.is_open:
        answer = _UNDELIVERABLE.get(type(message))
        if answer is None:
            return _only(message)
        return answer(message, context)
    draft = Draft(state, context.now, context.has_left)
    _DELIVER[type(message)](draft, message)
    return closing.finish(draft, context.limits)


def _only(message: messages.Message, *answers: messages.Message) -> Change:
    execution = ExecutionId(workflow_id=message.workflow_id, run_id=message.run_id or "")
    return Change(execution=execution, messages=answers)


# To nobody


def _start(message: messages.StartExecution, context: CommandContext) -> Change:
    settings = message.settings
    execution = ExecutionId(workflow_id=message.workflow_id, run_id=message.new_run_id)
    change = begin(execution, settings, context.now)
    parent = settings.parent_workflow_execution
    if parent is None or settings.continued_execution_run_id is not None:
        return change
    started = messages.ChildStarted(
        workflow_id=parent.workflow_id,
        run_id=parent.run_id,
        initiated_event_id=settings.parent_initiated_event_id or 0,
        child=execution,
        workflow_type=settings.workflow_type,
    )
    return Change(
        execution=execution, events=change.events, messages=(started,), queued=change.queued
    )


def _refuse_signal(message: messages.Signal, context: CommandContext) -> Change:
    sender = message.sender
    refused = messages.SignalRefused(
        workflow_id=sender.workflow_id,
        run_id=sender.run_id,
        initiated_event_id=message.initiated_event_id,
    )
    return _only(message, refused)


def _refuse_cancel_request(message: messages.CancelRequest, context: CommandContext) -> Change:
    sender = message.sender
    refused = messages.CancelRequestRefused(
        workflow_id=sender.workflow_id,
        run_id=sender.run_id,
        initiated_event_id=message.initiated_event_id,
    )
    return _only(message, refused)


# To any execution


def _refuse_start(draft: Draft, message: messages.StartExecution) -> None:
    parent = message.settings.parent_workflow_execution
    if parent is not None:
        refused = messages.ChildStartFailed(
            workflow_id=parent.workflow_id,
            run_id=parent.run_id,
            initiated_event_id=message.settings.parent_initiated_event_id or 0,
            cause="WORKFLOW_ALREADY_RUNNING",
        )
        draft.messages.append(refused)


def _signal(draft: Draft, message: messages.Signal) -> None:
    attributes = workflow.WorkflowExecutionSignaledAttributes(
        signal_name=message.signal_name,
        input=message.input,
        external_workflow_execution=message.sender,
        external_initiated_event_id=message.initiated_event_id,
    )
    draft.record(workflow.WorkflowExecutionSignaled, attributes)
    draft.wake()
    delivered = messages.SignalDelivered(
        workflow_id=message.sender.workflow_id,
        run_id=message.sender.run_id,
        initiated_event_id=message.initiated_event_id,
        receiver=draft.state.execution,
    )
    draft.messages.append(delivered)


def _request_cancel(draft: Draft, message: messages.CancelRequest) -> None:
    attributes = workflow.WorkflowExecutionCancelRequestedAttributes(
        external_workflow_execution=message.sender,
        external_initiated_event_id=message.initiated_event_id,
    )
    draft.record(workflow.WorkflowExecutionCancelRequested, attributes)
    draft.wake()
    delivered = messages.CancelRequestDelivered(
        workflow_id=message.sender.workflow_id,
        run_id=message.sender.run_id,
        initiated_event_id=message.initiated_event_id,
        receiver=draft.state.execution,
    )
    draft.messages.append(delivered)


# To a child


def _apply_child_policy(draft: Draft, message: messages.ApplyChildPolicy) -> None:
    settings = draft.state.settings
    if (
        settings.parent_workflow_execution != message.parent
        or settings.parent_initiated_event_id != message.initiated_event_id
    ):
        return
    if message.policy == "TERMINATE":
        attributes = workflow.WorkflowExecutionTerminatedAttributes(
            child_policy=settings.child_policy, cause="CHILD_POLICY_APPLIED"
        )
        closing.terminate(draft, attributes)
    elif message.policy == "REQUEST_CANCEL":
        _request_cancel_of_child(draft, message)


def _request_cancel_of_child(draft: Draft, message: messages.ApplyChildPolicy) -> None:
    attributes = workflow.WorkflowExecutionCancelRequestedAttributes(
        external_workflow_execution=message.parent,
        external_initiated_event_id=0,
        cause="CHILD_POLICY_APPLIED",
    )
    draft.record(workflow.WorkflowExecutionCancelRequested, attributes)
    draft.wake()


_DELIVER: dict[type[messages.Message], Callable[[Draft, Any], None]] = {
    messages.ApplyChildPolicy: _apply_child_policy,
    messages.CancelRequest: _request_cancel,
    messages.CancelRequestDelivered: replies.cancel_request_delivered,
    messages.CancelRequestRefused: replies.request_refused(
        external.RequestCancelExternalWorkflowExecutionFailed,
        external.RequestCancelExternalWorkflowExecutionFailedAttributes,
    ),
    messages.ChildClosed: replies.child_closed,
    messages.ChildStarted: replies.child_started,
    messages.ChildStartFailed: replies.child_start_failed,
    messages.Signal: _signal,
    messages.SignalDelivered: replies.signal_delivered,
    messages.SignalRefused: replies.request_refused(
        external.SignalExternalWorkflowExecutionFailed,
        external.SignalExternalWorkflowExecutionFailedAttributes,
    ),
    messages.StartExecution: _refuse_start,
}

_UNDELIVERABLE: dict[type[messages.Message], Callable[[Any, CommandContext], Change]] = {
    messages.CancelRequest: _refuse_cancel_request,
    messages.Signal: _refuse_signal,
    messages.StartExecution: _start,
}
