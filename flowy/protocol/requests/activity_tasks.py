"""What an activity worker calls."""

from flowy.protocol.fields import Data, DomainName, FailureReason, Identity, LimitedData, TaskToken
from flowy.protocol.ids import TaskList
from flowy.protocol.request import Request
from flowy.protocol.tasks import ActivityTask, ActivityTaskStatus


class PollForActivityTask(Request[ActivityTask]):
    """Wait up to 60 seconds for an activity task."""

    domain: DomainName
    task_list: TaskList
    identity: Identity | None = None


class RecordActivityTaskHeartbeat(Request[ActivityTaskStatus]):
    """Say that an activity task is alive, and learn whether it is to be cancelled."""

    task_token: TaskToken
    details: LimitedData | None = None


class RespondActivityTaskCompleted(Request[None]):
    """Answer an activity task with a result."""

    task_token: TaskToken
    result: Data | None = None


class RespondActivityTaskFailed(Request[None]):
    """Answer that an activity task failed."""

    task_token: TaskToken
    reason: FailureReason | None = None
    details: Data | None = None


class RespondActivityTaskCanceled(Request[None]):
    """Answer that an activity task was cancelled."""

    task_token: TaskToken
    details: Data | None = None
