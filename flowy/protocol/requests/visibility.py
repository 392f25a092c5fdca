"""Executions and tasks by the many: lists and counts."""

from flowy.protocol.executions import (
    CloseStatusFilter,
    ExecutionTimeFilter,
    TagFilter,
    WorkflowExecutionCount,
    WorkflowExecutionFilter,
    WorkflowExecutionInfos,
    WorkflowTypeFilter,
)
from flowy.protocol.fields import DomainName, PageSize, PageToken
from flowy.protocol.ids import TaskList
from flowy.protocol.request import Request
from flowy.protocol.tasks import PendingTaskCount


class ListOpenWorkflowExecutions(Request[WorkflowExecutionInfos]):
    """List open executions, the newest first."""

    domain: DomainName
    start_time_filter: ExecutionTimeFilter
    type_filter: WorkflowTypeFilter | None = None
    tag_filter: TagFilter | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None
    execution_filter: WorkflowExecutionFilter | None = None


class ListClosedWorkflowExecutions(Request[WorkflowExecutionInfos]):
    """List closed executions, the newest first."""

    domain: DomainName
    start_time_filter: ExecutionTimeFilter | None = None
    close_time_filter: ExecutionTimeFilter | None = None
    execution_filter: WorkflowExecutionFilter | None = None
    close_status_filter: CloseStatusFilter | None = None
    type_filter: WorkflowTypeFilter | None = None
    tag_filter: TagFilter | None = None
    next_page_token: PageToken | None = None
    maximum_page_size: PageSize | None = None
    reverse_order: bool | None = None


class CountOpenWorkflowExecutions(Request[WorkflowExecutionCount]):
    """Count open executions."""

    domain: DomainName
    start_time_filter: ExecutionTimeFilter
    type_filter: WorkflowTypeFilter | None = None
    tag_filter: TagFilter | None = None
    execution_filter: WorkflowExecutionFilter | None = None


class CountClosedWorkflowExecutions(Request[WorkflowExecutionCount]):
    """Count closed executions."""

    domain: DomainName
    start_time_filter: ExecutionTimeFilter | None = None
    close_time_filter: ExecutionTimeFilter | None = None
    execution_filter: WorkflowExecutionFilter | None = None
    type_filter: WorkflowTypeFilter | None = None
    tag_filter: TagFilter | None = None
    close_status_filter: CloseStatusFilter | None = None


class CountPendingActivityTasks(Request[PendingTaskCount]):
    """Count the activity tasks that wait on a task list."""

    domain: DomainName
    task_list: TaskList


class CountPendingDecisionTasks(Request[PendingTaskCount]):
    """Count the decision tasks that wait on a task list."""

    domain: DomainName
    task_list: TaskList
