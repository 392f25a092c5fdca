"""What callers do to an open execution from outside: signal, ask to cancel, terminate."""

from flowy.protocol.events.workflow import (
    WorkflowExecutionCancelRequested,
    WorkflowExecutionCancelRequestedAttributes,
    WorkflowExecutionSignaled,
    WorkflowExecutionSignaledAttributes,
    WorkflowExecutionTerminatedAttributes,
)
from flowy.protocol.requests.executions import (
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    TerminateWorkflowExecution,
)
from flowy.service.domain import closing
from flowy.service.domain.change import Change
from flowy.service.domain.context import CommandContext
from flowy.service.domain.draft import Draft
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.news import tell_decider
from flowy.service.domain.refusals import unknown_execution


def signal(
    state: ExecutionState, request: SignalWorkflowExecution, context: CommandContext
) -> Change:
    """Record a signal and wake the decider.

    Raises:
        UnknownResourceFault: The execution is closed.
    """
    _must_be_open(state, request)
    attributes = WorkflowExecutionSignaledAttributes(
        signal_name=request.signal_name, input=request.input, external_initiated_event_id=0
    )
    return tell_decider(state, WorkflowExecutionSignaled, attributes, context)


def request_cancel(
    state: ExecutionState, request: RequestCancelWorkflowExecution, context: CommandContext
) -> Change:
    """Record that somebody wants the execution cancelled, and wake the decider, which decides.

    Raises:
        UnknownResourceFault: The execution is closed.
    """
    _must_be_open(state, request)
    attributes = WorkflowExecutionCancelRequestedAttributes(external_initiated_event_id=0)
    return tell_decider(state, WorkflowExecutionCancelRequested, attributes, context)


def terminate(
    state: ExecutionState, request: TerminateWorkflowExecution, context: CommandContext
) -> Change:
    """Close the execution at once and apply the child policy of the request, or else its own.

    Raises:
        UnknownResourceFault: The execution is closed.
    """
    _must_be_open(state, request)
    attributes = WorkflowExecutionTerminatedAttributes(
        child_policy=request.child_policy or state.settings.child_policy,
        reason=request.reason,
        details=request.details,
        cause="OPERATOR_INITIATED",
    )
    draft = Draft(state, context.now, context.has_left)
    closing.terminate(draft, attributes)
    return draft.change()


def _must_be_open(
    state: ExecutionState,
    request: SignalWorkflowExecution | RequestCancelWorkflowExecution | TerminateWorkflowExecution,
) -> None:
    if not state.is_open:
        raise unknown_execution(request.workflow_id, request.run_id)
