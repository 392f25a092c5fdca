"""What polls, heartbeats and counts answer."""

from flowy.protocol.fields import ActivityId, Count, Data, EventId, PageToken
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.value import Value


class ActivityTask(Value):
    """One activity task for a worker; none found has an empty ``task_token``."""

    task_token: str = ""
    started_event_id: EventId = 0
    activity_id: ActivityId | None = None
    workflow_execution: ExecutionId | None = None
    activity_type: TypeId | None = None
    input: Data | None = None


class ActivityTaskStatus(Value):
    """What a heartbeat learns."""

    cancel_requested: bool


class DecisionTask(Value):
    """One decision task with a page of history; none found has an empty ``task_token``."""

    task_token: str = ""
    started_event_id: EventId = 0
    workflow_execution: ExecutionId | None = None
    workflow_type: TypeId | None = None
    events: tuple[HistoryEvent, ...] = ()
    next_page_token: PageToken | None = None
    previous_started_event_id: EventId | None = None


class History(Value):
    """A page of an execution's events."""

    events: tuple[HistoryEvent, ...]
    next_page_token: PageToken | None = None


class PendingTaskCount(Value):
    """How many tasks wait on a task list."""

    count: Count
    truncated: bool | None = None
