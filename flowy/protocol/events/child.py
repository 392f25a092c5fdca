"""The life of a child execution, as its parent sees it."""

from msgspec import field

from flowy.protocol.event import Event
from flowy.protocol.fields import (
    Arn,
    ChildPolicy,
    Data,
    DurationInSecondsOptional,
    EventId,
    FailureReason,
    StartChildWorkflowExecutionFailedCause,
    TagList,
    TaskPriority,
    WorkflowExecutionTimeoutType,
    WorkflowId,
)
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.value import Value


class StartChildWorkflowExecutionInitiatedAttributes(Value):
    """What ``StartChildWorkflowExecutionInitiated`` says."""

    workflow_id: WorkflowId
    workflow_type: TypeId
    task_list: TaskList
    decision_task_completed_event_id: EventId
    child_policy: ChildPolicy
    control: Data | None = None
    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_priority: TaskPriority | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    tag_list: TagList | None = None
    lambda_role: Arn | None = None


class StartChildWorkflowExecutionInitiated(Event, tag="StartChildWorkflowExecutionInitiated"):
    """A child execution is about to start. Its settings are resolved."""

    attributes: StartChildWorkflowExecutionInitiatedAttributes = field(
        name="startChildWorkflowExecutionInitiatedEventAttributes"
    )


class StartChildWorkflowExecutionFailedAttributes(Value):
    """What ``StartChildWorkflowExecutionFailed`` says."""

    workflow_type: TypeId
    cause: StartChildWorkflowExecutionFailedCause
    workflow_id: WorkflowId
    initiated_event_id: EventId
    decision_task_completed_event_id: EventId
    control: Data | None = None


class StartChildWorkflowExecutionFailed(Event, tag="StartChildWorkflowExecutionFailed"):
    """A child execution could not be started."""

    attributes: StartChildWorkflowExecutionFailedAttributes = field(
        name="startChildWorkflowExecutionFailedEventAttributes"
    )


class ChildWorkflowExecutionStartedAttributes(Value):
    """What ``ChildWorkflowExecutionStarted`` says."""

    workflow_execution: ExecutionId
    workflow_type: TypeId
    initiated_event_id: EventId


class ChildWorkflowExecutionStarted(Event, tag="ChildWorkflowExecutionStarted"):
    """A child execution started."""

    attributes: ChildWorkflowExecutionStartedAttributes = field(
        name="childWorkflowExecutionStartedEventAttributes"
    )


class ChildWorkflowExecutionCompletedAttributes(Value):
    """What ``ChildWorkflowExecutionCompleted`` says."""

    workflow_execution: ExecutionId
    workflow_type: TypeId
    initiated_event_id: EventId
    started_event_id: EventId
    result: Data | None = None


class ChildWorkflowExecutionCompleted(Event, tag="ChildWorkflowExecutionCompleted"):
    """A child execution closed with a result."""

    attributes: ChildWorkflowExecutionCompletedAttributes = field(
        name="childWorkflowExecutionCompletedEventAttributes"
    )


class ChildWorkflowExecutionFailedAttributes(Value):
    """What ``ChildWorkflowExecutionFailed`` says."""

    workflow_execution: ExecutionId
    workflow_type: TypeId
    initiated_event_id: EventId
    started_event_id: EventId
    reason: FailureReason | None = None
    details: Data | None = None


class ChildWorkflowExecutionFailed(Event, tag="ChildWorkflowExecutionFailed"):
    """A child execution closed as failed."""

    attributes: ChildWorkflowExecutionFailedAttributes = field(
        name="childWorkflowExecutionFailedEventAttributes"
    )


class ChildWorkflowExecutionTimedOutAttributes(Value):
    """What ``ChildWorkflowExecutionTimedOut`` says."""

    workflow_execution: ExecutionId
    workflow_type: TypeId
    timeout_type: WorkflowExecutionTimeoutType
    initiated_event_id: EventId
    started_event_id: EventId


class ChildWorkflowExecutionTimedOut(Event, tag="ChildWorkflowExecutionTimedOut"):
    """A child execution outlived its timeout."""

    attributes: ChildWorkflowExecutionTimedOutAttributes = field(
        name="childWorkflowExecutionTimedOutEventAttributes"
    )


class ChildWorkflowExecutionCanceledAttributes(Value):
    """What ``ChildWorkflowExecutionCanceled`` says."""

    workflow_execution: ExecutionId
    workflow_type: TypeId
    initiated_event_id: EventId
    started_event_id: EventId
    details: Data | None = None


class ChildWorkflowExecutionCanceled(Event, tag="ChildWorkflowExecutionCanceled"):
    """A child execution closed as cancelled."""

    attributes: ChildWorkflowExecutionCanceledAttributes = field(
        name="childWorkflowExecutionCanceledEventAttributes"
    )


class ChildWorkflowExecutionTerminatedAttributes(Value):
    """What ``ChildWorkflowExecutionTerminated`` says."""

    workflow_execution: ExecutionId
    workflow_type: TypeId
    initiated_event_id: EventId
    started_event_id: EventId


class ChildWorkflowExecutionTerminated(Event, tag="ChildWorkflowExecutionTerminated"):
    """A child execution was terminated."""

    attributes: ChildWorkflowExecutionTerminatedAttributes = field(
        name="childWorkflowExecutionTerminatedEventAttributes"
    )
