"""The decision to start a child execution."""

from typing import Literal

from flowy.protocol.decisions import (
    StartChildWorkflowExecution,
    StartChildWorkflowExecutionAttributes,
)
from flowy.protocol.events.child import (
    StartChildWorkflowExecutionFailed,
    StartChildWorkflowExecutionFailedAttributes,
    StartChildWorkflowExecutionInitiated,
    StartChildWorkflowExecutionInitiatedAttributes,
)
from flowy.protocol.events.workflow import WorkflowExecutionStartedAttributes
from flowy.protocol.fields import StartChildWorkflowExecutionFailedCause
from flowy.service.domain.batch import Batch, Rule
from flowy.service.domain.messages import StartExecution
from flowy.service.domain.settings import MissingWorkflowDefault, WorkflowSettings, resolve_workflow


def _start(
    batch: Batch, decision: StartChildWorkflowExecution
) -> StartChildWorkflowExecutionFailedCause | None:
    asked = decision.attributes
    settings = _settings(batch, asked)
    if isinstance(settings, str):
        return settings
    attributes = _initiated(batch, asked, settings)
    event_id = batch.record(StartChildWorkflowExecutionInitiated, attributes)
    batch.new_children += 1
    batch.draft.messages.append(
        StartExecution(
            workflow_id=asked.workflow_id,
            new_run_id=batch.context.new_run_id(),
            settings=_started(batch, attributes, event_id),
        )
    )
    return None


def _settings(
    batch: Batch, asked: StartChildWorkflowExecutionAttributes
) -> (
    WorkflowSettings
    | MissingWorkflowDefault
    | Literal[
        "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "WORKFLOW_TYPE_DEPRECATED",
        "OPEN_CHILDREN_LIMIT_EXCEEDED",
        "OPEN_WORKFLOWS_LIMIT_EXCEEDED",
    ]
):
    context = batch.context
    workflow_type = context.types.workflow_type(asked.workflow_type)
    if workflow_type is None:
        return "WORKFLOW_TYPE_DOES_NOT_EXIST"
    if workflow_type.type_info.status == "DEPRECATED":
        return "WORKFLOW_TYPE_DEPRECATED"
    settings = resolve_workflow(asked, workflow_type.configuration)
    if isinstance(settings, str):
        return settings
    if len(batch.draft.state.children) + batch.new_children >= context.limits.open_children:
        return "OPEN_CHILDREN_LIMIT_EXCEEDED"
    if context.executions.count_open() + batch.new_children >= context.limits.open_executions:
        return "OPEN_WORKFLOWS_LIMIT_EXCEEDED"
    return settings


def _initiated(
    batch: Batch, asked: StartChildWorkflowExecutionAttributes, settings: WorkflowSettings
) -> StartChildWorkflowExecutionInitiatedAttributes:
    return StartChildWorkflowExecutionInitiatedAttributes(
        workflow_id=asked.workflow_id,
        workflow_type=asked.workflow_type,
        task_list=settings.task_list,
        decision_task_completed_event_id=batch.completed_event_id,
        child_policy=settings.child_policy,
        control=asked.control,
        input=asked.input,
        execution_start_to_close_timeout=settings.execution_start_to_close_timeout,
        task_priority=settings.task_priority,
        task_start_to_close_timeout=settings.task_start_to_close_timeout,
        tag_list=asked.tag_list,
        lambda_role=settings.lambda_role,
    )


def _started(
    batch: Batch, child: StartChildWorkflowExecutionInitiatedAttributes, initiated_event_id: int
) -> WorkflowExecutionStartedAttributes:
    return WorkflowExecutionStartedAttributes(
        child_policy=child.child_policy,
        task_list=child.task_list,
        workflow_type=child.workflow_type,
        input=child.input,
        execution_start_to_close_timeout=child.execution_start_to_close_timeout,
        task_start_to_close_timeout=child.task_start_to_close_timeout,
        task_priority=child.task_priority,
        tag_list=child.tag_list,
        parent_workflow_execution=batch.draft.state.execution,
        parent_initiated_event_id=initiated_event_id,
        lambda_role=child.lambda_role,
    )


def _fail_start(
    batch: Batch,
    decision: StartChildWorkflowExecution,
    cause: StartChildWorkflowExecutionFailedCause,
) -> None:
    attributes = StartChildWorkflowExecutionFailedAttributes(
        workflow_type=decision.attributes.workflow_type,
        cause=cause,
        workflow_id=decision.attributes.workflow_id,
        initiated_event_id=0,
        decision_task_completed_event_id=batch.completed_event_id,
        control=decision.attributes.control,
    )
    batch.record(StartChildWorkflowExecutionFailed, attributes)


START_CHILD_WORKFLOW_EXECUTION = Rule(_start, _fail_start, "CHILD_CREATION_RATE_EXCEEDED")
