"""What a decider may answer: the 13 decision types."""

from typing import Any

from msgspec import field

from flowy.protocol.fields import (
    ActivityId,
    Arn,
    ChildPolicy,
    Data,
    DurationInSeconds,
    DurationInSecondsOptional,
    FailureReason,
    FunctionId,
    FunctionInput,
    FunctionName,
    MarkerName,
    SignalName,
    TagList,
    TaskPriority,
    TimerId,
    Version,
    WorkflowId,
    WorkflowRunIdOptional,
)
from flowy.protocol.ids import TaskList, TypeId
from flowy.protocol.value import Value


class Decision(Value, tag_field="decisionType"):
    """One thing that a decider wants done; see the subclasses."""

    attributes: Any


class ScheduleActivityTaskAttributes(Value):
    """What ``ScheduleActivityTask`` asks for."""

    activity_type: TypeId
    activity_id: ActivityId
    control: Data | None = None
    input: Data | None = None
    schedule_to_close_timeout: DurationInSecondsOptional | None = None
    task_list: TaskList | None = None
    task_priority: TaskPriority | None = None
    schedule_to_start_timeout: DurationInSecondsOptional | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None
    heartbeat_timeout: DurationInSecondsOptional | None = None


class ScheduleActivityTask(Decision, tag="ScheduleActivityTask"):
    """Put an activity task on a task list."""

    attributes: ScheduleActivityTaskAttributes = field(
        name="scheduleActivityTaskDecisionAttributes"
    )


class RequestCancelActivityTaskAttributes(Value):
    """What ``RequestCancelActivityTask`` asks for."""

    activity_id: ActivityId


class RequestCancelActivityTask(Decision, tag="RequestCancelActivityTask"):
    """Ask an activity task to cancel itself."""

    attributes: RequestCancelActivityTaskAttributes = field(
        name="requestCancelActivityTaskDecisionAttributes"
    )


class CompleteWorkflowExecutionAttributes(Value):
    """What ``CompleteWorkflowExecution`` asks for."""

    result: Data | None = None


class CompleteWorkflowExecution(Decision, tag="CompleteWorkflowExecution"):
    """Close the execution with a result."""

    attributes: CompleteWorkflowExecutionAttributes = field(
        default_factory=CompleteWorkflowExecutionAttributes,
        name="completeWorkflowExecutionDecisionAttributes",
    )


class FailWorkflowExecutionAttributes(Value):
    """What ``FailWorkflowExecution`` asks for."""

    reason: FailureReason | None = None
    details: Data | None = None


class FailWorkflowExecution(Decision, tag="FailWorkflowExecution"):
    """Close the execution as failed."""

    attributes: FailWorkflowExecutionAttributes = field(
        default_factory=FailWorkflowExecutionAttributes,
        name="failWorkflowExecutionDecisionAttributes",
    )


class CancelWorkflowExecutionAttributes(Value):
    """What ``CancelWorkflowExecution`` asks for."""

    details: Data | None = None


class CancelWorkflowExecution(Decision, tag="CancelWorkflowExecution"):
    """Close the execution as cancelled."""

    attributes: CancelWorkflowExecutionAttributes = field(
        default_factory=CancelWorkflowExecutionAttributes,
        name="cancelWorkflowExecutionDecisionAttributes",
    )


class ContinueAsNewWorkflowExecutionAttributes(Value):
    """What ``ContinueAsNewWorkflowExecution`` asks for."""

    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_list: TaskList | None = None
    task_priority: TaskPriority | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    child_policy: ChildPolicy | None = None
    tag_list: TagList | None = None
    workflow_type_version: Version | None = None
    lambda_role: Arn | None = None


class ContinueAsNewWorkflowExecution(Decision, tag="ContinueAsNewWorkflowExecution"):
    """Close the execution and start a new run with the same workflow id."""

    attributes: ContinueAsNewWorkflowExecutionAttributes = field(
        default_factory=ContinueAsNewWorkflowExecutionAttributes,
        name="continueAsNewWorkflowExecutionDecisionAttributes",
    )


class RecordMarkerAttributes(Value):
    """What ``RecordMarker`` asks for."""

    marker_name: MarkerName
    details: Data | None = None


