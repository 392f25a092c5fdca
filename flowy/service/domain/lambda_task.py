"""The life of a Lambda function task once a runner comes for it."""

from flowy.protocol.events.lambda_ import (
    LambdaFunctionCompleted,
    LambdaFunctionCompletedAttributes,
    LambdaFunctionFailed,
    LambdaFunctionFailedAttributes,
    LambdaFunctionStarted,
    LambdaFunctionStartedAttributes,
)
from flowy.service.domain.change import Change
from flowy.service.domain.context import CommandContext
from flowy.service.domain.draft import Draft
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.items import OpenLambda
from flowy.service.domain.news import tell_decider
from flowy.service.domain.refusals import unknown_lambda_task


def start_lambda_task(
    state: ExecutionState, scheduled_event_id: int, context: CommandContext
) -> Change:
    """Hand a waiting Lambda function to a runner; its clock begins.

    Raises:
        UnknownResourceFault: The function does not wait (any more).
    """
    function = state.lambdas.get(scheduled_event_id)
    if function is None or function.started_event_id:
        raise unknown_lambda_task(scheduled_event_id)
    draft = Draft(state, context.now, context.has_left)
    draft.dequeue(scheduled_event_id)
    attributes = LambdaFunctionStartedAttributes(scheduled_event_id=scheduled_event_id)
    draft.record(LambdaFunctionStarted, attributes)
    return draft.change()


def complete_lambda_task(
    state: ExecutionState, scheduled_event_id: int, result: str | None, context: CommandContext
) -> Change:
    """Record the function's result and wake the decider.

    Raises:
        UnknownResourceFault: The function is over, or was never started.
    """
    function = _in_hand(state, scheduled_event_id)
    attributes = LambdaFunctionCompletedAttributes(
        scheduled_event_id=scheduled_event_id,
        started_event_id=function.started_event_id,
        result=result,
    )
    return tell_decider(state, LambdaFunctionCompleted, attributes, context)


def fail_lambda_task(
    state: ExecutionState,
    scheduled_event_id: int,
    failure: tuple[str, str | None],
    context: CommandContext,
) -> Change:
    """Record the function's failure, a reason and details, and wake the decider.

    Raises:
        UnknownResourceFault: The function is over, or was never started.
    """
    function = _in_hand(state, scheduled_event_id)
    reason, details = failure
    attributes = LambdaFunctionFailedAttributes(
        scheduled_event_id=scheduled_event_id,
        started_event_id=function.started_event_id,
        reason=reason,
        details=details,
    )
    return tell_decider(state, LambdaFunctionFailed, attributes, context)


def _in_hand(state: ExecutionState, scheduled_event_id: int) -> OpenLambda:
    function = state.lambdas.get(scheduled_event_id)
    if function is None or not function.started_event_id:
        raise unknown_lambda_task(scheduled_event_id)
    return function
