"""Decisions that close the execution, with or without a successor."""

from typing import Literal

from flowy.protocol.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    ContinueAsNewWorkflowExecutionAttributes,
    FailWorkflowExecution,
)
from flowy.protocol.events import workflow
from flowy.protocol.ids import TypeId
from flowy.service.domain.batch import Batch, Rule
from flowy.service.domain.closing import close
from flowy.service.domain.messages import StartExecution
from flowy.service.domain.settings import MissingWorkflowDefault, WorkflowSettings, resolve_workflow

Unhandled = Literal["UNHANDLED_DECISION"]
MissingType = Literal["WORKFLOW_TYPE_DOES_NOT_EXIST", "WORKFLOW_TYPE_DEPRECATED"]


def _complete(batch: Batch, decision: CompleteWorkflowExecution) -> Unhandled | None:
    if batch.unseen:
        return "UNHANDLED_DECISION"
    attributes = workflow.WorkflowExecutionCompletedAttributes(
        decision_task_completed_event_id=batch.completed_event_id,
        result=decision.attributes.result,
    )
    close(batch.draft, "COMPLETED", workflow.WorkflowExecutionCompleted, attributes)
    return None


def _fail(batch: Batch, decision: FailWorkflowExecution) -> Unhandled | None:
    if batch.unseen:
        return "UNHANDLED_DECISION"
    attributes = workflow.WorkflowExecutionFailedAttributes(
        decision_task_completed_event_id=batch.completed_event_id,
        reason=decision.attributes.reason,
        details=decision.attributes.details,
    )
    close(batch.draft, "FAILED", workflow.WorkflowExecutionFailed, attributes)
    return None


def _cancel(batch: Batch, decision: CancelWorkflowExecution) -> Unhandled | None:
    if batch.unseen:
        return "UNHANDLED_DECISION"
    attributes = workflow.WorkflowExecutionCanceledAttributes(
        decision_task_completed_event_id=batch.completed_event_id,
        details=decision.attributes.details,
    )
    close(batch.draft, "CANCELED", workflow.WorkflowExecutionCanceled, attributes)
    return None


def _continue(
    batch: Batch, decision: ContinueAsNewWorkflowExecution
) -> Unhandled | MissingType | MissingWorkflowDefault | None:
    if batch.unseen:
        return "UNHANDLED_DECISION"
    asked = decision.attributes
    before = batch.draft.state.workflow_type
    workflow_type = TypeId(name=before.name, version=asked.workflow_type_version or before.version)
    settings = _settings(batch, asked, workflow_type)
    if isinstance(settings, str):
        return settings
    attributes = workflow.WorkflowExecutionContinuedAsNewAttributes(
        decision_task_completed_event_id=batch.completed_event_id,
        new_execution_run_id=batch.context.new_run_id(),
        task_list=settings.task_list,
        child_policy=settings.child_policy,
        workflow_type=workflow_type,
        input=asked.input,
        execution_start_to_close_timeout=settings.execution_start_to_close_timeout,
        task_priority=settings.task_priority,
        task_start_to_close_timeout=settings.task_start_to_close_timeout,
        tag_list=asked.tag_list,
        lambda_role=settings.lambda_role,
    )
    close(batch.draft, "CONTINUED_AS_NEW", workflow.WorkflowExecutionContinuedAsNew, attributes)
    # First of all: a child that this batch starts under the same id must not take its place.
    batch.draft.messages.insert(0, _successor(batch, attributes))
    return None


def _settings(
    batch: Batch, asked: ContinueAsNewWorkflowExecutionAttributes, type_id: TypeId
) -> WorkflowSettings | MissingType | MissingWorkflowDefault:
    workflow_type = batch.context.types.workflow_type(type_id)
    if workflow_type is None:
        return "WORKFLOW_TYPE_DOES_NOT_EXIST"
    if workflow_type.type_info.status == "DEPRECATED":
        return "WORKFLOW_TYPE_DEPRECATED"
    return resolve_workflow(asked, workflow_type.configuration)


def _successor(
    batch: Batch, continued: workflow.WorkflowExecutionContinuedAsNewAttributes
) -> StartExecution:
    state = batch.draft.state
    return StartExecution(
        workflow_id=state.execution.workflow_id,
        new_run_id=continued.new_execution_run_id,
        settings=workflow.WorkflowExecutionStartedAttributes(
            child_policy=continued.child_policy,
            task_list=continued.task_list,
            workflow_type=continued.workflow_type,
            input=continued.input,
            execution_start_to_close_timeout=continued.execution_start_to_close_timeout,
            task_start_to_close_timeout=continued.task_start_to_close_timeout,
            task_priority=continued.task_priority,
            tag_list=continued.tag_list,
            continued_execution_run_id=state.execution.run_id,
            parent_workflow_execution=state.settings.parent_workflow_execution,
            parent_initiated_event_id=state.settings.parent_initiated_event_id,
            lambda_role=continued.lambda_role,
        ),
    )


def _record_cancel_failed(batch: Batch, _: CancelWorkflowExecution, cause: Unhandled) -> None:
    attributes = workflow.CancelWorkflowExecutionFailedAttributes(
        cause=cause, decision_task_completed_event_id=batch.completed_event_id
    )
    batch.record(workflow.CancelWorkflowExecutionFailed, attributes)


def _record_complete_failed(batch: Batch, _: CompleteWorkflowExecution, cause: Unhandled) -> None:
    attributes = workflow.CompleteWorkflowExecutionFailedAttributes(
        cause=cause, decision_task_completed_event_id=batch.completed_event_id
    )
    batch.record(workflow.CompleteWorkflowExecutionFailed, attributes)


def _record_continue_failed(
    batch: Batch,
    _: ContinueAsNewWorkflowExecution,
    cause: Unhandled | MissingType | MissingWorkflowDefault,
) -> None:
    attributes = workflow.ContinueAsNewWorkflowExecutionFailedAttributes(
        cause=cause, decision_task_completed_event_id=batch.completed_event_id
    )
    batch.record(workflow.ContinueAsNewWorkflowExecutionFailed, attributes)


def _record_fail_failed(batch: Batch, _: FailWorkflowExecution, cause: Unhandled) -> None:
    attributes = workflow.FailWorkflowExecutionFailedAttributes(
        cause=cause, decision_task_completed_event_id=batch.completed_event_id
    )
    batch.record(workflow.FailWorkflowExecutionFailed, attributes)


CANCEL_WORKFLOW_EXECUTION = Rule(_cancel, _record_cancel_failed)
COMPLETE_WORKFLOW_EXECUTION = Rule(_complete, _record_complete_failed)
CONTINUE_AS_NEW_WORKFLOW_EXECUTION = Rule(
    _continue, _record_continue_failed, "CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED"
)
FAIL_WORKFLOW_EXECUTION = Rule(_fail, _record_fail_failed)
