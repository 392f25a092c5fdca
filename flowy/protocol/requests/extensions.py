"""What Flowy's own service offers besides SWF; nothing that runs workflows depends on it.

On the wire these operations are called as SWF's are, but under a name space of their own
(``X-Amz-Target: Flowy.LeaveTaskList``), so that none can be taken for one of Amazon's. A service
that has them not answers ``UnknownOperationException``.
"""

from flowy.protocol.fields import (
    ActivityId,
    Data,
    DomainName,
    EventId,
    Identity,
)
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.request import Request
from flowy.protocol.tasks import DecisionTask
from flowy.protocol.value import Value


class OpenActivityTask(Value):
    """An activity task that is not over.

    ``started_event_id`` is 0 and ``started_timestamp`` None while it waits for a worker, whose
    ``identity`` is what it polled with. Times are seconds since the epoch. The last two are of the
    last heartbeat, None before the first one.
    """

    activity_id: ActivityId
    activity_type: TypeId
    task_list: TaskList
    scheduled_event_id: EventId
    scheduled_timestamp: float
    cancel_requested: bool
    started_event_id: EventId = 0
    started_timestamp: float | None = None
    identity: Identity | None = None
    heartbeat_timestamp: float | None = None
    heartbeat_details: Data | None = None


class OpenActivityTasks(Value):
    """The open activity tasks of an execution, in the order in which they were scheduled."""

    activity_tasks: tuple[OpenActivityTask, ...]


class DescribeOpenActivityTasks(Request[OpenActivityTasks]):
    """Tell which activity tasks of an execution are open, who does them, and how far they are."""

    domain: DomainName
    execution: ExecutionId


class LeaveTaskList(Request[DecisionTask]):
    """Say that a list of decision tasks is polled no more, and take what waits there.

    Decision tasks that a temporary task list (``taskListScheduleToStartTimeout``) would send there
    go to the execution's own list from now on, until an answer sends an execution there again. The
    answer is a task that waits there, as to ``PollForDecisionTask`` from the previous decision on
    (``startAtPreviousStartedEvent``), or an empty one at once. Whoever leaves calls it until then.
    """

    domain: DomainName
    task_list: TaskList
    identity: Identity | None = None
