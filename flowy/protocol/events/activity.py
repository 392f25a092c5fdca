"""The life of an activity task."""

from msgspec import field

from flowy.protocol.event import Event
from flowy.protocol.fields import (
    ActivityId,
    ActivityTaskTimeoutType,
    Data,
    DurationInSecondsOptional,
    EventId,
    FailureReason,
    Identity,
    LimitedData,
    RequestCancelActivityTaskFailedCause,
    ScheduleActivityTaskFailedCause,
    TaskPriority,
)
from flowy.protocol.ids import TaskList, TypeId
from flowy.protocol.value import Value


class ActivityTaskScheduledAttributes(Value):
    """What ``ActivityTaskScheduled`` says."""

    activity_type: TypeId
    activity_id: ActivityId
    task_list: TaskList
    decision_task_completed_event_id: EventId
    input: Data | None = None
    control: Data | None = None
    schedule_to_start_timeout: DurationInSecondsOptional | None = None
    schedule_to_close_timeout: DurationInSecondsOptional | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None
    task_priority: TaskPriority | None = None
    heartbeat_timeout: DurationInSecondsOptional | None = None


class ActivityTaskScheduled(Event, tag="ActivityTaskScheduled"):
    """An activity task waits on its task list. Its settings are resolved."""

    attributes: ActivityTaskScheduledAttributes = field(name="activityTaskScheduledEventAttributes")


class ScheduleActivityTaskFailedAttributes(Value):
    """What ``ScheduleActivityTaskFailed`` says."""

    activity_type: TypeId
    activity_id: ActivityId
    cause: ScheduleActivityTaskFailedCause
    decision_task_completed_event_id: EventId


class ScheduleActivityTaskFailed(Event, tag="ScheduleActivityTaskFailed"):
    """An activity task could not be scheduled."""

    attributes: ScheduleActivityTaskFailedAttributes = field(
        name="scheduleActivityTaskFailedEventAttributes"
    )


class ActivityTaskStartedAttributes(Value):
    """What ``ActivityTaskStarted`` says."""

    scheduled_event_id: EventId
    identity: Identity | None = None


class ActivityTaskStarted(Event, tag="ActivityTaskStarted"):
    """A worker took the activity task."""

    attributes: ActivityTaskStartedAttributes = field(name="activityTaskStartedEventAttributes")


class ActivityTaskCompletedAttributes(Value):
    """What ``ActivityTaskCompleted`` says."""

    scheduled_event_id: EventId
    started_event_id: EventId
    result: Data | None = None


class ActivityTaskCompleted(Event, tag="ActivityTaskCompleted"):
    """A worker answered with a result."""

    attributes: ActivityTaskCompletedAttributes = field(name="activityTaskCompletedEventAttributes")


class ActivityTaskFailedAttributes(Value):
    """What ``ActivityTaskFailed`` says."""

    scheduled_event_id: EventId
    started_event_id: EventId
    reason: FailureReason | None = None
    details: Data | None = None


class ActivityTaskFailed(Event, tag="ActivityTaskFailed"):
    """A worker answered that the activity failed."""

    attributes: ActivityTaskFailedAttributes = field(name="activityTaskFailedEventAttributes")


class ActivityTaskTimedOutAttributes(Value):
    """What ``ActivityTaskTimedOut`` says."""

    timeout_type: ActivityTaskTimeoutType
    scheduled_event_id: EventId
    started_event_id: EventId
    details: LimitedData | None = None


class ActivityTaskTimedOut(Event, tag="ActivityTaskTimedOut"):
    """One of the four timeouts of the activity task ran out."""

    attributes: ActivityTaskTimedOutAttributes = field(name="activityTaskTimedOutEventAttributes")


class ActivityTaskCanceledAttributes(Value):
    """What ``ActivityTaskCanceled`` says."""

    scheduled_event_id: EventId
    started_event_id: EventId
    details: Data | None = None
    latest_cancel_requested_event_id: EventId | None = None


class ActivityTaskCanceled(Event, tag="ActivityTaskCanceled"):
    """The activity task ended as cancelled, by its worker or before any worker took it."""

    attributes: ActivityTaskCanceledAttributes = field(name="activityTaskCanceledEventAttributes")


class ActivityTaskCancelRequestedAttributes(Value):
    """What ``ActivityTaskCancelRequested`` says."""

    decision_task_completed_event_id: EventId
    activity_id: ActivityId


class ActivityTaskCancelRequested(Event, tag="ActivityTaskCancelRequested"):
    """The decider asked for the cancellation of an activity task."""

    attributes: ActivityTaskCancelRequestedAttributes = field(
        name="activityTaskCancelRequestedEventAttributes"
    )


class RequestCancelActivityTaskFailedAttributes(Value):
    """What ``RequestCancelActivityTaskFailed`` says."""

    activity_id: ActivityId
    cause: RequestCancelActivityTaskFailedCause
    decision_task_completed_event_id: EventId


class RequestCancelActivityTaskFailed(Event, tag="RequestCancelActivityTaskFailed"):
    """The cancellation of an activity task could not be requested."""

    attributes: RequestCancelActivityTaskFailedAttributes = field(
        name="requestCancelActivityTaskFailedEventAttributes"
    )
