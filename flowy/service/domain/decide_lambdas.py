"""The decision to invoke a Lambda function."""

from flowy.protocol.decisions import ScheduleLambdaFunction
from flowy.protocol.events.lambda_ import (
    LambdaFunctionScheduled,
    LambdaFunctionScheduledAttributes,
    ScheduleLambdaFunctionFailed,
    ScheduleLambdaFunctionFailedAttributes,
    StartLambdaFunctionFailed,
    StartLambdaFunctionFailedAttributes,
)
from flowy.protocol.fields import ScheduleLambdaFunctionFailedCause
from flowy.service.domain.batch import Batch, Rule
from flowy.service.domain.change import QueuedTask
from flowy.service.domain.items import OpenLambda
from flowy.service.domain.validation import LAMBDA_SECONDS


def _schedule(
    batch: Batch, decision: ScheduleLambdaFunction
) -> ScheduleLambdaFunctionFailedCause | None:
    asked = decision.attributes
    if not batch.context.lambda_available:
        return "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
    if batch.lambdas.find(asked.id) is not None:
        return "ID_ALREADY_IN_USE"
    if batch.lambdas.count >= batch.context.limits.open_lambda_functions:
        return "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"
    attributes = LambdaFunctionScheduledAttributes(
        id=asked.id,
        name=asked.name,
        decision_task_completed_event_id=batch.completed_event_id,
        control=asked.control,
        input=asked.input,
        start_to_close_timeout=asked.start_to_close_timeout or str(LAMBDA_SECONDS),
    )
    event_id = batch.record(LambdaFunctionScheduled, attributes)
    if batch.draft.state.settings.lambda_role is None:
        _fail_without_role(batch, event_id)
    else:
        _queue(batch, attributes, event_id)
    return None


def _queue(batch: Batch, attributes: LambdaFunctionScheduledAttributes, event_id: int) -> None:
    function = OpenLambda(scheduled_event_id=event_id, settings=attributes)
    batch.lambdas.put(attributes.id, function)
    batch.draft.queue(
        QueuedTask(
            kind="lambda", task_list=attributes.name, priority=0, scheduled_event_id=event_id
        )
    )


def _fail_without_role(batch: Batch, event_id: int) -> None:
    attributes = StartLambdaFunctionFailedAttributes(
        scheduled_event_id=event_id,
        cause="ASSUME_ROLE_FAILED",
        message="No IAM role is attached to the current workflow execution.",
    )
    batch.record(StartLambdaFunctionFailed, attributes)
    batch.wakes = True


def _fail_schedule(
    batch: Batch, decision: ScheduleLambdaFunction, cause: ScheduleLambdaFunctionFailedCause
) -> None:
    attributes = ScheduleLambdaFunctionFailedAttributes(
        id=decision.attributes.id,
        name=decision.attributes.name,
        cause=cause,
        decision_task_completed_event_id=batch.completed_event_id,
    )
    batch.record(ScheduleLambdaFunctionFailed, attributes)


SCHEDULE_LAMBDA_FUNCTION = Rule(
    _schedule, _fail_schedule, "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED", forbidden=None
)
