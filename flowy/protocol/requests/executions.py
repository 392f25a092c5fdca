"""Executions: start them, act on them, look at one."""

from flowy.protocol.executions import Run, WorkflowExecutionDetail
from flowy.protocol.fields import (
    Arn,
    ChildPolicy,
    Data,
    DomainName,
    DurationInSecondsOptional,
    PageSize,
    PageToken,
    SignalName,
    TagList,
    TaskPriority,
    TerminateReason,
    WorkflowId,
    WorkflowRunIdOptional,
)
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.request import Request
from flowy.protocol.tasks import History


class StartWorkflowExecution(Request[Run]):
    """Start an execution."""

    domain: DomainName
    workflow_id: WorkflowId
    workflow_type: TypeId
    task_list: TaskList | None = None
    task_priority: TaskPriority | None = None
    input: Data | None = None
    execution_start_to_close_timeout: DurationInSecondsOptional | None = None
    tag_list: TagList | None = None
    task_start_to_close_timeout: DurationInSecondsOptional | None = None
    child_policy: ChildPolicy | None = None
    lambda_role: Arn | None = None


class SignalWorkflowExecution(Request[None]):
    """Record a signal in an open execution."""

    domain: DomainName
    workflow_id: WorkflowId
    signal_name: SignalName
    run_id: WorkflowRunIdOptional | None = None
    input: Data | None = None


class RequestCancelWorkflowExecution(Request[None]):
    """Ask an open execution to cancel itself."""

    domain: DomainName
    workflow_id: WorkflowId
    run_id: WorkflowRunIdOptional | None = None


class TerminateWorkflowExecution(Request[None]):
    """Close an open execution without asking its decider."""

    domain: DomainName
    workflow_id: WorkflowId
    run_id: WorkflowRunIdOptional | None = None
    reason: TerminateReason | None = None
    details: Data | None = None
    child_policy: ChildPolicy | None = None


class DescribeWorkflowExecution(Request[WorkflowExecutionDetail]):
    """Tell about an execution."""

    domain: DomainName
    execution: ExecutionId


class GetWorkflowExecutionHistory(Request[History]):
    """Read a page of an execution's events."""

    domain: DomainName
    execution: ExecutionId
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None
