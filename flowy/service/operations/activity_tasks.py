"""What an activity worker calls."""

from collections.abc import Callable
from typing import Any

from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.tasks import ActivityTask, ActivityTaskStatus
from flowy.service.domain.activity_task import (
    cancel_activity_task,
    complete_activity_task,
    fail_activity_task,
    heartbeat,
    start_activity_task,
)
from flowy.service.domain.change import Change
from flowy.service.domain.tokens import TaskToken, encode_token
from flowy.service.domain.validation import check_trimmed_name
from flowy.service.operations import runs
from flowy.service.operations.claims import claims
from flowy.service.operations.unit import Unit
from flowy.service.store.heartbeats import Heartbeat
from flowy.service.store.states import Kept
from flowy.service.store.tasks import TaskQueue


def poll_for_activity_task(unit: Unit, request: PollForActivityTask) -> ActivityTask:
    """Hand out the next activity task of a list, or an empty one.

    Raises:
        UnknownResourceFault: There is no such domain.
    """
    found = poll_for_activity_tasks(unit, request, 1)
    return found[0] if found else ActivityTask()


def poll_for_activity_tasks(
    unit: Unit, request: PollForActivityTask, most: int
) -> list[ActivityTask]:
    """Hand out the next activity tasks of a list, at most so many.

    Raises:
        UnknownResourceFault: There is no such domain.
    """
    domain = unit.domain(request.domain)
    check_trimmed_name("taskList.name", request.task_list.name)
    queue = TaskQueue(domain=domain.id, kind="activity", task_list=request.task_list.name)
    return [hand_out(unit, request, *claim) for claim in claims(unit, queue, most)]


def hand_out(
    unit: Unit, request: PollForActivityTask, kept: Kept, scheduled_event_id: int
) -> ActivityTask:
    """Give a task that waits to whoever polls."""
    context = unit.context(kept.domain)
    change = start_activity_task(kept.state, scheduled_event_id, request.identity, context)
    runs.carry_out(unit, kept, change)
    return _task(kept, scheduled_event_id)


def record_activity_task_heartbeat(
    unit: Unit, request: RecordActivityTaskHeartbeat
) -> ActivityTaskStatus:
    """Note that a task is alive, and tell whether it is to be cancelled.

    Raises:
        UnknownResourceFault: The task is over.
    """
    kept, token = runs.load_task(unit, request.task_token)
    status = heartbeat(kept.state, token)
    noted = Heartbeat(
        scheduled_event_id=token.scheduled_event_id,
        recorded_at=unit.now,
        details=request.details,
    )
    unit.states.heartbeat(unit.session, kept, noted)
    unit.changed.append(kept.id)
    return status


def respond_activity_task_completed(unit: Unit, request: RespondActivityTaskCompleted) -> None:
    """Record a task's result.

    Raises:
        UnknownResourceFault: The task is over.
    """
    _respond(unit, request, complete_activity_task)


def respond_activity_task_failed(unit: Unit, request: RespondActivityTaskFailed) -> None:
    """Record that a task failed.

    Raises:
        UnknownResourceFault: The task is over.
    """
    _respond(unit, request, fail_activity_task)


def respond_activity_task_canceled(unit: Unit, request: RespondActivityTaskCanceled) -> None:
    """Record that a task was cancelled.

    Raises:
        UnknownResourceFault: The task is over.
    """
    _respond(unit, request, cancel_activity_task)


def _respond(unit: Unit, request: Any, command: Callable[..., Change]) -> None:
    kept, token = runs.load_task(unit, request.task_token)
    change = command(kept.state, token, request, unit.context(kept.domain))
    runs.carry_out(unit, kept, change)


def _task(kept: Kept, scheduled_event_id: int) -> ActivityTask:
    activity = kept.state.activities[scheduled_event_id]
    token = TaskToken(
        kind="activity",
        execution_key=kept.id,
        run_id=kept.state.execution.run_id,
        scheduled_event_id=scheduled_event_id,
        started_event_id=activity.started_event_id,
    )
    return ActivityTask(
        task_token=encode_token(token),
        started_event_id=activity.started_event_id,
        activity_id=activity.settings.activity_id,
        workflow_execution=kept.state.execution,
        activity_type=activity.settings.activity_type,
        input=activity.settings.input,
    )
