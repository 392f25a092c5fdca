"""The life of a Lambda function task."""

from msgspec import field

from flowy.protocol.event import Event
from flowy.protocol.fields import (
    CauseMessage,
    Data,
    DurationInSecondsOptional,
    EventId,
    FailureReason,
    FunctionId,
    FunctionInput,
    FunctionName,
    LambdaFunctionTimeoutType,
    ScheduleLambdaFunctionFailedCause,
    StartLambdaFunctionFailedCause,
)
from flowy.protocol.value import Value


class LambdaFunctionScheduledAttributes(Value):
    """What ``LambdaFunctionScheduled`` says."""

    id: FunctionId
    name: FunctionName
    decision_task_completed_event_id: EventId
    control: Data | None = None
    input: FunctionInput | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None


class LambdaFunctionScheduled(Event, tag="LambdaFunctionScheduled"):
    """A Lambda function is to be invoked."""

    attributes: LambdaFunctionScheduledAttributes = field(
        name="lambdaFunctionScheduledEventAttributes"
    )


class LambdaFunctionStartedAttributes(Value):
    """What ``LambdaFunctionStarted`` says."""

    scheduled_event_id: EventId


class LambdaFunctionStarted(Event, tag="LambdaFunctionStarted"):
    """The Lambda function was invoked."""

    attributes: LambdaFunctionStartedAttributes = field(name="lambdaFunctionStartedEventAttributes")


class LambdaFunctionCompletedAttributes(Value):
    """What ``LambdaFunctionCompleted`` says."""

    scheduled_event_id: EventId
    started_event_id: EventId
    result: Data | None = None


class LambdaFunctionCompleted(Event, tag="LambdaFunctionCompleted"):
    """The Lambda function gave a result."""

    attributes: LambdaFunctionCompletedAttributes = field(
        name="lambdaFunctionCompletedEventAttributes"
    )


class LambdaFunctionFailedAttributes(Value):
    """What ``LambdaFunctionFailed`` says."""

    scheduled_event_id: EventId
    started_event_id: EventId
    reason: FailureReason | None = None
    details: Data | None = None


class LambdaFunctionFailed(Event, tag="LambdaFunctionFailed"):
    """The Lambda function failed."""

    attributes: LambdaFunctionFailedAttributes = field(name="lambdaFunctionFailedEventAttributes")


class LambdaFunctionTimedOutAttributes(Value):
    """What ``LambdaFunctionTimedOut`` says."""

    scheduled_event_id: EventId
    started_event_id: EventId
    timeout_type: LambdaFunctionTimeoutType | None = None


class LambdaFunctionTimedOut(Event, tag="LambdaFunctionTimedOut"):
    """The Lambda function ran out of time."""

    attributes: LambdaFunctionTimedOutAttributes = field(
        name="lambdaFunctionTimedOutEventAttributes"
    )


class ScheduleLambdaFunctionFailedAttributes(Value):
    """What ``ScheduleLambdaFunctionFailed`` says."""

    id: FunctionId
    name: FunctionName
    cause: ScheduleLambdaFunctionFailedCause
    decision_task_completed_event_id: EventId


class ScheduleLambdaFunctionFailed(Event, tag="ScheduleLambdaFunctionFailed"):
    """A Lambda function could not be scheduled."""

    attributes: ScheduleLambdaFunctionFailedAttributes = field(
        name="scheduleLambdaFunctionFailedEventAttributes"
    )


class StartLambdaFunctionFailedAttributes(Value):
    """What ``StartLambdaFunctionFailed`` says."""

    scheduled_event_id: EventId | None = None
    cause: StartLambdaFunctionFailedCause | None = None
    message: CauseMessage | None = None


class StartLambdaFunctionFailed(Event, tag="StartLambdaFunctionFailed"):
    """A Lambda function could not be invoked."""

    attributes: StartLambdaFunctionFailedAttributes = field(
        default_factory=StartLambdaFunctionFailedAttributes,
        name="startLambdaFunctionFailedEventAttributes",
    )
