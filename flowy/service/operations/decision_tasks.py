"""What a decider calls."""

from flowy.protocol.event import Event
from flowy.protocol.requests.decision_tasks import PollForDecisionTask, RespondDecisionTaskCompleted
from flowy.protocol.tasks import DecisionTask
from flowy.protocol.value import Value
from flowy.service.domain.decision_task import complete_decision_task, start_decision_task
from flowy.service.domain.refusals import unknown_decision_task
from flowy.service.domain.tokens import TaskToken, encode_token
from flowy.service.domain.validation import check_name
from flowy.service.operations import runs
from flowy.service.operations.claims import claims
from flowy.service.operations.executions import Rest, read_page
from flowy.service.operations.paging import make_token, page_size, resume
from flowy.service.operations.spliced import Spliced
from flowy.service.operations.unit import Unit
from flowy.service.store.states import Kept
from flowy.service.store.tasks import TaskQueue


class Page(Value):
    """Which page of which decision task comes next."""

    execution: int
    scheduled_event_id: int
    started_event_id: int
    previous_started_event_id: int
    rest: Rest


def poll_for_decision_task(unit: Unit, request: PollForDecisionTask) -> DecisionTask | Spliced:
    """Hand out the next decision task of a list, or an empty one, or a page of one.

    Raises:
        UnknownResourceFault: There is no such domain, or the task of the page is over.
        ValidationException: The page token is not one of this list.
    """
    found = poll_for_decision_tasks(unit, request, 1)
    return found[0] if found else DecisionTask(previous_started_event_id=0)


def poll_for_decision_tasks(
    unit: Unit, request: PollForDecisionTask, most: int
) -> list[DecisionTask | Spliced]:
    """Hand out the next decision tasks of a list, at most so many, or a page of one.

    Raises:
        UnknownResourceFault: There is no such domain, or the task of the page is over.
        ValidationException: The page token is not one of this list.
    """
    domain = unit.domain(request.domain)
    check_name("taskList.name", request.task_list.name)
    page = resume(unit, request, request.next_page_token, Page)
    if page is not None:
        return [_next_page(unit, request, page)]
    queue = TaskQueue(domain=domain.id, kind="decision", task_list=request.task_list.name)
    return [hand_out(unit, request, *claim) for claim in claims(unit, queue, most)]


def respond_decision_task_completed(unit: Unit, request: RespondDecisionTaskCompleted) -> None:
    """Carry out the decisions of a decider.

    Raises:
        ValidationException: A decision makes no sense; nothing is recorded.
        UnknownResourceFault: The task is over.
    """
    kept, token = runs.load_task(unit, request.task_token)
    context = unit.context(kept.domain)
    if request.task_list is not None and request.task_list_schedule_to_start_timeout is not None:
        _entered(unit, kept.domain, request.task_list.name)
    runs.carry_out(unit, kept, complete_decision_task(kept.state, token, request, context))


def _entered(unit: Unit, domain: int, task_list: str) -> None:
    """Take note that a list that was left perhaps is polled: an answer sends an execution there."""
    if unit.shared.left_lists.enter(unit.session, domain, task_list):
        unit.lists_left = True


def hand_out(
    unit: Unit, request: PollForDecisionTask, kept: Kept, scheduled_event_id: int
) -> DecisionTask | Spliced:
    """Give a task that waits to whoever polls."""
    previous = kept.state.previous_started_event_id
    change = start_decision_task(kept.state, request.identity, unit.context(kept.domain))
    runs.carry_out(unit, kept, change)
    started = kept.state.started
    assert started is not None  # noqa: S101
    trims = bool(request.start_at_previous_started_event)
    page = Page(
        execution=kept.id,
        scheduled_event_id=started.scheduled.scheduled_event_id,
        started_event_id=started.started_event_id,
        previous_started_event_id=previous,
        rest=Rest(first=max(previous, 1) if trims else 1, last=started.started_event_id),
    )
    return _answer(unit, request, kept, page)


def _next_page(unit: Unit, request: PollForDecisionTask, page: Page) -> Spliced:
    kept = runs.load(unit, page.execution)
    started = None if kept is None else kept.state.started
    if kept is None or started is None or started.started_event_id != page.started_event_id:
        raise unknown_decision_task(page.scheduled_event_id)
    return _answer(unit, request, kept, page)


def _answer(unit: Unit, request: PollForDecisionTask, kept: Kept, page: Page) -> Spliced:
    reverse = bool(request.reverse_order)
    found, rest = _page(unit, kept, page.rest, request.maximum_page_size, reverse)
    token = None
    if rest is not None:
        following = Page(
            execution=page.execution,
            scheduled_event_id=page.scheduled_event_id,
            started_event_id=page.started_event_id,
            previous_started_event_id=page.previous_started_event_id,
            rest=rest,
        )
        token = make_token(unit, request, following)
    task = DecisionTask(
        task_token=_task_token(kept, page),
        started_event_id=page.started_event_id,
        workflow_execution=kept.state.execution,
        workflow_type=kept.state.workflow_type,
        next_page_token=token,
        previous_started_event_id=page.previous_started_event_id,
    )
    return Spliced(task, *found)


def _page(
    unit: Unit, kept: Kept, rest: Rest, asked: int | None, reverse: bool
) -> tuple[tuple[list[bytes], list[Event] | None], Rest | None]:
    """Return the events of a page, from memory if all that are left are there."""
    if not reverse and rest.last - rest.first < page_size(unit, asked):
        recent = kept.recent.page(rest.first, rest.last)
        if recent is not None:
            events, bodies = recent
            return (bodies, events), None
    bodies, after = read_page(unit, kept.id, rest, asked, reverse)
    return (bodies, None), after


def _task_token(kept: Kept, page: Page) -> str:
    token = TaskToken(
        kind="decision",
        execution_key=kept.id,
        run_id=kept.state.execution.run_id,
        scheduled_event_id=page.scheduled_event_id,
        started_event_id=page.started_event_id,
    )
    return encode_token(token)
