"""Executions from outside: start, signal, ask to cancel, terminate, look at."""

from flowy.protocol.executions import Run, WorkflowExecutionDetail
from flowy.protocol.faults import DomainDeprecatedFault
from flowy.protocol.requests.executions import (
    DescribeWorkflowExecution,
    GetWorkflowExecutionHistory,
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    StartWorkflowExecution,
    TerminateWorkflowExecution,
)
from flowy.protocol.tasks import History
from flowy.protocol.value import Value
from flowy.service.domain import intervention
from flowy.service.domain.description import describe
from flowy.service.domain.refusals import unknown_execution
from flowy.service.domain.start import start
from flowy.service.operations import runs
from flowy.service.operations.paging import make_token, page_size, resume
from flowy.service.operations.spliced import Spliced
from flowy.service.operations.unit import Unit
from flowy.service.store import events, executions
from flowy.service.store.events import Range


class Rest(Value):
    """What later pages of a history show: the events as they were at the first page."""

    first: int
    last: int


def start_workflow_execution(unit: Unit, request: StartWorkflowExecution) -> Run:
    """Start an execution; see ``flowy.service.domain.start.start`` for its faults.

    Raises:
        UnknownResourceFault: There is no such domain or type.
        DomainDeprecatedFault: The domain takes no more executions.
    """
    domain = unit.domain(request.domain)
    if domain.status == "DEPRECATED":
        raise DomainDeprecatedFault(request.domain)
    change = start(request, unit.context(domain.id))
    runs.start(unit, domain.id, change)
    return Run(run_id=change.execution.run_id)


def signal_workflow_execution(unit: Unit, request: SignalWorkflowExecution) -> None:
    """Record a signal.

    Raises:
        UnknownResourceFault: There is no such open execution.
    """
    domain = unit.domain(request.domain).id
    kept = runs.load_open(unit, domain, request.workflow_id, request.run_id)
    runs.carry_out(unit, kept, intervention.signal(kept.state, request, unit.context(domain)))


def request_cancel_workflow_execution(unit: Unit, request: RequestCancelWorkflowExecution) -> None:
    """Record that an execution is to cancel itself.

    Raises:
        UnknownResourceFault: There is no such open execution.
    """
    domain = unit.domain(request.domain).id
    kept = runs.load_open(unit, domain, request.workflow_id, request.run_id)
    change = intervention.request_cancel(kept.state, request, unit.context(domain))
    runs.carry_out(unit, kept, change)


def terminate_workflow_execution(unit: Unit, request: TerminateWorkflowExecution) -> None:
    """Close an execution.

    Raises:
        UnknownResourceFault: There is no such open execution.
    """
    domain = unit.domain(request.domain).id
    kept = runs.load_open(unit, domain, request.workflow_id, request.run_id)
    runs.carry_out(unit, kept, intervention.terminate(kept.state, request, unit.context(domain)))


def describe_workflow_execution(
    unit: Unit, request: DescribeWorkflowExecution
) -> WorkflowExecutionDetail:
    """Tell all that is known about an execution but its history.

    Raises:
        UnknownResourceFault: There is no such execution.
    """
    domain = unit.domain(request.domain).id
    return describe(runs.load_run(unit, domain, request.execution).state)


def get_workflow_execution_history(unit: Unit, request: GetWorkflowExecutionHistory) -> Spliced:
    """Return a page of an execution's events; later pages show what the first one could see.

    Raises:
        UnknownResourceFault: There is no such execution.
    """
    domain = unit.domain(request.domain).id
    execution = request.execution
    key = executions.find_run(unit.session, domain, execution)
    if key is None:
        raise unknown_execution(execution.workflow_id, execution.run_id)
    rest = resume(unit, request, request.next_page_token, Rest)
    if rest is None:
        rest = Rest(first=1, last=events.last(unit.session, key))
    page, after = read_page(unit, key, rest, request.maximum_page_size, bool(request.reverse_order))
    token = None if after is None else make_token(unit, request, after)
    return Spliced(History(events=(), next_page_token=token), page)


def read_page(
    unit: Unit, execution: int, rest: Rest, asked: int | None, reverse: bool
) -> tuple[list[bytes], Rest | None]:
    """Return the stored events of a page, and what is left behind it."""
    size = page_size(unit, asked)
    wanted = Range(execution=execution, first=rest.first, last=rest.last, reverse=reverse)
    page = events.bodies(unit.session, wanted, size)
    if reverse:
        after = Rest(first=rest.first, last=rest.last - len(page))
    else:
        after = Rest(first=rest.first + len(page), last=rest.last)
    return page, (after if page and after.first <= after.last else None)
