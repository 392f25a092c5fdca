"""An execution as DescribeWorkflowExecution and the lists show it."""

from flowy.protocol.executions import (
    WorkflowExecutionConfiguration,
    WorkflowExecutionDetail,
    WorkflowExecutionInfo,
    WorkflowExecutionOpenCounts,
)
from flowy.service.domain.durations import UNLIMITED
from flowy.service.domain.execution import ExecutionState


def describe(state: ExecutionState) -> WorkflowExecutionDetail:
    """Tell all that is known about an execution but its history."""
    return WorkflowExecutionDetail(
        execution_info=info(state),
        execution_configuration=_configuration(state),
        open_counts=open_counts(state),
        latest_activity_task_timestamp=state.latest_activity_task_at,
        latest_execution_context=state.execution_context,
    )


def info(state: ExecutionState) -> WorkflowExecutionInfo:
    """Tell about an execution as the lists do."""
    return WorkflowExecutionInfo(
        execution=state.execution,
        workflow_type=state.workflow_type,
        start_timestamp=state.started_at,
        execution_status="OPEN" if state.is_open else "CLOSED",
        close_timestamp=state.closed_at,
        close_status=state.close_status,
        parent=state.settings.parent_workflow_execution,
        tag_list=state.settings.tag_list,
        cancel_requested=state.cancel_requested,
    )


def open_counts(state: ExecutionState) -> WorkflowExecutionOpenCounts:
    """Count what is open; a waiting and a started decision task count as one."""
    return WorkflowExecutionOpenCounts(
        open_activity_tasks=len(state.activities),
        open_decision_tasks=int(state.waiting is not None or state.started is not None),
        open_timers=len(state.timers),
        open_child_workflow_executions=len(state.children),
        open_lambda_functions=len(state.lambdas),
    )


def _configuration(state: ExecutionState) -> WorkflowExecutionConfiguration:
    settings = state.settings
    return WorkflowExecutionConfiguration(
        task_start_to_close_timeout=settings.task_start_to_close_timeout or UNLIMITED,
        execution_start_to_close_timeout=settings.execution_start_to_close_timeout or UNLIMITED,
        task_list=settings.task_list,
        child_policy=settings.child_policy,
        task_priority=settings.task_priority,
        lambda_role=settings.lambda_role,
    )
