"""Keep the histories of what tests run, so that later code can be held against them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from flowy.protocol.client import SwfClient
from flowy.protocol.executions import ExecutionTimeFilter, WorkflowExecutionInfo
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.requests.visibility import (
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)
from flowy.replay.files import History, saved

FOLDER_VARIABLE = "FLOWY_SAVE_HISTORIES"
"""Environment variable with the folder that histories go to; the pytest option sets it."""

_ALWAYS = ExecutionTimeFilter(oldest_date=0.0)


def save(client: SwfClient, domain: str) -> None:
    """Write the history of each execution in a domain to a file, if that is wished for.

    Args:
        client: The service.
        domain: The domain.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    taken: dict[str, int] = {}
    for info in _executions(client, domain):
        history = History(
            source=domain,
            execution=info.execution,
            type=info.workflow_type,
            events=tuple(_events(client, domain, info.execution)),
        )
        name = f"{info.workflow_type.name}-{info.workflow_type.version}-{_test()}"
        taken[name] = taken.get(name, 0) + 1
        (Path(folder) / f"{name}-{taken[name]}.json").write_bytes(saved(history))


def _test() -> str:
    """Return the name of the test that runs, as part of a file's name."""
    name = os.environ.get("PYTEST_CURRENT_TEST", "run").rpartition("::")[2]
    return re.sub(r"[^\w.-]+", "_", name.partition(" (")[0]).strip("_")


def _executions(client: SwfClient, domain: str) -> Iterator[WorkflowExecutionInfo]:
    found: list[WorkflowExecutionInfo] = []
    for ask in (ListOpenWorkflowExecutions, ListClosedWorkflowExecutions):
        request = ask(domain=domain, start_time_filter=_ALWAYS)
        while True:
            page = client.call(request)
            found += page.execution_infos
            if not page.next_page_token:
                break
            request = replace(request, next_page_token=page.next_page_token)
    return iter(sorted(found, key=lambda info: info.start_timestamp))


def _events(client: SwfClient, domain: str, execution: ExecutionId) -> Iterator[HistoryEvent]:
    request = GetWorkflowExecutionHistory(domain=domain, execution=execution)
    while True:
        page = client.call(request)
        yield from page.events
        if not page.next_page_token:
            return
        request = replace(request, next_page_token=page.next_page_token)
