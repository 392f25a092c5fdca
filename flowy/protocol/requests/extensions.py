"""What Flowy's own service offers besides SWF; nothing that runs workflows depends on it.

On the wire these operations are called as SWF's are, but under a name space of their own
(``X-Amz-Target: Flowy.LeaveTaskList``), so that none can be taken for one of Amazon's. A service
that has them not answers ``UnknownOperationException``.
"""

from typing import Annotated

import msgspec

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

ClientName = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


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


class EndPolls(Request[None]):
    """Have the polls of a client come back, now and from now on; a task that one has comes with it.

    A connection that is closed under a poll may take along a task that was handed out meanwhile.

    ``client`` is the value of the header ``X-Flowy-Client`` (`flowy.protocol.polls.CLIENT_HEADER`)
    that the polls were sent with. The server that holds them ends them, no other one.
    """

    client: ClientName


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
