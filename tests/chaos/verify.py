"""What must hold of a database after the chaos."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from flowy.protocol.executions import ExecutionTimeFilter, WorkflowExecutionInfo
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.requests.visibility import (
    CountOpenWorkflowExecutions,
    ListClosedWorkflowExecutions,
)
from flowy.service.server import Service
from tests.chaos.load import STEPS, Acknowledged, Notes
from tests.integration.service.driving import DOMAIN

EVER = ExecutionTimeFilter(oldest_date=0.0)


def verify(url: str, notes: Notes) -> dict[str, int]:
    """Check every history against what was acknowledged and return what was seen.

    Raises:
        AssertionError: Something was lost, or is wrong.
    """
    with closing(Service(url)) as service:
        count = service.call(CountOpenWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER))
        assert count.count == 0, f"{count.count} executions are open"
        waiting = service.figures().tasks_waiting
        assert not any(waiting.values()), f"tasks of closed executions are on lists: {waiting}"
        infos = closed(service)
        assert {info.execution.workflow_id for info in infos} == set(notes.started)
        assert len(infos) == len(notes.started), "a workflow ran twice"
        expected = by_run(notes.acknowledged)
        events = 0
        for info in infos:
            run = info.execution
            history = read(service, run)
            check_history(info, history, notes.started[run.workflow_id] + STEPS)
            check_acknowledged(run, history, expected.pop((run.workflow_id, run.run_id), []))
            events += len(history)
        assert not expected, f"runs that were acknowledged are gone: {list(expected)[:5]}"
    return {
        "executions": len(infos),
        "events": events,
        "acknowledged calls": len(notes.acknowledged),
        "attempts without an answer": sum(notes.unanswered.values()),
    }


def closed(service: Service) -> list[WorkflowExecutionInfo]:
    request = ListClosedWorkflowExecutions(domain=DOMAIN, start_time_filter=EVER)
    found: list[WorkflowExecutionInfo] = []
    while True:
        page = service.call(request)
        found += page.execution_infos
        if page.next_page_token is None:
            return found
        request = ListClosedWorkflowExecutions(
            domain=DOMAIN, start_time_filter=EVER, next_page_token=page.next_page_token
        )


def by_run(acknowledged: list[Acknowledged]) -> dict[tuple[str, str], list[Acknowledged]]:
    found: dict[tuple[str, str], list[Acknowledged]] = defaultdict(list)
    for item in acknowledged:
        found[item.workflow_id, item.run_id].append(item)
    return dict(found)


def read(service: Service, run: ExecutionId) -> tuple[HistoryEvent, ...]:
    request = GetWorkflowExecutionHistory(domain=DOMAIN, execution=run)
    return service.call(request).events


def check_history(
    info: WorkflowExecutionInfo, history: tuple[HistoryEvent, ...], result: int
) -> None:
    """Check that a history is in one piece and ends with the right result."""
    run = info.execution
    assert [event.event_id for event in history] == list(range(1, len(history) + 1)), run
    last = history[-1]
    assert type(last).__name__ == "WorkflowExecutionCompleted", (run, last)
    assert last.attributes.result == str(result), (run, last)
    for kind in ("ActivityTask", "DecisionTask"):
        closing = [
            event.attributes.scheduled_event_id
            for event in history
            if type(event).__name__ in (f"{kind}Completed", f"{kind}TimedOut")
        ]
        assert len(closing) == len(set(closing)), f"{run}: a task was closed twice"


def check_acknowledged(
    run: ExecutionId, history: tuple[HistoryEvent, ...], expected: list[Acknowledged]
) -> None:
    """Check that each acknowledged call has left its event."""
    found = set()
    for event in history:
        name = type(event).__name__
        found.add((name, "event_id", event.event_id))
        for member in ("input", "started_event_id"):
            value = getattr(event.attributes, member, None)
            if value is not None:
                found.add((name, member, value))
    lost = [item for item in expected if (item.event, item.member, item.value) not in found]
    assert not lost, f"{run}: acknowledged, but not in its history: {lost}"


def check_sqlite(path: Path) -> None:
    """Check the file itself."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
