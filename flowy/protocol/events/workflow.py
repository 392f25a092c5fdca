"""What happens to an execution as a whole."""

from msgspec import field

from flowy.protocol.event import Event
from flowy.protocol.fields import (
    Arn,
    CancelWorkflowExecutionFailedCause,
    ChildPolicy,
    CompleteWorkflowExecutionFailedCause,
    ContinueAsNewWorkflowExecutionFailedCause,
    Data,
    DurationInSecondsOptional,
    EventId,
    FailureReason,
    FailWorkflowExecutionFailedCause,
    SignalName,
    TagList,
    TaskPriority,
    TerminateReason,
    WorkflowExecutionCancelRequestedCause,
    WorkflowExecutionTerminatedCause,
    WorkflowExecutionTimeoutType,
    WorkflowRunId,
    WorkflowRunIdOptional,
)
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.value import Value


class WorkflowExecutionStartedAttributes(Value):
    """What ``WorkflowExecutionStarted`` says."""

    child_policy: ChildPolicy
    task_list: TaskList
    workflow_type: TypeId
    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_priority: TaskPriority | None = None
    tag_list: TagList | None = None
    continued_execution_run_id: WorkflowRunIdOptional | None = None
    parent_workflow_execution: ExecutionId | None = None
    parent_initiated_event_id: EventId | None = None
    lambda_role: Arn | None = None


class WorkflowExecutionStarted(Event, tag="WorkflowExecutionStarted"):
    """The execution exists; always event 1. Its settings are resolved: defaults are filled in."""

    attributes: WorkflowExecutionStartedAttributes = field(
        name="workflowExecutionStartedEventAttributes"
    )


class WorkflowExecutionCancelRequestedAttributes(Value):
    """What ``WorkflowExecutionCancelRequested`` says."""

    external_workflow_execution: ExecutionId | None = None
    external_initiated_event_id: EventId | None = None
    cause: WorkflowExecutionCancelRequestedCause | None = None


class WorkflowExecutionCancelRequested(Event, tag="WorkflowExecutionCancelRequested"):
    """Somebody asked the execution to cancel itself; the decider decides what that means."""

    attributes: WorkflowExecutionCancelRequestedAttributes = field(
        default_factory=WorkflowExecutionCancelRequestedAttributes,
        name="workflowExecutionCancelRequestedEventAttributes",
    )


class WorkflowExecutionCompletedAttributes(Value):
    """What ``WorkflowExecutionCompleted`` says."""

    decision_task_completed_event_id: EventId
    result: Data | None = None


class WorkflowExecutionCompleted(Event, tag="WorkflowExecutionCompleted"):
    """The decider closed the execution with a result."""

    attributes: WorkflowExecutionCompletedAttributes = field(
        name="workflowExecutionCompletedEventAttributes"
    )


class CompleteWorkflowExecutionFailedAttributes(Value):
    """What ``CompleteWorkflowExecutionFailed`` says."""

    cause: CompleteWorkflowExecutionFailedCause
    decision_task_completed_event_id: EventId


class CompleteWorkflowExecutionFailed(Event, tag="CompleteWorkflowExecutionFailed"):
    """The execution could not be completed and stays open."""

    attributes: CompleteWorkflowExecutionFailedAttributes = field(
        name="completeWorkflowExecutionFailedEventAttributes"
    )


class WorkflowExecutionFailedAttributes(Value):
    """What ``WorkflowExecutionFailed`` says."""

    decision_task_completed_event_id: EventId
    reason: FailureReason | None = None
    details: Data | None = None


class WorkflowExecutionFailed(Event, tag="WorkflowExecutionFailed"):
    """The decider closed the execution as failed."""

    attributes: WorkflowExecutionFailedAttributes = field(
        name="workflowExecutionFailedEventAttributes"
    )


class FailWorkflowExecutionFailedAttributes(Value):
    """What ``FailWorkflowExecutionFailed`` says."""

    cause: FailWorkflowExecutionFailedCause
    decision_task_completed_event_id: EventId


