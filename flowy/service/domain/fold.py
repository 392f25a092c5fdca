"""How each event moves the state of its execution on: one table from event class to function."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from flowy.protocol.event import Event
from flowy.protocol.events import activity, child, decision, external, lambda_, timer, workflow
from flowy.protocol.fields import CloseStatus
from flowy.protocol.ids import ExecutionId
from flowy.service.domain import fold_others, fold_tasks
from flowy.service.domain.deadlines import DeadlineKind
from flowy.service.domain.execution import ExecutionState


def fold(execution: ExecutionId, events: Iterable[Event]) -> ExecutionState:
    """Make the state of an execution from its history, in order and from event 1 on.

    Raises:
        ValueError: The history does not begin with ``WorkflowExecutionStarted``.
    """
    rest = iter(events)
    state = _begin(execution, rest)
    for event in rest:
        apply(state, event)
    return state


def apply(state: ExecutionState, event: Event) -> None:
    """Move the state on by the next event of the history."""
    state.event_count = event.event_id
    state.last_event_at = event.event_timestamp
    change = _FOLDS.get(type(event))
    if change is not None:
        change(state, event)


def _begin(execution: ExecutionId, events: Iterator[Event]) -> ExecutionState:
    first = next(events, None)
    if not isinstance(first, workflow.WorkflowExecutionStarted):
        raise ValueError(f"the history of {execution} begins with {first!r}, not with its start")  # noqa: TRY004
    state = ExecutionState(
        execution=execution,
        settings=msgspec.structs.replace(first.attributes, input=None),
        task_list=first.attributes.task_list.name,
        started_at=first.event_timestamp,
        last_event_at=first.event_timestamp,
    )
    kind = DeadlineKind.EXECUTION_START_TO_CLOSE
    state.deadlines.push(state.current_due(kind, 1), 1, kind)
    return state


def _cancel_requested(
    state: ExecutionState, event: workflow.WorkflowExecutionCancelRequested
) -> None:
    state.cancel_requested = True


def _close(status: CloseStatus) -> Callable[[ExecutionState, Event], None]:
    def close(state: ExecutionState, event: Event) -> None:
        state.close_status, state.closed_at = status, event.event_timestamp
        state.cancel_requested = False
        state.waiting = state.started = state.override = None
        for open_things in (
            state.activities,
            state.activity_ids,
            state.timers,
            state.timer_ids,
            state.children,
            state.lambdas,
            state.lambda_ids,
            state.requests,
        ):
            open_things.clear()
        state.deadlines.clear()

    return close


_FOLDS: dict[type[Event], Callable[[ExecutionState, Any], None]] = {
    activity.ActivityTaskCancelRequested: fold_tasks.activity_cancel_requested,
    activity.ActivityTaskCanceled: fold_tasks.activity_closed,
    activity.ActivityTaskCompleted: fold_tasks.activity_closed,
    activity.ActivityTaskFailed: fold_tasks.activity_closed,
    activity.ActivityTaskScheduled: fold_tasks.activity_scheduled,
    activity.ActivityTaskStarted: fold_tasks.activity_started,
    activity.ActivityTaskTimedOut: fold_tasks.activity_closed,
    child.ChildWorkflowExecutionCanceled: fold_others.child_closed,
    child.ChildWorkflowExecutionCompleted: fold_others.child_closed,
    child.ChildWorkflowExecutionFailed: fold_others.child_closed,
    child.ChildWorkflowExecutionStarted: fold_others.child_started,
    child.ChildWorkflowExecutionTerminated: fold_others.child_closed,
    child.ChildWorkflowExecutionTimedOut: fold_others.child_closed,
    decision.DecisionTaskCompleted: fold_tasks.decision_completed,
    decision.DecisionTaskScheduled: fold_tasks.decision_scheduled,
    decision.DecisionTaskStarted: fold_tasks.decision_started,
    decision.DecisionTaskTimedOut: fold_tasks.decision_timed_out,
    external.ExternalWorkflowExecutionCancelRequested: fold_others.request_closed,
    external.ExternalWorkflowExecutionSignaled: fold_others.request_closed,
    lambda_.LambdaFunctionCompleted: fold_tasks.lambda_closed,
    lambda_.LambdaFunctionFailed: fold_tasks.lambda_closed,
    lambda_.LambdaFunctionScheduled: fold_tasks.lambda_scheduled,
    lambda_.LambdaFunctionStarted: fold_tasks.lambda_started,
    lambda_.LambdaFunctionTimedOut: fold_tasks.lambda_closed,
    external.RequestCancelExternalWorkflowExecutionFailed: fold_others.request_closed,
    external.RequestCancelExternalWorkflowExecutionInitiated: fold_others.request_initiated,
    external.SignalExternalWorkflowExecutionFailed: fold_others.request_closed,
    external.SignalExternalWorkflowExecutionInitiated: fold_others.request_initiated,
    child.StartChildWorkflowExecutionFailed: fold_others.child_closed,
    child.StartChildWorkflowExecutionInitiated: fold_others.child_initiated,
    lambda_.StartLambdaFunctionFailed: fold_tasks.lambda_closed,
    timer.TimerCanceled: fold_others.timer_closed,
    timer.TimerFired: fold_others.timer_closed,
    timer.TimerStarted: fold_others.timer_started,
    workflow.WorkflowExecutionCancelRequested: _cancel_requested,
    workflow.WorkflowExecutionCanceled: _close("CANCELED"),
    workflow.WorkflowExecutionCompleted: _close("COMPLETED"),
    workflow.WorkflowExecutionContinuedAsNew: _close("CONTINUED_AS_NEW"),
    workflow.WorkflowExecutionFailed: _close("FAILED"),
    workflow.WorkflowExecutionTerminated: _close("TERMINATED"),
    workflow.WorkflowExecutionTimedOut: _close("TIMED_OUT"),
}