class RecordMarker(Decision, tag="RecordMarker"):
    """Leave a note in the history."""

    attributes: RecordMarkerAttributes = field(name="recordMarkerDecisionAttributes")


class StartTimerAttributes(Value):
    """What ``StartTimer`` asks for."""

    timer_id: TimerId
    start_to_fire_timeout: DurationInSeconds
    control: Data | None = None


class StartTimer(Decision, tag="StartTimer"):
    """Start a timer."""

    attributes: StartTimerAttributes = field(name="startTimerDecisionAttributes")


class CancelTimerAttributes(Value):
    """What ``CancelTimer`` asks for."""

    timer_id: TimerId


class CancelTimer(Decision, tag="CancelTimer"):
    """Stop a timer."""

    attributes: CancelTimerAttributes = field(name="cancelTimerDecisionAttributes")


class SignalExternalWorkflowExecutionAttributes(Value):
    """What ``SignalExternalWorkflowExecution`` asks for."""

    workflow_id: WorkflowId
    signal_name: SignalName
    run_id: WorkflowRunIdOptional | None = None
    input: Data | None = None
    control: Data | None = None


class SignalExternalWorkflowExecution(Decision, tag="SignalExternalWorkflowExecution"):
    """Send a signal to another execution."""

    attributes: SignalExternalWorkflowExecutionAttributes = field(
        name="signalExternalWorkflowExecutionDecisionAttributes"
    )


class RequestCancelExternalWorkflowExecutionAttributes(Value):
    """What ``RequestCancelExternalWorkflowExecution`` asks for."""

    workflow_id: WorkflowId
    run_id: WorkflowRunIdOptional | None = None
    control: Data | None = None


class RequestCancelExternalWorkflowExecution(
    Decision, tag="RequestCancelExternalWorkflowExecution"
):
    """Ask another execution to cancel itself."""

    attributes: RequestCancelExternalWorkflowExecutionAttributes = field(
        name="requestCancelExternalWorkflowExecutionDecisionAttributes"
    )


class StartChildWorkflowExecutionAttributes(Value):
    """What ``StartChildWorkflowExecution`` asks for."""

    workflow_type: TypeId
    workflow_id: WorkflowId
    control: Data | None = None
    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_list: TaskList | None = None
    task_priority: TaskPriority | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    child_policy: ChildPolicy | None = None
    tag_list: TagList | None = None
    lambda_role: Arn | None = None


class StartChildWorkflowExecution(Decision, tag="StartChildWorkflowExecution"):
    """Start a child execution."""

    attributes: StartChildWorkflowExecutionAttributes = field(
        name="startChildWorkflowExecutionDecisionAttributes"
    )


class ScheduleLambdaFunctionAttributes(Value):
    """What ``ScheduleLambdaFunction`` asks for."""

    id: FunctionId
    name: FunctionName
    control: Data | None = None
    input: FunctionInput | None = None
    start_to_close_timeout: DurationInSecondsOptional | None = None


class ScheduleLambdaFunction(Decision, tag="ScheduleLambdaFunction"):
    """Invoke a Lambda function."""

    attributes: ScheduleLambdaFunctionAttributes = field(
        name="scheduleLambdaFunctionDecisionAttributes"
    )


AnyDecision = (
    CancelTimer
    | CancelWorkflowExecution
    | CompleteWorkflowExecution
    | ContinueAsNewWorkflowExecution
    | FailWorkflowExecution
    | RecordMarker
    | RequestCancelActivityTask
    | RequestCancelExternalWorkflowExecution
    | ScheduleActivityTask
    | ScheduleLambdaFunction
    | SignalExternalWorkflowExecution
    | StartChildWorkflowExecution
    | StartTimer
)

DECISION_CLASSES: tuple[type[Decision], ...] = (
    CancelTimer,
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    FailWorkflowExecution,
    RecordMarker,
    RequestCancelActivityTask,
    RequestCancelExternalWorkflowExecution,
    ScheduleActivityTask,
    ScheduleLambdaFunction,
    SignalExternalWorkflowExecution,
    StartChildWorkflowExecution,
    StartTimer,
)
