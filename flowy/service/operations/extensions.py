"""What SWF does not offer: who does the open activities, and that a poller of a list leaves."""

from flowy.protocol.ids import TaskList
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.requests.extensions import (
    DescribeOpenActivityTasks,
    EndPolls,
    LeaveTaskList,
    OpenActivityTask,
    OpenActivityTasks,
)
from flowy.protocol.tasks import DecisionTask
from flowy.service.domain.items import OpenActivity
from flowy.service.operations import runs
from flowy.service.operations.decision_tasks import poll_for_decision_task
from flowy.service.operations.spliced import Spliced
from flowy.service.operations.unit import Unit


def describe_open_activity_tasks(
    unit: Unit, request: DescribeOpenActivityTasks
) -> OpenActivityTasks:
    """Tell which activity tasks of an execution are open; of one that is closed, none.

    Raises:
        UnknownResourceFault: There is no such domain or execution.
    """
    domain = unit.domain(request.domain)
    state = runs.load_run(unit, domain.id, request.execution).state
    found = state.activities.values() if state.is_open else ()
    return OpenActivityTasks(activity_tasks=tuple(map(_described, found)))


def end_polls(unit: Unit, request: EndPolls) -> None:
    """Do nothing: polls wait in a front, which has ended them before it calls this."""


def leave_task_list(unit: Unit, request: LeaveTaskList) -> DecisionTask | Spliced:
    """Note that a list of decision tasks is polled no more, and hand out what waits there.

    Raises:
        UnknownResourceFault: There is no such domain.
    """
    domain = unit.domain(request.domain)
    if unit.shared.left_lists.leave(unit.session, domain.id, request.task_list.name, unit.now):
        unit.lists_left = True
    poll = PollForDecisionTask(
        domain=request.domain,
        task_list=request.task_list,
        identity=request.identity,
        start_at_previous_started_event=True,
    )
    return poll_for_decision_task(unit, poll)


def _described(activity: OpenActivity) -> OpenActivityTask:
    settings = activity.settings
    is_started = activity.started_event_id > 0
    return OpenActivityTask(
        activity_id=settings.activity_id,
        activity_type=settings.activity_type,
        task_list=TaskList(name=settings.task_list.name),
        scheduled_event_id=activity.scheduled_event_id,
        scheduled_timestamp=activity.scheduled_at,
        cancel_requested=activity.cancel_requested_event_id > 0,
        started_event_id=activity.started_event_id,
        started_timestamp=activity.started_at if is_started else None,
        identity=activity.identity,
        heartbeat_timestamp=activity.heartbeat_at or None,
        heartbeat_details=activity.heartbeat_details,
    )
