"""Where a decision's events come from: the pages of its task, or the execution's whole history."""

from msgspec.structs import replace

from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.tasks import DecisionTask, History
from flowy.worker.poller import Source

PATIENCE = 60.0
"""Seconds for which a page is asked for again while the service is away."""


def complete(source: Source, request: PollForDecisionTask, task: DecisionTask) -> DecisionTask:
    """Return a decision task with the events of all its pages.

    Args:
        source: Where the task came from.
        request: What it was polled with; the further pages take the same members.
        task: The task with its first page.

    Raises:
        FlowyError: A page could not be read.
    """
    events = list(task.events)
    token = task.next_page_token
    while token:
        page = _task_page(source, replace(request, next_page_token=token))
        events.extend(page.events)
        token = page.next_page_token
    return replace(task, events=tuple(events), next_page_token=None)


def whole(source: Source, execution: ExecutionId, last: int) -> list[HistoryEvent]:
    """Read an execution's history from its first event to the one of that id.

    Raises:
        FlowyError: A page could not be read.
    """
    request = GetWorkflowExecutionHistory(domain=source.domain, execution=execution)
    page = _history_page(source, request)
    events = list(page.events)
    while page.next_page_token and page.events and page.events[-1].event_id < last:
        page = _history_page(source, replace(request, next_page_token=page.next_page_token))
        events.extend(page.events)
    return [event for event in events if event.event_id <= last]


def _task_page(source: Source, request: PollForDecisionTask) -> DecisionTask:
    return source.persist(
        lambda: source.client.call(request),
        "reading a page of a decision task",
        source.clock.now() + PATIENCE,
    )


def _history_page(source: Source, request: GetWorkflowExecutionHistory) -> History:
    return source.persist(
        lambda: source.client.call(request),
        f"reading the history of execution {request.execution}",
        source.clock.now() + PATIENCE,
    )
