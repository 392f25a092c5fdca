"""The open things of an execution, each a value that a fold keeps until the thing closes."""

import msgspec

from flowy.protocol.events.activity import ActivityTaskScheduledAttributes
from flowy.protocol.events.lambda_ import LambdaFunctionScheduledAttributes
from flowy.protocol.ids import ExecutionId, TypeId


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """A task list that decision tasks use for the time being.

    ``schedule_to_start_timeout`` is a duration: a task that nobody starts in it ends the override.
    """

    task_list: str
    schedule_to_start_timeout: str


class WaitingDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision task that waits for a decider, or for the one in hand to end."""

    scheduled_event_id: int
    scheduled_at: float
    task_list: str
    priority: int
    start_to_close_timeout: str | None
    schedule_to_start_timeout: str | None = None


class StartedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision task in the hands of a decider."""

    scheduled: WaitingDecision
    started_event_id: int
    started_at: float
    identity: str | None = None


class OpenActivity(msgspec.Struct, frozen=True, kw_only=True):
    """An activity task that is not over; ``started_event_id`` is 0 while it waits."""

    scheduled_event_id: int
    scheduled_at: float
    settings: ActivityTaskScheduledAttributes
    started_event_id: int = 0
    started_at: float = 0.0
    identity: str | None = None
    cancel_requested_event_id: int = 0
    heartbeat_at: float = 0.0
    heartbeat_details: str | None = None


class OpenTimer(msgspec.Struct, frozen=True, kw_only=True):
    """A timer that runs; ``due`` is when it fires."""

    started_event_id: int
    timer_id: str
    due: float


class OpenChild(msgspec.Struct, frozen=True, kw_only=True):
    """A child execution that is open, or about to start while ``started_event_id`` is 0."""

    initiated_event_id: int
    decision_task_completed_event_id: int
    workflow_id: str
    workflow_type: TypeId
    control: str | None = None
    started_event_id: int = 0
    execution: ExecutionId | None = None


class OpenLambda(msgspec.Struct, frozen=True, kw_only=True):
    """A Lambda function that is not over; ``started_event_id`` is 0 while it waits."""

    scheduled_event_id: int
    settings: LambdaFunctionScheduledAttributes
    started_event_id: int = 0
    started_at: float = 0.0


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A signal or a cancel request to another execution that has no answer yet."""

    initiated_event_id: int
    decision_task_completed_event_id: int
    workflow_id: str
    run_id: str | None = None
    control: str | None = None
