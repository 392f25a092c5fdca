"""How each event moves the state of its execution on: one table from event class to function."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from flowy.protocol import history as h
from flowy.protocol.event import Event
from flowy.protocol.fields import CloseStatus
from flowy.protocol.ids import ExecutionId
from flowy.service.domain.deadlines import DeadlineKind
from flowy.service.domain.durations import deadline, moment
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.items import (
    OpenActivity,
    OpenChild,
    OpenLambda,
    OpenRequest,
    OpenTimer,
    Override,
    StartedDecision,
    WaitingDecision,
)

replace = msgspec.structs.replace


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
    if not isinstance(first, h.WorkflowExecutionStarted):
        raise ValueError(f"the history of {execution} does not begin with its start: {first!r}")
    state = ExecutionState(
        execution=execution,
        settings=replace(first.attributes, input=None),
        task_list=first.attributes.task_list.name,
        started_at=first.event_timestamp,
        last_event_at=first.event_timestamp,
    )
    kind = DeadlineKind.EXECUTION_START_TO_CLOSE
    state.deadlines.push(state.current_due(kind, 1), 1, kind)
    return state


# Activities


def _activity_scheduled(state: ExecutionState, event: h.ActivityTaskScheduled) -> None:
    settings, event_id, at = event.attributes, event.event_id, event.event_timestamp
    state.activities[event_id] = OpenActivity(
        scheduled_event_id=event_id, scheduled_at=at, settings=settings
    )
    state.activity_ids[settings.activity_id] = event_id
    state.latest_activity_task_at = at
    push = state.deadlines.push
    push(
        deadline(at, settings.schedule_to_start_timeout),
        event_id,
        DeadlineKind.ACTIVITY_SCHEDULE_TO_START,
    )
    push(
        deadline(at, settings.schedule_to_close_timeout),
        event_id,
        DeadlineKind.ACTIVITY_SCHEDULE_TO_CLOSE,
    )


def _activity_started(state: ExecutionState, event: h.ActivityTaskStarted) -> None:
    event_id, at = event.attributes.scheduled_event_id, event.event_timestamp
    activity = state.activities[event_id]
    state.activities[event_id] = replace(
        activity,
        started_event_id=event.event_id,
        started_at=at,
        identity=event.attributes.identity,
    )
    settings, push = activity.settings, state.deadlines.push
    push(
        deadline(at, settings.start_to_close_timeout),
        event_id,
        DeadlineKind.ACTIVITY_START_TO_CLOSE,
    )
    push(deadline(at, settings.heartbeat_timeout), event_id, DeadlineKind.ACTIVITY_HEARTBEAT)


def _activity_cancel_requested(state: ExecutionState, event: h.ActivityTaskCancelRequested) -> None:
    scheduled_event_id = state.activity_ids[event.attributes.activity_id]
    activity = state.activities[scheduled_event_id]
    state.activities[scheduled_event_id] = replace(
        activity, cancel_requested_event_id=event.event_id
    )


def _activity_closed(
    state: ExecutionState,
    event: (
        h.ActivityTaskCanceled
        | h.ActivityTaskCompleted
        | h.ActivityTaskFailed
        | h.ActivityTaskTimedOut
    ),
) -> None:
    activity = state.activities.pop(event.attributes.scheduled_event_id)
    del state.activity_ids[activity.settings.activity_id]


# Decision tasks


def _decision_scheduled(state: ExecutionState, event: h.DecisionTaskScheduled) -> None:
    task = event.attributes
    state.waiting = WaitingDecision(
        scheduled_event_id=event.event_id,
        scheduled_at=event.event_timestamp,
        task_list=task.task_list.name,
        priority=int(task.task_priority or 0),
        start_to_close_timeout=task.start_to_close_timeout,
        schedule_to_start_timeout=task.schedule_to_start_timeout,
    )
    due = deadline(event.event_timestamp, task.schedule_to_start_timeout)
    state.deadlines.push(due, event.event_id, DeadlineKind.DECISION_SCHEDULE_TO_START)


def _decision_started(state: ExecutionState, event: h.DecisionTaskStarted) -> None:
    task = state.waiting
    if task is None:
        raise ValueError(f"{state.execution}: event {event.event_id} starts no decision task")
    state.waiting = None
    state.started = StartedDecision(
        scheduled=task,
        started_event_id=event.event_id,
        started_at=event.event_timestamp,
        identity=event.attributes.identity,
    )
    due = deadline(event.event_timestamp, task.start_to_close_timeout)
    kind = DeadlineKind.DECISION_START_TO_CLOSE
    state.deadlines.push(due, task.scheduled_event_id, kind)


def _decision_completed(state: ExecutionState, event: h.DecisionTaskCompleted) -> None:
    answer = event.attributes
    state.started = None
    state.previous_started_event_id = answer.started_event_id
    if answer.execution_context is not None:
        state.execution_context = answer.execution_context
    if answer.task_list is None:
        return
    name, timeout = answer.task_list.name, answer.task_list_schedule_to_start_timeout
    if timeout is None:
        state.task_list, state.override = name, None
    else:
        state.override = Override(task_list=name, schedule_to_start_timeout=timeout)


def _decision_timed_out(state: ExecutionState, event: h.DecisionTaskTimedOut) -> None:
    if state.override is not None and state.override.task_list == _list_of(state, event):
        state.override = None
    if event.attributes.timeout_type == "SCHEDULE_TO_START":
        state.waiting = None
    else:
        state.started = None


def _list_of(state: ExecutionState, event: h.DecisionTaskTimedOut) -> str | None:
    if event.attributes.timeout_type == "SCHEDULE_TO_START":
        return state.waiting and state.waiting.task_list
    return state.started and state.started.scheduled.task_list


# Timers


def _timer_started(state: ExecutionState, event: h.TimerStarted) -> None:
    timer_id, event_id = event.attributes.timer_id, event.event_id
    due = moment(event.event_timestamp + int(event.attributes.start_to_fire_timeout))
    state.timers[event_id] = OpenTimer(started_event_id=event_id, timer_id=timer_id, due=due)
    state.timer_ids[timer_id] = event_id
    state.deadlines.push(due, event_id, DeadlineKind.TIMER)


def _timer_closed(state: ExecutionState, event: h.TimerFired | h.TimerCanceled) -> None:
    del state.timers[event.attributes.started_event_id]
    del state.timer_ids[event.attributes.timer_id]


# Children and other executions


def _child_initiated(state: ExecutionState, event: h.StartChildWorkflowExecutionInitiated) -> None:
    child = event.attributes
    state.children[event.event_id] = OpenChild(
        initiated_event_id=event.event_id,
        decision_task_completed_event_id=child.decision_task_completed_event_id,
        workflow_id=child.workflow_id,
        workflow_type=child.workflow_type,
        control=child.control,
    )


def _child_started(state: ExecutionState, event: h.ChildWorkflowExecutionStarted) -> None:
    child = event.attributes
    state.children[child.initiated_event_id] = replace(
        state.children[child.initiated_event_id],
        started_event_id=event.event_id,
        execution=child.workflow_execution,
    )


def _child_closed(state: ExecutionState, event: Any) -> None:
    state.children.pop(event.attributes.initiated_event_id, None)


def _request_initiated(
    state: ExecutionState,
    event: (
        h.RequestCancelExternalWorkflowExecutionInitiated
        | h.SignalExternalWorkflowExecutionInitiated
    ),
) -> None:
    request = event.attributes
    state.requests[event.event_id] = OpenRequest(
        initiated_event_id=event.event_id,
        decision_task_completed_event_id=request.decision_task_completed_event_id,
        workflow_id=request.workflow_id,
        run_id=request.run_id,
        control=request.control,
    )


def _request_closed(state: ExecutionState, event: Any) -> None:
    state.requests.pop(event.attributes.initiated_event_id, None)


# Lambda functions


def _lambda_scheduled(state: ExecutionState, event: h.LambdaFunctionScheduled) -> None:
    state.lambdas[event.event_id] = OpenLambda(
        scheduled_event_id=event.event_id, settings=event.attributes
    )
    state.lambda_ids[event.attributes.id] = event.event_id


def _lambda_started(state: ExecutionState, event: h.LambdaFunctionStarted) -> None:
    event_id, at = event.attributes.scheduled_event_id, event.event_timestamp
    function = state.lambdas[event_id]
    state.lambdas[event_id] = replace(function, started_event_id=event.event_id, started_at=at)
    due = deadline(at, function.settings.start_to_close_timeout)
    state.deadlines.push(due, event_id, DeadlineKind.LAMBDA_START_TO_CLOSE)


def _lambda_closed(state: ExecutionState, event: Any) -> None:
    function = state.lambdas.pop(event.attributes.scheduled_event_id)
    del state.lambda_ids[function.settings.id]


# The execution


def _cancel_requested(state: ExecutionState, event: h.WorkflowExecutionCancelRequested) -> None:
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
    h.ActivityTaskCancelRequested: _activity_cancel_requested,
    h.ActivityTaskCanceled: _activity_closed,
    h.ActivityTaskCompleted: _activity_closed,
    h.ActivityTaskFailed: _activity_closed,
    h.ActivityTaskScheduled: _activity_scheduled,
    h.ActivityTaskStarted: _activity_started,
    h.ActivityTaskTimedOut: _activity_closed,
    h.ChildWorkflowExecutionCanceled: _child_closed,
    h.ChildWorkflowExecutionCompleted: _child_closed,
    h.ChildWorkflowExecutionFailed: _child_closed,
    h.ChildWorkflowExecutionStarted: _child_started,
    h.ChildWorkflowExecutionTerminated: _child_closed,
    h.ChildWorkflowExecutionTimedOut: _child_closed,
    h.DecisionTaskCompleted: _decision_completed,
    h.DecisionTaskScheduled: _decision_scheduled,
    h.DecisionTaskStarted: _decision_started,
    h.DecisionTaskTimedOut: _decision_timed_out,
    h.ExternalWorkflowExecutionCancelRequested: _request_closed,
    h.ExternalWorkflowExecutionSignaled: _request_closed,
    h.LambdaFunctionCompleted: _lambda_closed,
    h.LambdaFunctionFailed: _lambda_closed,
    h.LambdaFunctionScheduled: _lambda_scheduled,
    h.LambdaFunctionStarted: _lambda_started,
    h.LambdaFunctionTimedOut: _lambda_closed,
    h.RequestCancelExternalWorkflowExecutionFailed: _request_closed,
    h.RequestCancelExternalWorkflowExecutionInitiated: _request_initiated,
    h.SignalExternalWorkflowExecutionFailed: _request_closed,
    h.SignalExternalWorkflowExecutionInitiated: _request_initiated,
    h.StartChildWorkflowExecutionFailed: _child_closed,
    h.StartChildWorkflowExecutionInitiated: _child_initiated,
    h.StartLambdaFunctionFailed: _lambda_closed,
    h.TimerCanceled: _timer_closed,
    h.TimerFired: _timer_closed,
    h.TimerStarted: _timer_started,
    h.WorkflowExecutionCancelRequested: _cancel_requested,
    h.WorkflowExecutionCanceled: _close("CANCELED"),
    h.WorkflowExecutionCompleted: _close("COMPLETED"),
    h.WorkflowExecutionContinuedAsNew: _close("CONTINUED_AS_NEW"),
    h.WorkflowExecutionFailed: _close("FAILED"),
    h.WorkflowExecutionTerminated: _close("TERMINATED"),
    h.WorkflowExecutionTimedOut: _close("TIMED_OUT"),
}
