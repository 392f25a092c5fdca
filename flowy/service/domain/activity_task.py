"""The life of an activity task once a worker comes for it."""

from flowy.protocol.events.activity import (
    ActivityTaskCanceled,
    ActivityTaskCanceledAttributes,
    ActivityTaskCompleted,
    ActivityTaskCompletedAttributes,
    ActivityTaskFailed,
    ActivityTaskFailedAttributes,
    ActivityTaskStarted,
    ActivityTaskStartedAttributes,
)
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.tasks import ActivityTaskStatus
from flowy.service.domain.change import Change
from flowy.service.domain.context import CommandContext
from flowy.service.domain.draft import Draft
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.items import OpenActivity
from flowy.service.domain.news import tell_decider
from flowy.service.domain.refusals import unknown_activity_task, unknown_execution
from flowy.service.domain.tokens import TaskToken


def start_activity_task(
    state: ExecutionState, scheduled_event_id: int, identity: str | None, context: CommandContext
) -> Change:
    """Hand a waiting activity task to a worker; the change's first event is its start.

    Raises:
        UnknownResourceFault: The task does not wait (any more).
    """
    activity = state.activities.get(scheduled_event_id)
    if activity is None or activity.started_event_id:
        raise unknown_activity_task(scheduled_event_id)
    draft = Draft(state, context.now, context.has_left)
    draft.dequeue(scheduled_event_id)
    attributes = ActivityTaskStartedAttributes(
        scheduled_event_id=scheduled_event_id, identity=identity
    )
    draft.record(ActivityTaskStarted, attributes)
    return draft.change()


def complete_activity_task(
    state: ExecutionState,
    token: TaskToken,
    request: RespondActivityTaskCompleted,
    context: CommandContext,
) -> Change:
    """Record a worker's result and wake the decider.

    Raises:
        UnknownResourceFault: The task is over.
    """
    _in_hand(state, token)
    attributes = ActivityTaskCompletedAttributes(
        scheduled_event_id=token.scheduled_event_id,
        started_event_id=token.started_event_id,
        result=request.result,
    )
    return tell_decider(state, ActivityTaskCompleted, attributes, context)


def fail_activity_task(
    state: ExecutionState,
    token: TaskToken,
    request: RespondActivityTaskFailed,
    context: CommandContext,
) -> Change:
    """Record a worker's failure and wake the decider.

    Raises:
        UnknownResourceFault: The task is over.
    """
    _in_hand(state, token)
    attributes = ActivityTaskFailedAttributes(
        scheduled_event_id=token.scheduled_event_id,
        started_event_id=token.started_event_id,
        reason=request.reason,
        details=request.details,
    )
    return tell_decider(state, ActivityTaskFailed, attributes, context)


def cancel_activity_task(
    state: ExecutionState,
    token: TaskToken,
    request: RespondActivityTaskCanceled,
    context: CommandContext,
) -> Change:
    """Record that a worker cancelled its task, asked to or not, and wake the decider.

    Raises:
        UnknownResourceFault: The task is over.
    """
    activity = _in_hand(state, token)
    attributes = ActivityTaskCanceledAttributes(
        scheduled_event_id=token.scheduled_event_id,
        started_event_id=token.started_event_id,
        details=request.details,
        latest_cancel_requested_event_id=activity.cancel_requested_event_id or None,
    )
    return tell_decider(state, ActivityTaskCanceled, attributes, context)


def heartbeat(state: ExecutionState, token: TaskToken) -> ActivityTaskStatus:
    """Answer a heartbeat; the caller then notes it with ``state.heartbeat`` and in its store.

    Raises:
        UnknownResourceFault: The task is over.
    """
    activity = _in_hand(state, token)
    return ActivityTaskStatus(cancel_requested=activity.cancel_requested_event_id > 0)


def _in_hand(state: ExecutionState, token: TaskToken) -> OpenActivity:
    if not state.is_open:
        raise unknown_execution(state.execution.workflow_id, state.execution.run_id)
    activity = state.activities.get(token.scheduled_event_id)
    if (
        activity is None
        or token.kind != "activity"
        or token.run_id != state.execution.run_id
        or activity.started_event_id != token.started_event_id
    ):
        raise unknown_activity_task(token.scheduled_event_id)
    return activity
