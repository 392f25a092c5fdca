"""The life of a decision task once a decider comes for it."""

from flowy.protocol.events.decision import (
    DecisionTaskCompleted,
    DecisionTaskCompletedAttributes,
    DecisionTaskStarted,
    DecisionTaskStartedAttributes,
)
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.service.domain.batch import Batch
from flowy.service.domain.change import Change
from flowy.service.domain.closing import finish
from flowy.service.domain.context import CommandContext
from flowy.service.domain.decisions import carry_out
from flowy.service.domain.draft import Draft
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.items import Override, StartedDecision
from flowy.service.domain.refusals import unknown_decision_task, unknown_execution
from flowy.service.domain.tokens import TaskToken
from flowy.service.domain.validation import validate_answer


def start_decision_task(
    state: ExecutionState, identity: str | None, context: CommandContext
) -> Change:
    """Hand the waiting decision task to a decider; the change's first event is its start.

    Raises:
        UnknownResourceFault: No task waits, or the one before it is still in hand.
    """
    task = state.waiting
    if task is None or state.started is not None:
        raise unknown_decision_task(task.scheduled_event_id if task else 0)
    draft = Draft(state, context.now, context.has_left)
    draft.dequeue(task.scheduled_event_id)
    attributes = DecisionTaskStartedAttributes(
        scheduled_event_id=task.scheduled_event_id, identity=identity
    )
    draft.record(DecisionTaskStarted, attributes)
    return draft.change()


def complete_decision_task(
    state: ExecutionState,
    token: TaskToken,
    request: RespondDecisionTaskCompleted,
    context: CommandContext,
) -> Change:
    """Record a decider's answer and carry out its decisions, all with one timestamp.

    Raises:
        ValidationException: A decision makes no sense; nothing is done, the token stays good.
        UnknownResourceFault: The task is over.
    """
    validate_answer(request, context.limits)
    _in_hand(state, token)
    draft = Draft(state, context.now, context.has_left)
    _record_answer(draft, token, request)
    batch = Batch(draft, context)
    carry_out(batch, request.decisions or ())
    if draft.closes is None:
        if batch.wakes:
            draft.wake()
        draft.end_started_decision()
    return finish(draft, context.limits)


def _in_hand(state: ExecutionState, token: TaskToken) -> StartedDecision:
    if not state.is_open:
        raise unknown_execution(state.execution.workflow_id, state.execution.run_id)
    task = state.started
    if (
        task is None
        or token.kind != "decision"
        or token.run_id != state.execution.run_id
        or task.started_event_id != token.started_event_id
    ):
        raise unknown_decision_task(token.scheduled_event_id)
    return task


def _record_answer(draft: Draft, token: TaskToken, request: RespondDecisionTaskCompleted) -> None:
    attributes = DecisionTaskCompletedAttributes(
        scheduled_event_id=token.scheduled_event_id,
        started_event_id=token.started_event_id,
        execution_context=request.execution_context,
        task_list=request.task_list,
        task_list_schedule_to_start_timeout=request.task_list_schedule_to_start_timeout,
    )
    draft.record(DecisionTaskCompleted, attributes)
    if request.task_list is None:
        return
    timeout = request.task_list_schedule_to_start_timeout
    if timeout is None:
        draft.task_list, draft.override = request.task_list.name, None
    else:
        draft.override = Override(
            task_list=request.task_list.name, schedule_to_start_timeout=timeout
        )
