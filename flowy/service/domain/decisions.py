"""Which rule each decision follows: one table from decision class to rule."""

from collections.abc import Iterable

from flowy.protocol import decisions as d
from flowy.service.domain.batch import Batch, Rule
from flowy.service.domain.decide_activities import (
    REQUEST_CANCEL_ACTIVITY_TASK,
    SCHEDULE_ACTIVITY_TASK,
)
from flowy.service.domain.decide_children import START_CHILD_WORKFLOW_EXECUTION
from flowy.service.domain.decide_closing import (
    CANCEL_WORKFLOW_EXECUTION,
    COMPLETE_WORKFLOW_EXECUTION,
    CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
    FAIL_WORKFLOW_EXECUTION,
)
from flowy.service.domain.decide_lambdas import SCHEDULE_LAMBDA_FUNCTION
from flowy.service.domain.decide_requests import (
    REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
    SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
)
from flowy.service.domain.decide_timers import CANCEL_TIMER, RECORD_MARKER, START_TIMER

RULES: dict[type[d.Decision], Rule] = {
    d.CancelTimer: CANCEL_TIMER,
    d.CancelWorkflowExecution: CANCEL_WORKFLOW_EXECUTION,
    d.CompleteWorkflowExecution: COMPLETE_WORKFLOW_EXECUTION,
    d.ContinueAsNewWorkflowExecution: CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
    d.FailWorkflowExecution: FAIL_WORKFLOW_EXECUTION,
    d.RecordMarker: RECORD_MARKER,
    d.RequestCancelActivityTask: REQUEST_CANCEL_ACTIVITY_TASK,
    d.RequestCancelExternalWorkflowExecution: REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
    d.ScheduleActivityTask: SCHEDULE_ACTIVITY_TASK,
    d.ScheduleLambdaFunction: SCHEDULE_LAMBDA_FUNCTION,
    d.SignalExternalWorkflowExecution: SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
    d.StartChildWorkflowExecution: START_CHILD_WORKFLOW_EXECUTION,
    d.StartTimer: START_TIMER,
}


def carry_out(batch: Batch, decisions: Iterable[d.Decision]) -> None:
    """Carry out valid decisions in order; one that cannot be done is recorded as failed."""
    for decision in decisions:
        rule = RULES[type(decision)]
        cause = _refusal(batch, decision, rule) or rule.carry_out(batch, decision)
        if cause is not None:
            rule.fail(batch, decision, cause)
            batch.wakes = True


def _refusal(batch: Batch, decision: d.Decision, rule: Rule) -> str | None:
    refusal = batch.context.refuse(decision)
    if refusal is None:
        return None
    return rule.rate_exceeded if refusal == "RATE_EXCEEDED" else rule.forbidden
