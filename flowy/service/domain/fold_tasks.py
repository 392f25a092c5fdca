"""How the events of tasks (activities, decision tasks, Lambda functions) move a state on."""

from typing import Any

import msgspec

from flowy.protocol.events import activity, decision, lambda_
from flowy.service.domain.deadlines import DeadlineKind
from flowy.service.domain.durations import deadline
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.items import (
    OpenActivity,
    OpenLambda,
    Override,
    StartedDecision,
    WaitingDecision,
)

replace = msgspec.structs.replace


def activity_scheduled(state: ExecutionState, event: activity.ActivityTaskScheduled) -> None:
    """An activity is open; two of its clocks run."""
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


def activity_started(state: ExecutionState, event: activity.ActivityTaskStarted) -> None:
    """The activity is in a worker's hands; its other two clocks run."""
    event_id, at = event.attributes.scheduled_event_id, event.event_timestamp
    task = state.activities[event_id]
    state.activities[event_id] = replace(
        task,
        started_event_id=event.event_id,
        started_at=at,
        identity=event.attributes.identity,
    )
    settings, push = task.settings, state.deadlines.push
    push(
        deadline(at, settings.start_to_close_timeout),
        event_id,
        DeadlineKind.ACTIVITY_START_TO_CLOSE,
    )
    push(deadline(at, settings.heartbeat_timeout), event_id, DeadlineKind.ACTIVITY_HEARTBEAT)


def activity_cancel_requested(
    state: ExecutionState, event: activity.ActivityTaskCancelRequested
) -> None:
    """The activity will learn of it at its next heartbeat."""
    scheduled_event_id = state.activity_ids[event.attributes.activity_id]
    task = state.activities[scheduled_event_id]
    state.activities[scheduled_event_id] = replace(task, cancel_requested_event_id=event.event_id)


def activity_closed(
    state: ExecutionState,
    event: (
        activity.ActivityTaskCanceled
        | activity.ActivityTaskCompleted
        | activity.ActivityTaskFailed
        | activity.ActivityTaskTimedOut
    ),
) -> None:
    """The activity is over; its id is free again."""
    task = state.activities.pop(event.attributes.scheduled_event_id)
    del state.activity_ids[task.settings.activity_id]


def decision_scheduled(state: ExecutionState, event: decision.DecisionTaskScheduled) -> None:
    """A decision task waits; one that an override did not send elsewhere has ended it."""
    task = event.attributes
    if state.override is not None and state.override.task_list != task.task_list.name:
        state.override = None
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


def decision_started(state: ExecutionState, event: decision.DecisionTaskStarted) -> None:
    """The waiting decision task is in a decider's hands."""
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


def decision_completed(state: ExecutionState, event: decision.DecisionTaskCompleted) -> None:
    """The decision task is over; its answer may move the ones to come."""
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


def decision_timed_out(state: ExecutionState, event: decision.DecisionTaskTimedOut) -> None:
    """The decision task is over; an override that it was scheduled on ends."""
    if state.override is not None and state.override.task_list == _list_of(state, event):
        state.override = None
    if event.attributes.timeout_type == "SCHEDULE_TO_START":
        state.waiting = None
    else:
        state.started = None


def _list_of(state: ExecutionState, event: decision.DecisionTaskTimedOut) -> str | None:
    if event.attributes.timeout_type == "SCHEDULE_TO_START":
        return None if state.waiting is None else state.waiting.task_list
    return None if state.started is None else state.started.scheduled.task_list


def lambda_scheduled(state: ExecutionState, event: lambda_.LambdaFunctionScheduled) -> None:
    """A Lambda function is open."""
    state.lambdas[event.event_id] = OpenLambda(
        scheduled_event_id=event.event_id, settings=event.attributes
    )
    state.lambda_ids[event.attributes.id] = event.event_id


def lambda_started(state: ExecutionState, event: lambda_.LambdaFunctionStarted) -> None:
    """The Lambda function runs; its clock too."""
    event_id, at = event.attributes.scheduled_event_id, event.event_timestamp
    function = state.lambdas[event_id]
    state.lambdas[event_id] = replace(function, started_event_id=event.event_id, started_at=at)
    due = deadline(at, function.settings.start_to_close_timeout)
    state.deadlines.push(due, event_id, DeadlineKind.LAMBDA_START_TO_CLOSE)


def lambda_closed(state: ExecutionState, event: Any) -> None:
    """The Lambda function is over; its id is free again."""
    function = state.lambdas.pop(event.attributes.scheduled_event_id)
    del state.lambda_ids[function.settings.id]
