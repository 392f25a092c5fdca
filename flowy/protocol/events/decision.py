"""The life of a decision task."""

from msgspec import field

from flowy.protocol.event import Event
from flowy.protocol.fields import (
    Data,
    DecisionTaskTimeoutType,
    DurationInSecondsOptional,
    EventId,
    Identity,
    TaskPriority,
)
from flowy.protocol.ids import TaskList
from flowy.protocol.value import Value


class DecisionTaskScheduledAttributes(Value):
    """What ``DecisionTaskScheduled`` says."""

    task_list: TaskList
    task_priority: TaskPriority | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None
    schedule_to_start_timeout: DurationInSecondsOptional | None = None


class DecisionTaskScheduled(Event, tag="DecisionTaskScheduled"):
    """A decider has something new to look at."""

    attributes: DecisionTaskScheduledAttributes = field(name="decisionTaskScheduledEventAttributes")


class DecisionTaskStartedAttributes(Value):
    """What ``DecisionTaskStarted`` says."""

    scheduled_event_id: EventId
    identity: Identity | None = None


class DecisionTaskStarted(Event, tag="DecisionTaskStarted"):
    """A decider took the decision task."""

    attributes: DecisionTaskStartedAttributes = field(name="decisionTaskStartedEventAttributes")


class DecisionTaskCompletedAttributes(Value):
    """What ``DecisionTaskCompleted`` says."""

    scheduled_event_id: EventId
    started_event_id: EventId
    execution_context: Data | None = None
    task_list: TaskList | None = None
    task_list_schedule_to_start_timeout: DurationInSecondsOptional | None = None


class DecisionTaskCompleted(Event, tag="DecisionTaskCompleted"):
    """The decider answered; the events of its decisions follow."""

    attributes: DecisionTaskCompletedAttributes = field(name="decisionTaskCompletedEventAttributes")


class DecisionTaskTimedOutAttributes(Value):
    """What ``DecisionTaskTimedOut`` says."""

    timeout_type: DecisionTaskTimeoutType
    scheduled_event_id: EventId
    started_event_id: EventId


class DecisionTaskTimedOut(Event, tag="DecisionTaskTimedOut"):
    """No decider took the task in time, or the one that did gave no answer in time."""

    attributes: DecisionTaskTimedOutAttributes = field(name="decisionTaskTimedOutEventAttributes")
