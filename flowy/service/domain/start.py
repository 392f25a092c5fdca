"""How an execution begins: from a call, from a parent, or as the next run of its own workflow."""

from flowy.protocol.events.workflow import (
    WorkflowExecutionStarted,
    WorkflowExecutionStartedAttributes,
)
from flowy.protocol.faults import (
    DefaultUndefinedFault,
    LimitExceededFault,
    WorkflowExecutionAlreadyStartedFault,
)
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import StartWorkflowExecution
from flowy.service.domain.change import Change
from flowy.service.domain.context import CommandContext
from flowy.service.domain.draft import Draft
from flowy.service.domain.durations import moment
from flowy.service.domain.fold import fold
from flowy.service.domain.refusals import deprecated_workflow_type, unknown_workflow_type
from flowy.service.domain.settings import MEMBERS, WorkflowSettings, resolve_workflow
from flowy.service.domain.validation import validate_start


def start(request: StartWorkflowExecution, context: CommandContext) -> Change:
    """Start an execution; the answer is the run id of the change's execution.

    Raises:
        ValidationException: A member makes no sense.
        UnknownResourceFault: There is no such workflow type.
        TypeDeprecatedFault: The type starts no executions any more.
        DefaultUndefinedFault: A setting is given neither here nor by the type.
        WorkflowExecutionAlreadyStartedFault: A run of the workflow is open.
        LimitExceededFault: The domain has as many open executions as it may.
    """
    validate_start(request, context.limits)
    settings = _resolve(request, context)
    if context.executions.has_open(request.workflow_id):
        raise WorkflowExecutionAlreadyStartedFault("Already Started")
    limit = context.limits.open_executions
    if context.executions.count_open() >= limit:
        raise LimitExceededFault(f"domain {request.domain} has {limit} open executions already")
    execution = ExecutionId(workflow_id=request.workflow_id, run_id=context.new_run_id())
    return begin(execution, _started(request, settings), context.now)


def begin(
    execution: ExecutionId, settings: WorkflowExecutionStartedAttributes, now: float
) -> Change:
    """Make the first events of an execution: its start and its first decision task."""
    at = moment(now)
    event = WorkflowExecutionStarted(event_id=1, event_timestamp=at, attributes=settings)
    draft = Draft(fold(execution, (event,)), at)
    draft.events.append(event)
    draft.wake()
    return draft.change()


def _resolve(request: StartWorkflowExecution, context: CommandContext) -> WorkflowSettings:
    workflow_type = context.types.workflow_type(request.workflow_type)
    if workflow_type is None:
        raise unknown_workflow_type(request.workflow_type)
    if workflow_type.type_info.status == "DEPRECATED":
        raise deprecated_workflow_type(request.workflow_type)
    settings = resolve_workflow(request, workflow_type.configuration)
    if isinstance(settings, str):
        raise DefaultUndefinedFault(MEMBERS[settings])
    return settings


def _started(
    request: StartWorkflowExecution, settings: WorkflowSettings
) -> WorkflowExecutionStartedAttributes:
    return WorkflowExecutionStartedAttributes(
        child_policy=settings.child_policy,
        task_list=settings.task_list,
        workflow_type=request.workflow_type,
        input=request.input,
        execution_start_to_close_timeout=settings.execution_start_to_close_timeout,
        task_start_to_close_timeout=settings.task_start_to_close_timeout,
        task_priority=settings.task_priority,
        tag_list=request.tag_list,
        parent_initiated_event_id=0,
        lambda_role=settings.lambda_role,
    )
