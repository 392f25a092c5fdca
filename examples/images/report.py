"""What became of the photographs: read from the service, shown as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from rich.table import Table

from examples.images.settings import DOMAIN
from flowy.protocol.client import SwfClient
from flowy.protocol.events.activity import ActivityTaskCompleted
from flowy.protocol.events.workflow import (
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
)
from flowy.protocol.executions import (
    ExecutionTimeFilter,
    WorkflowExecutionInfo,
)
from flowy.protocol.history import HistoryEvent
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.requests.visibility import (
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)

EVER = ExecutionTimeFilter(oldest_date=0)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One execution, as the table shows it.

    Args:
        photo: The photograph, which is also the workflow id.
        status: OPEN, or how it closed.
        activities: How many activities completed.
        seconds: From the start to the close; None while it is open.
        color: The photograph's colour, once it is known.
        folder: Where the photograph went, or why it did not.
    """

    photo: str
    status: str
    activities: int
    seconds: float | None
    color: str = ""
    folder: str = ""


def executions(client: SwfClient) -> list[WorkflowExecutionInfo]:
    """List all executions of the example, open and closed."""
    # The open ones first: one that closes in between is then seen twice, and not missed.
    found = [*_open(client), *_closed(client)]
    return list({info.execution.workflow_id: info for info in found}.values())


def lines(client: SwfClient) -> list[Line]:
    """Tell about each execution, in the order of the photographs' names."""
    found = executions(client)
    found.sort(key=lambda info: info.execution.workflow_id)
    return [_line(info, list(_history(client, info))) for info in found]


def table(rows: list[Line]) -> Table:
    """Lay out the lines."""
    closed = sum(row.status != "OPEN" for row in rows)
    drawn = Table(title="Photographs by colour", caption=f"{closed} of {len(rows)} done")
    for heading in ("photograph", "colour", "folder"):
        drawn.add_column(heading)
    for heading in ("activities run", "time"):
        drawn.add_column(heading, justify="right")
    for row in rows:
        time = "…" if row.seconds is None else f"{row.seconds:.1f} s"
        drawn.add_row(row.photo, row.color, row.folder, str(row.activities), time)
    return drawn


def _line(info: WorkflowExecutionInfo, events: list[HistoryEvent]) -> Line:
    color, folder = _outcome(info, events[-1])
    closed = info.close_timestamp
    return Line(
        photo=info.execution.workflow_id,
        status=info.close_status or "OPEN",
        activities=sum(isinstance(event, ActivityTaskCompleted) for event in events),
        seconds=None if closed is None else closed - info.start_timestamp,
        color=color,
        folder=folder,
    )


def _outcome(info: WorkflowExecutionInfo, last: HistoryEvent) -> tuple[str, str]:
    if isinstance(last, WorkflowExecutionCompleted):
        result = msgspec.json.decode(last.attributes.result or "{}", type=dict[str, str])
        return result["color"], result["folder"]
    if isinstance(last, WorkflowExecutionFailed):
        return "", f"failed: {last.attributes.reason}"
    return "", "" if info.close_status is None else info.close_status.lower()


def _open(client: SwfClient) -> Iterator[WorkflowExecutionInfo]:
    listing = ListOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER)
    for page in _pages(client, listing):
        yield from page.execution_infos


def _closed(client: SwfClient) -> Iterator[WorkflowExecutionInfo]:
    listing = ListClosedWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER)
    for page in _pages(client, listing):
        yield from page.execution_infos


def _history(client: SwfClient, info: WorkflowExecutionInfo) -> Iterator[HistoryEvent]:
    reading = GetWorkflowExecutionHistory(domain=DOMAIN, execution=info.execution)
    for page in _pages(client, reading):
        yield from page.events


def _pages(client: SwfClient, request: Any) -> Iterator[Any]:
    page = client.call(request)
    yield page
    while page.next_page_token:
        request = msgspec.structs.replace(request, next_page_token=page.next_page_token)
        page = client.call(request)
        yield page
