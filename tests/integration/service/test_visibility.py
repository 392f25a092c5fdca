"""Lists and counts of executions and tasks."""

import pytest

from flowy.clock import ManualClock
from flowy.protocol.executions import (
    CloseStatusFilter,
    ExecutionTimeFilter,
    TagFilter,
    WorkflowExecutionFilter,
    WorkflowTypeFilter,
)
from flowy.protocol.faults import UnknownResourceFault, ValidationException
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.executions import TerminateWorkflowExecution
from flowy.protocol.requests.visibility import (
    CountClosedWorkflowExecutions,
    CountOpenWorkflowExecutions,
    CountPendingActivityTasks,
    CountPendingDecisionTasks,
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)
from tests.integration.service.driving import (
    ACTIVITIES,
    DECISIONS,
    DOMAIN,
    Driver,
    complete,
    schedule,
)

EVER = ExecutionTimeFilter(oldest_date=0.0)


@pytest.fixture
def busy(driver: Driver, clock: ManualClock) -> Driver:
    """Six executions, a second apart: a and c completed in that order, b terminated."""
    for number, name in enumerate("abcdef"):
        tags = ("even", "all") if number % 2 == 0 else ("all",)
        driver.start(name, tag_list=tags)
        clock.advance(1)
    for name in "abc":
        driver.decide(complete()) if name != "b" else driver.client.call(
            TerminateWorkflowExecution(domain=DOMAIN, workflow_id="b")
        )
        clock.advance(1)
    return driver


def open_ids(driver: Driver, **settings: object) -> str:
    settings.setdefault("start_time_filter", EVER)
    found = driver.client.call(ListOpenWorkflowExecutions(domain=DOMAIN, **settings))
    ids = "".join(info.execution.workflow_id for info in found.execution_infos)
    filters = {key: value for key, value in settings.items() if key.endswith("_filter")}
    counted = driver.client.call(CountOpenWorkflowExecutions(domain=DOMAIN, **filters))
    assert counted.count == len(ids)
    return ids


def closed_ids(driver: Driver, **settings: object) -> str:
    if "close_time_filter" not in settings:
        settings.setdefault("start_time_filter", EVER)
    found = driver.client.call(ListClosedWorkflowExecutions(domain=DOMAIN, **settings))
    ids = "".join(info.execution.workflow_id for info in found.execution_infos)
    filters = {key: value for key, value in settings.items() if key.endswith("_filter")}
    counted = driver.client.call(CountClosedWorkflowExecutions(domain=DOMAIN, **filters))
    assert counted.count == len(ids)
    return ids


def test_open_executions_come_newest_first(busy: Driver):
    assert open_ids(busy) == "fed"
    assert open_ids(busy, reverse_order=True) == "def"


def test_closed_executions_come_newest_first_by_the_filtered_time(busy: Driver):
    assert closed_ids(busy) == "cba"
    assert closed_ids(busy, close_time_filter=EVER, reverse_order=True) == "abc"


def test_times_are_inclusive_at_both_ends(busy: Driver):
    info = busy.client.call(
        ListOpenWorkflowExecutions(
            domain=DOMAIN,
            start_time_filter=EVER,
            execution_filter=WorkflowExecutionFilter(workflow_id="e"),
        )
    ).execution_infos[0]
    at = info.start_timestamp
    exactly = ExecutionTimeFilter(oldest_date=at, latest_date=at)
    assert open_ids(busy, start_time_filter=exactly) == "e"
    later = ExecutionTimeFilter(oldest_date=at + 0.001)
    assert open_ids(busy, start_time_filter=later) == "f"


def test_each_filter_selects(busy: Driver):
    assert open_ids(busy, tag_filter=TagFilter(tag="even")) == "e"
    assert open_ids(busy, execution_filter=WorkflowExecutionFilter(workflow_id="d")) == "d"
    assert open_ids(busy, type_filter=WorkflowTypeFilter(name="Cook")) == "fed"
    assert open_ids(busy, type_filter=WorkflowTypeFilter(name="Cook", version="2")) == ""
    assert closed_ids(busy, close_status_filter=CloseStatusFilter(status="TERMINATED")) == "b"


def test_a_closed_execution_says_how_and_when(busy: Driver):
    found = busy.client.call(
        ListClosedWorkflowExecutions(
            domain=DOMAIN,
            start_time_filter=EVER,
            close_status_filter=CloseStatusFilter(status="TERMINATED"),
        )
    ).execution_infos[0]
    history = busy.history(found.execution)
    assert found.start_timestamp == history[0].event_timestamp
    assert found.close_timestamp == history[-1].event_timestamp
    assert found.execution_status == "CLOSED"
    assert found.tag_list == ("all",)
    assert found.cancel_requested is False


def test_pages_are_whole_and_end_without_a_token(busy: Driver):
    found, token = "", None
    for _ in range(3):
        page = busy.client.call(
            ListOpenWorkflowExecutions(
                domain=DOMAIN, start_time_filter=EVER, maximum_page_size=1, next_page_token=token
            )
        )
        found += page.execution_infos[0].execution.workflow_id
        token = page.next_page_token
    assert found == "fed"
    assert token is None


def test_filters_exclude_each_other(busy: Driver):
    with pytest.raises(ValidationException, match="more than one"):
        open_ids(
            busy,
            tag_filter=TagFilter(tag="even"),
            type_filter=WorkflowTypeFilter(name="Cook"),
        )
    with pytest.raises(ValidationException, match="exactly one"):
        closed_ids(busy, start_time_filter=EVER, close_time_filter=EVER)
    with pytest.raises(ValidationException, match="exactly one"):
        busy.client.call(ListClosedWorkflowExecutions(domain=DOMAIN))


def test_pending_tasks_are_counted_by_kind_and_list(driver: Driver):
    driver.start()
    pending = CountPendingDecisionTasks(domain=DOMAIN, task_list=DECISIONS)
    assert driver.client.call(pending).count == 1
    driver.decide(schedule("1"), schedule("2"))
    assert driver.client.call(pending).count == 0
    waiting = CountPendingActivityTasks(domain=DOMAIN, task_list=ACTIVITIES)
    found = driver.client.call(waiting)
    assert (found.count, found.truncated) == (2, False)
    never = CountPendingActivityTasks(domain=DOMAIN, task_list=TaskList(name="never"))
    assert driver.client.call(never).count == 0
    with pytest.raises(UnknownResourceFault, match="Unknown domain: x"):
        driver.client.call(CountPendingActivityTasks(domain="x", task_list=ACTIVITIES))
