"""What may stand in one field: SWF's lengths, ranges and fixed words, as types.

Names are those of SWF's service model. Durations are texts of digits, in seconds (days for
``DurationInDays``), or ``NONE`` for no limit where the optional form allows it. Lengths count
characters. ``Data`` and ``FunctionInput`` carry user payloads and are marked so, for whoever
compresses or offloads them.

Source: the model of API version 2012-01-25, "Amazon Simple Workflow Service API Reference".
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

PAYLOAD: dict[str, Any] = {"payload": True}

# Texts

ActivityId = Annotated[str, Meta(min_length=1, max_length=256)]
Arn = Annotated[str, Meta(min_length=1, max_length=1600)]
CauseMessage = Annotated[str, Meta(max_length=1728)]
Data = Annotated[str, Meta(max_length=32768, extra=PAYLOAD)]
Description = Annotated[str, Meta(max_length=1024)]
DomainName = Annotated[str, Meta(min_length=1, max_length=256)]
DurationInDays = Annotated[str, Meta(min_length=1, max_length=8)]
DurationInSeconds = Annotated[str, Meta(min_length=1, max_length=8)]
DurationInSecondsOptional = Annotated[str, Meta(max_length=8)]
FailureReason = Annotated[str, Meta(max_length=256)]
FunctionId = Annotated[str, Meta(min_length=1, max_length=256)]
FunctionInput = Annotated[str, Meta(max_length=32768, extra=PAYLOAD)]
FunctionName = Annotated[str, Meta(min_length=1, max_length=64)]
Identity = Annotated[str, Meta(max_length=256)]
LimitedData = Annotated[str, Meta(max_length=2048)]
MarkerName = Annotated[str, Meta(min_length=1, max_length=256)]
Name = Annotated[str, Meta(min_length=1, max_length=256)]
PageToken = Annotated[str, Meta(max_length=2048)]
ResourceTagKey = Annotated[str, Meta(min_length=1, max_length=128)]
ResourceTagValue = Annotated[str, Meta(max_length=256)]
SignalName = Annotated[str, Meta(min_length=1, max_length=256)]
Tag = Annotated[str, Meta(max_length=256)]
TaskPriority = str
TaskToken = Annotated[str, Meta(min_length=1, max_length=1024)]
TerminateReason = Annotated[str, Meta(max_length=256)]
TimerId = Annotated[str, Meta(min_length=1, max_length=256)]
Version = Annotated[str, Meta(min_length=1, max_length=64)]
VersionOptional = Annotated[str, Meta(max_length=64)]
WorkflowId = Annotated[str, Meta(min_length=1, max_length=256)]
WorkflowRunId = Annotated[str, Meta(min_length=1, max_length=64)]
WorkflowRunIdOptional = Annotated[str, Meta(max_length=64)]

# Numbers

Count = Annotated[int, Meta(ge=0)]
EventId = int
OpenDecisionTasksCount = Annotated[int, Meta(ge=0, le=1)]
PageSize = Annotated[int, Meta(ge=0, le=1000)]
Timestamp = float
"""Seconds since the epoch; SWF keeps milliseconds."""

# Lists

TagList = Annotated[tuple[Tag, ...], Meta(max_length=5)]

# Fixed words

ActivityTaskTimeoutType = Literal[
    "START_TO_CLOSE", "SCHEDULE_TO_START", "SCHEDULE_TO_CLOSE", "HEARTBEAT"
]
CancelTimerFailedCause = Literal["TIMER_ID_UNKNOWN", "OPERATION_NOT_PERMITTED"]
CancelWorkflowExecutionFailedCause = Literal["UNHANDLED_DECISION", "OPERATION_NOT_PERMITTED"]
ChildPolicy = Literal["TERMINATE", "REQUEST_CANCEL", "ABANDON"]
CloseStatus = Literal[
    "COMPLETED", "FAILED", "CANCELED", "TERMINATED", "CONTINUED_AS_NEW", "TIMED_OUT"
]
CompleteWorkflowExecutionFailedCause = Literal["UNHANDLED_DECISION", "OPERATION_NOT_PERMITTED"]
ContinueAsNewWorkflowExecutionFailedCause = Literal[
    "UNHANDLED_DECISION",
    "WORKFLOW_TYPE_DEPRECATED",
    "WORKFLOW_TYPE_DOES_NOT_EXIST",
    "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_TASK_LIST_UNDEFINED",
    "DEFAULT_CHILD_POLICY_UNDEFINED",
    "CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED",
    "OPERATION_NOT_PERMITTED",
]
DecisionTaskTimeoutType = Literal["START_TO_CLOSE", "SCHEDULE_TO_START"]
ExecutionStatus = Literal["OPEN", "CLOSED"]
FailWorkflowExecutionFailedCause = Literal["UNHANDLED_DECISION", "OPERATION_NOT_PERMITTED"]
LambdaFunctionTimeoutType = Literal["START_TO_CLOSE"]
RecordMarkerFailedCause = Literal["OPERATION_NOT_PERMITTED"]
RegistrationStatus = Literal["REGISTERED", "DEPRECATED"]
RequestCancelActivityTaskFailedCause = Literal["ACTIVITY_ID_UNKNOWN", "OPERATION_NOT_PERMITTED"]
RequestCancelExternalWorkflowExecutionFailedCause = Literal[
    "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
    "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
    "OPERATION_NOT_PERMITTED",
]
ScheduleActivityTaskFailedCause = Literal[
    "ACTIVITY_TYPE_DEPRECATED",
    "ACTIVITY_TYPE_DOES_NOT_EXIST",
    "ACTIVITY_ID_ALREADY_IN_USE",
    "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
    "ACTIVITY_CREATION_RATE_EXCEEDED",
    "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_TASK_LIST_UNDEFINED",
    "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED",
    "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED",
    "OPERATION_NOT_PERMITTED",
]
ScheduleLambdaFunctionFailedCause = Literal[
    "ID_ALREADY_IN_USE",
    "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED",
    "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED",
    "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION",
]
SignalExternalWorkflowExecutionFailedCause = Literal[
    "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
    "OPERATION_NOT_PERMITTED",
]
StartChildWorkflowExecutionFailedCause = Literal[
    "WORKFLOW_TYPE_DOES_NOT_EXIST",
    "WORKFLOW_TYPE_DEPRECATED",
    "OPEN_CHILDREN_LIMIT_EXCEEDED",
    "OPEN_WORKFLOWS_LIMIT_EXCEEDED",
    "CHILD_CREATION_RATE_EXCEEDED",
    "WORKFLOW_ALREADY_RUNNING",
    "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_TASK_LIST_UNDEFINED",
    "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_CHILD_POLICY_UNDEFINED",
    "OPERATION_NOT_PERMITTED",
]
StartLambdaFunctionFailedCause = Literal["ASSUME_ROLE_FAILED"]
StartTimerFailedCause = Literal[
    "TIMER_ID_ALREADY_IN_USE",
    "OPEN_TIMERS_LIMIT_EXCEEDED",
    "TIMER_CREATION_RATE_EXCEEDED",
    "OPERATION_NOT_PERMITTED",
]
WorkflowExecutionCancelRequestedCause = Literal["CHILD_POLICY_APPLIED"]
WorkflowExecutionTerminatedCause = Literal[
    "CHILD_POLICY_APPLIED", "EVENT_LIMIT_EXCEEDED", "OPERATOR_INITIATED"
]
WorkflowExecutionTimeoutType = Literal["START_TO_CLOSE"]
