"""Find executions through the service's lists."""

from collections.abc import Callable, Iterator
from itertools import islice

import click
from msgspec.structs import replace

from flowy import config
from flowy.protocol.client import SwfClient
from flowy.protocol.executions import (
    ExecutionTimeFilter,
    TagFilter,
    WorkflowExecutionFilter,
    WorkflowExecutionInfo,
    WorkflowTypeFilter,
)
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.requests.visibility import (
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)

ALWAYS = ExecutionTimeFilter(oldest_date=0.0)

ListRequest = ListClosedWorkflowExecutions | ListOpenWorkflowExecutions


def opened(
    client: SwfClient,
    domain: str,
    workflow_id: str | None = None,
    type_name: str | None = None,
    tag: str | None = None,
) -> Iterator[WorkflowExecutionInfo]:
    """Go through the open executions, the newest first.

    Args:
        client: The service.
        domain: The domain.
        workflow_id: Only executions with this id; excludes ``type_name``.
        type_name: Only executions of workflow types with this name.
        tag: Only executions that carry this tag; the service takes one of the three.
    """
    request = ListOpenWorkflowExecutions(
        domain=domain,
        start_time_filter=ALWAYS,
        execution_filter=_by_id(workflow_id),
        type_filter=_by_type(type_name),
        tag_filter=None if tag is None else TagFilter(tag=tag),
    )
    return _pages(client, request)


def closed(
    client: SwfClient,
    domain: str,
    workflow_id: str | None = None,
    type_name: str | None = None,
    tag: str | None = None,
) -> Iterator[WorkflowExecutionInfo]:
    """Go through the closed executions, the one started last first; takes what ``opened`` does."""
    request = ListClosedWorkflowExecutions(
        domain=domain,
        start_time_filter=ALWAYS,
        execution_filter=_by_id(workflow_id),
        type_filter=_by_type(type_name),
        tag_filter=None if tag is None else TagFilter(tag=tag),
    )
    return _pages(client, request)


def newest(
    client: SwfClient, domain: str, workflow_id: str, run_id: str | None = None
) -> WorkflowExecutionInfo | None:
    """Find the open execution of a workflow id, else the one started last, or the one of a run."""
    for find in (opened, closed):
        for found in find(client, domain, workflow_id):
            if run_id in (None, found.execution.run_id):
                return found
    return None


def wanted(
    client: SwfClient, settings: config.Settings, workflow_id: str, run_id: str | None = None
) -> WorkflowExecutionInfo:
    """Find what ``newest`` finds.

    Raises:
        ClickException: There is no such execution.
    """
    found = newest(client, settings.domain, workflow_id, run_id)
    if found is None:
        place = config.without_secret(settings.address)
        raise click.ClickException(
            f"no execution {workflow_id}{f' with run {run_id}' if run_id else ''} in domain "
            f"{settings.domain} of {place}; `flowy list` shows what there is"
        )
    return found


def listed(
    find: Callable[[], Iterator[WorkflowExecutionInfo]], limit: int
) -> list[WorkflowExecutionInfo]:
    """Return at most that many of the executions found."""
    return list(islice(find(), limit))


def history(client: SwfClient, domain: str, execution: ExecutionId) -> Iterator[HistoryEvent]:
    """Go through all events of an execution."""
    request = GetWorkflowExecutionHistory(domain=domain, execution=execution)
    while True:
        page = client.call(request)
        yield from page.events
        if not page.next_page_token:
            return
        request = replace(request, next_page_token=page.next_page_token)


def newer(client: SwfClient, domain: str, execution: ExecutionId, after: int) -> list[HistoryEvent]:
    """Return the events of an execution that follow the one with the id ``after``, in order."""
    request = GetWorkflowExecutionHistory(domain=domain, execution=execution, reverse_order=True)
    found: list[HistoryEvent] = []
    while True:
        page = client.call(request)
        found += (event for event in page.events if event.event_id > after)
        is_known = bool(page.events) and page.events[-1].event_id <= after + 1
        if is_known or not page.next_page_token:
            return found[::-1]
        request = replace(request, next_page_token=page.next_page_token)


def _pages(client: SwfClient, request: ListRequest) -> Iterator[WorkflowExecutionInfo]:
    while True:
        page = client.call(request)
        yield from page.execution_infos
        if not page.next_page_token:
            return
        request = replace(request, next_page_token=page.next_page_token)


def _by_id(workflow_id: str | None) -> WorkflowExecutionFilter | None:
    return None if workflow_id is None else WorkflowExecutionFilter(workflow_id=workflow_id)


def _by_type(name: str | None) -> WorkflowTypeFilter | None:
    return None if name is None else WorkflowTypeFilter(name=name)
