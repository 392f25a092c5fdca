"""Executions as the service describes them, and what selects them."""

from flowy.protocol.fields import (
    Arn,
    ChildPolicy,
    CloseStatus,
    Count,
    Data,
    DurationInSeconds,
    ExecutionStatus,
    Name,
    OpenDecisionTasksCount,
    PageToken,
    Tag,
    TagList,
    TaskPriority,
    Timestamp,
    VersionOptional,
    WorkflowId,
    WorkflowRunId,
)
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.value import Value


class Run(Value):
    """The run that a start made."""

    run_id: WorkflowRunId | None = None


class CloseStatusFilter(Value):
    """Selects executions by how they closed."""

    status: CloseStatus


class ExecutionTimeFilter(Value):
    """Selects executions by a time, both ends included."""

    oldest_date: Timestamp
    latest_date: Timestamp | None = None


class TagFilter(Value):
    """Selects executions that carry a tag."""

    tag: Tag


class WorkflowExecutionFilter(Value):
    """Selects executions by workflow id."""

    workflow_id: WorkflowId


class WorkflowTypeFilter(Value):
    """Selects executions by workflow type, of any version when none is given."""

    name: Name
    version: VersionOptional | None = None


class WorkflowExecutionConfiguration(Value):
    """The settings of an execution."""

    task_start_to_close_timeout: DurationInSeconds
    execution_start_to_close_timeout: DurationInSeconds
    task_list: TaskList
    child_policy: ChildPolicy
    task_priority: TaskPriority | None = None
    lambda_role: Arn | None = None


class WorkflowExecutionOpenCounts(Value):
    """How many things of each kind an execution has open."""

    open_activity_tasks: Count
    open_decision_tasks: OpenDecisionTasksCount
    open_timers: Count
    open_child_workflow_executions: Count
    open_lambda_functions: Count | None = None


class WorkflowExecutionInfo(Value):
    """An execution as the lists show it."""

    execution: ExecutionId
    workflow_type: TypeId
    start_timestamp: Timestamp
    execution_status: ExecutionStatus
    close_timestamp: Timestamp | None = None
    close_status: CloseStatus | None = None
    parent: ExecutionId | None = None
    tag_list: TagList | None = None
    cancel_requested: bool | None = None


class WorkflowExecutionInfos(Value):
    """A page of executions."""

    execution_infos: tuple[WorkflowExecutionInfo, ...]
    next_page_token: PageToken | None = None


class WorkflowExecutionDetail(Value):
    """All that is known about an execution but its history."""

    execution_info: WorkflowExecutionInfo
    execution_configuration: WorkflowExecutionConfiguration
    open_counts: WorkflowExecutionOpenCounts
    latest_activity_task_timestamp: Timestamp | None = None
    latest_execution_context: Data | None = None


class WorkflowExecutionCount(Value):
    """How many executions a filter selects."""

    count: Count
    truncated: bool | None = None
