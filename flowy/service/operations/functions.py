"""Lambda functions: what whoever runs them asks and answers.

SWF hands them to AWS Lambda; here they wait on a list of the function's name, in every domain.
"""

from flowy.protocol.request import Request
from flowy.protocol.value import Value
from flowy.service.domain.lambda_task import (
    complete_lambda_task,
    fail_lambda_task,
    start_lambda_task,
)
from flowy.service.domain.refusals import unknown_lambda_task
from flowy.service.operations import runs
from flowy.service.operations.unit import Unit
from flowy.service.store import domains, tasks
from flowy.service.store.tasks import Waiting


class FunctionTask(Value):
    """A function that is to be run; ``execution`` and ``scheduled_event_id`` name the task."""

    execution: int
    scheduled_event_id: int
    name: str
    input: str | None = None


class ClaimFunction(Request[FunctionTask | None]):
    """Hand out the next function task, of whatever function."""


class CompleteFunction(Request[None]):
    """Answer a function task with a result."""

    execution: int
    scheduled_event_id: int
    result: str | None = None


class FailFunction(Request[None]):
    """Answer that a function failed."""

    execution: int
    scheduled_event_id: int
    reason: str
    details: str | None = None


def claim_function(unit: Unit, request: ClaimFunction) -> FunctionTask | None:
    """Hand out the next function task, or None."""
    while (found := _first(unit)) is not None:
        execution, event_id = found.header.id, found.scheduled_event_id
        kept = unit.states.load_row(unit.session, found.header)
        runs.catch_up(unit, kept)
        function = kept.state.lambdas.get(event_id)
        if function is None or function.started_event_id:
            tasks.dequeue(unit.session, execution, (event_id,))
            continue
        change = start_lambda_task(kept.state, event_id, unit.context(kept.domain))
        runs.carry_out(unit, kept, change)
        return FunctionTask(
            execution=execution,
            scheduled_event_id=event_id,
            name=function.settings.name,
            input=function.settings.input,
        )
    return None


def _first(unit: Unit) -> Waiting | None:
    for domain, _ in domains.retentions(unit.session):
        found = tasks.first_of_kind(unit.session, domain, "lambda")
        if found is not None:
            return found
    return None


def complete_function(unit: Unit, request: CompleteFunction) -> None:
    """Record a function's result.

    Raises:
        UnknownResourceFault: The task is over.
    """
    event_id = request.scheduled_event_id
    kept = runs.load(unit, request.execution)
    if kept is None:
        raise unknown_lambda_task(event_id)
    context = unit.context(kept.domain)
    runs.carry_out(unit, kept, complete_lambda_task(kept.state, event_id, request.result, context))


def fail_function(unit: Unit, request: FailFunction) -> None:
    """Record a function's failure.

    Raises:
        UnknownResourceFault: The task is over.
    """
    event_id = request.scheduled_event_id
    kept = runs.load(unit, request.execution)
    if kept is None:
        raise unknown_lambda_task(event_id)
    failure = (request.reason, request.details)
    change = fail_lambda_task(kept.state, event_id, failure, unit.context(kept.domain))
    runs.carry_out(unit, kept, change)