class FailWorkflowExecutionFailed(Event, tag="FailWorkflowExecutionFailed"):
    """The execution could not be failed and stays open."""

    attributes: FailWorkflowExecutionFailedAttributes = field(
        name="failWorkflowExecutionFailedEventAttributes"
    )


class WorkflowExecutionTimedOutAttributes(Value):
    """What ``WorkflowExecutionTimedOut`` says."""

    timeout_type: WorkflowExecutionTimeoutType
    child_policy: ChildPolicy


class WorkflowExecutionTimedOut(Event, tag="WorkflowExecutionTimedOut"):
    """The execution outlived its start-to-close timeout and was closed."""

    attributes: WorkflowExecutionTimedOutAttributes = field(
        name="workflowExecutionTimedOutEventAttributes"
    )


class WorkflowExecutionCanceledAttributes(Value):
    """What ``WorkflowExecutionCanceled`` says."""

    decision_task_completed_event_id: EventId
    details: Data | None = None


class WorkflowExecutionCanceled(Event, tag="WorkflowExecutionCanceled"):
    """The decider closed the execution as cancelled."""

    attributes: WorkflowExecutionCanceledAttributes = field(
        name="workflowExecutionCanceledEventAttributes"
    )


class CancelWorkflowExecutionFailedAttributes(Value):
    """What ``CancelWorkflowExecutionFailed`` says."""

    cause: CancelWorkflowExecutionFailedCause
    decision_task_completed_event_id: EventId


class CancelWorkflowExecutionFailed(Event, tag="CancelWorkflowExecutionFailed"):
    """The execution could not be closed as cancelled and stays open."""

    attributes: CancelWorkflowExecutionFailedAttributes = field(
        name="cancelWorkflowExecutionFailedEventAttributes"
    )


class WorkflowExecutionContinuedAsNewAttributes(Value):
    """What ``WorkflowExecutionContinuedAsNew`` says."""

    decision_task_completed_event_id: EventId
    new_execution_run_id: WorkflowRunId
    task_list: TaskList
    child_policy: ChildPolicy
    workflow_type: TypeId
    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    task_priority: TaskPriority | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    tag_list: TagList | None = None
    lambda_role: Arn | None = None


class WorkflowExecutionContinuedAsNew(Event, tag="WorkflowExecutionContinuedAsNew"):
    """The execution closed and a new run with the same workflow id took its place."""

    attributes: WorkflowExecutionContinuedAsNewAttributes = field(
        name="workflowExecutionContinuedAsNewEventAttributes"
    )


class ContinueAsNewWorkflowExecutionFailedAttributes(Value):
    """What ``ContinueAsNewWorkflowExecutionFailed`` says."""

    cause: ContinueAsNewWorkflowExecutionFailedCause
    decision_task_completed_event_id: EventId


class ContinueAsNewWorkflowExecutionFailed(Event, tag="ContinueAsNewWorkflowExecutionFailed"):
    """The execution could not continue as new and stays open."""

    attributes: ContinueAsNewWorkflowExecutionFailedAttributes = field(
        name="continueAsNewWorkflowExecutionFailedEventAttributes"
    )


class WorkflowExecutionTerminatedAttributes(Value):
    """What ``WorkflowExecutionTerminated`` says."""

    child_policy: ChildPolicy
    reason: TerminateReason | None = None
    details: Data | None = None
    cause: WorkflowExecutionTerminatedCause | None = None


class WorkflowExecutionTerminated(Event, tag="WorkflowExecutionTerminated"):
    """The execution was closed from outside, without asking its decider."""

    attributes: WorkflowExecutionTerminatedAttributes = field(
        name="workflowExecutionTerminatedEventAttributes"
    )


class WorkflowExecutionSignaledAttributes(Value):
    """What ``WorkflowExecutionSignaled`` says."""

    signal_name: SignalName
    input: Data | None = None
    external_workflow_execution: ExecutionId | None = None
    external_initiated_event_id: EventId | None = None


class WorkflowExecutionSignaled(Event, tag="WorkflowExecutionSignaled"):
    """A signal arrived."""

    attributes: WorkflowExecutionSignaledAttributes = field(
        name="workflowExecutionSignaledEventAttributes"
    )
