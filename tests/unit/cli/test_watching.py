"""`--watch` draws anew until it is over, on screens of any size, and asks only for what is new."""

import io

import pytest
from click.testing import CliRunner
from rich.console import Console

from flowy.cli import connection, executions
from flowy.cli.main import main
from flowy.cli.tables import Cells
from flowy.cli.visibility import newer
from flowy.cli.watching import SECONDS, View, watch
from flowy.errors import ServiceUnavailable
from flowy.protocol.executions import (
    WorkflowExecutionConfiguration,
    WorkflowExecutionDetail,
    WorkflowExecutionInfo,
    WorkflowExecutionInfos,
    WorkflowExecutionOpenCounts,
)
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.executions import (
    DescribeWorkflowExecution,
    GetWorkflowExecutionHistory,
)
from flowy.protocol.requests.extensions import DescribeOpenActivityTasks, OpenActivityTasks
from flowy.protocol.requests.visibility import ListOpenWorkflowExecutions
from flowy.protocol.tasks import History
from flowy.task import Workflow
from tests.unit.decider.simulator import Simulator
from tests.unit.worker.fakes import EXECUTION, TYPE, FakeClient, JumpingClock


def terminal(height=24):
    return Console(file=io.StringIO(), force_terminal=True, width=60, height=height)


def views(*views):
    found = iter(views)
    return lambda: next(found)


def test_each_view_is_drawn_until_it_is_over_and_the_last_one_is_left_to_the_caller():
    clock, console = JumpingClock(), terminal()
    last = View(parts=("all done",), is_over=True)
    look = views(View(parts=("one",)), View(parts=("two",)), last)
    assert watch(look, clock, console) is last
    drawn = console.file.getvalue()
    assert drawn.index("one") < drawn.index("two")
    assert "all done" not in drawn
    assert clock.pauses == [SECONDS, SECONDS]


def test_ctrl_c_leaves_what_was_seen_last():
    seen = [View(parts=("one",)), View(parts=("two",))]

    def look():
        if not seen:
            raise KeyboardInterrupt
        return seen.pop(0)

    assert watch(look, JumpingClock(), terminal()).parts == ("two",)


def test_a_service_that_is_away_is_asked_again_and_the_last_view_stays():
    said = [
        View(parts=("one",)),
        ServiceUnavailable("no answer"),
        View(parts=("two",), is_over=True),
    ]

    def look():
        found = said.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    console = terminal()
    assert watch(look, JumpingClock(), console).parts == ("two",)
    drawn = console.file.getvalue()
    assert "one\nasking again: no answer" in drawn


def test_a_service_that_is_away_from_the_first_is_an_error():
    def look():
        raise ServiceUnavailable("no answer")

    with pytest.raises(ServiceUnavailable):
        watch(look, JumpingClock(), terminal())


@pytest.mark.parametrize(("newest_first", "shown", "hidden"), [(False, 49, 0), (True, 0, 49)])
def test_a_low_screen_has_the_first_line_and_the_newest_rows(newest_first, shown, hidden):
    console = terminal(height=10)
    rows = [(f"row {number}.",) for number in range(50)]
    parts = ("status: OPEN", Cells(headings=("event",), rows=rows))
    view = View(parts=parts, is_newest_first=newest_first)
    watch(views(view, View(parts=(), is_over=True)), JumpingClock(), console)
    drawn = console.file.getvalue()
    assert "status: OPEN" in drawn
    assert f"row {shown}." in drawn
    assert f"row {hidden}." not in drawn


def info(status=None):
    return WorkflowExecutionInfo(
        execution=EXECUTION,
        workflow_type=TYPE,
        start_timestamp=1_700_000_000.0,
        execution_status="CLOSED" if status else "OPEN",
        close_status=status,
    )


@pytest.fixture
def client(monkeypatch):
    client = FakeClient()
    client.always(ListOpenWorkflowExecutions, WorkflowExecutionInfos(execution_infos=(info(),)))
    client.always(DescribeOpenActivityTasks, OpenActivityTasks(activity_tasks=()))
    monkeypatch.setattr(connection, "connect", lambda address: client)
    monkeypatch.setattr(executions, "SystemClock", JumpingClock)
    monkeypatch.setenv("FLOWY_ENDPOINT", "http://service")
    return client


def flowy(*arguments):
    return CliRunner().invoke(main, arguments)


def detail(status=None):
    return WorkflowExecutionDetail(
        execution_info=info(status),
        execution_configuration=WorkflowExecutionConfiguration(
            task_start_to_close_timeout="60",
            execution_start_to_close_timeout="60",
            task_list=TaskList(name="images"),
            child_policy="TERMINATE",
        ),
        open_counts=WorkflowExecutionOpenCounts(
            open_activity_tasks=0,
            open_decision_tasks=0,
            open_timers=0,
            open_child_workflow_executions=0,
        ),
    )


def test_show_goes_on_until_the_execution_is_closed_and_asks_only_for_new_events(client):
    simulator = Simulator(Workflow)
    first = tuple(simulator.events)
    simulator.signal("answer", "yes")
    simulator.signal("answer", "no")
    second = tuple(reversed(simulator.events))
    client.answer(DescribeWorkflowExecution, detail(), detail("COMPLETED"))
    client.answer(
        GetWorkflowExecutionHistory,
        History(events=first),
        History(events=second, next_page_token="older"),
        History(events=second, next_page_token="older"),
    )
    answer = flowy("show", "order-7", "--watch")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("order-7 (run run-1), resize 1: COMPLETED")
    assert answer.stdout.count("Workflow execution signaled") == 2
    asked = [request.reverse_order for request in client.of(GetWorkflowExecutionHistory)]
    assert asked == [None, True, True]


def test_newer_events_are_read_over_as_many_pages_as_they_have(client):
    simulator = Simulator(Workflow)
    for number in range(5):
        simulator.signal("answer", number)
    *_, a, b, c, d = simulator.events
    client.answer(
        GetWorkflowExecutionHistory,
        History(events=(d, c), next_page_token="2"),
        History(events=(b, a), next_page_token="3"),
    )
    assert newer(client, "photos", EXECUTION, a.event_id) == [b, c, d]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["list", "--watch"], "--watch needs a terminal"),
        (["list", "--watch", "--json"], "leave out --json"),
        (["show", "order-7", "--watch", "--json"], "leave out --json"),
    ],
)
def test_what_cannot_be_watched_is_refused_before_anything_is_asked(client, arguments, says):
    answer = flowy(*arguments)
    assert answer.exit_code == 2
    assert says in answer.stderr
    assert client.sent == []
