"""The life of a timer."""

from msgspec import field

from flowy.protocol.event import Event
from flowy.protocol.fields import (
    CancelTimerFailedCause,
    Data,
    DurationInSeconds,
    EventId,
    StartTimerFailedCause,
    TimerId,
)
from flowy.protocol.value import Value


class TimerStartedAttributes(Value):
    """What ``TimerStarted`` says."""

    timer_id: TimerId
    start_to_fire_timeout: DurationInSeconds
    decision_task_completed_event_id: EventId
    control: Data | None = None


class TimerStarted(Event, tag="TimerStarted"):
    """A timer runs."""

    attributes: TimerStartedAttributes = field(name="timerStartedEventAttributes")


class StartTimerFailedAttributes(Value):
    """What ``StartTimerFailed`` says."""

    timer_id: TimerId
    cause: StartTimerFailedCause
    decision_task_completed_event_id: EventId


class StartTimerFailed(Event, tag="StartTimerFailed"):
    """A timer could not be started."""

    attributes: StartTimerFailedAttributes = field(name="startTimerFailedEventAttributes")


class TimerFiredAttributes(Value):
    """What ``TimerFired`` says."""

    timer_id: TimerId
    started_event_id: EventId


class TimerFired(Event, tag="TimerFired"):
    """A timer ran out."""

    attributes: TimerFiredAttributes = field(name="timerFiredEventAttributes")


class TimerCanceledAttributes(Value):
    """What ``TimerCanceled`` says."""

    timer_id: TimerId
    started_event_id: EventId
    decision_task_completed_event_id: EventId


class TimerCanceled(Event, tag="TimerCanceled"):
    """The decider stopped a timer."""

    attributes: TimerCanceledAttributes = field(name="timerCanceledEventAttributes")


class CancelTimerFailedAttributes(Value):
    """What ``CancelTimerFailed`` says."""

    timer_id: TimerId
    cause: CancelTimerFailedCause
    decision_task_completed_event_id: EventId


class CancelTimerFailed(Event, tag="CancelTimerFailed"):
    """A timer could not be stopped."""

    attributes: CancelTimerFailedAttributes = field(name="cancelTimerFailedEventAttributes")
