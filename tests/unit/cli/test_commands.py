"""What the commands ask the service, print, and return as their status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowy.cli import connection
from flowy.cli.main import COMMANDS, main
from flowy.errors import ServiceUnavailable
from flowy.protocol.executions import WorkflowExecutionInfo, WorkflowExecutionInfos
from flowy.protocol.faults import UnknownResourceFault, WorkflowExecutionAlreadyStartedFault
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory, StartWorkflowExecution
from flowy.protocol.requests.visibility import (
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)
from flowy.protocol.tasks import History
from flowy.task import Workflow
from tests.unit.decider.simulator import Simulator
from tests.unit.worker.fakes import EXECUTION, TYPE, FakeClient

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def client(monkeypatch):
    client = FakeClient()
    client.always(ListOpenWorkflowExecutions, WorkflowExecutionInfos(execution_infos=()))
    client.always(ListClosedWorkflowExecutions, WorkflowExecutionInfos(execution_infos=()))
    monkeypatch.setattr(connection, "connect", lambda address: client)
    monkeypatch.setenv("FLOWY_ENDPOINT", "http://service")
    monkeypatch.setenv("FLOWY_DOMAIN", "photos")
    return client


@pytest.fixture
def flowy(client):
    runner = CliRunner()
    return lambda *arguments: runner.invoke(main, arguments)


def info(status="COMPLETED", **changes):
    return WorkflowExecutionInfo(
        execution=EXECUTION,
        workflow_type=TYPE,
        start_timestamp=1_700_000_000.0,
        execution_status="CLOSED" if status else "OPEN",
        close_status=status,
        close_timestamp=1_700_000_060.0 if status else None,
        **changes,
    )


def page(*infos, token=None):
    return WorkflowExecutionInfos(execution_infos=infos, next_page_token=token)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_each_command_is_there_and_has_help(flowy, name):
    answer = flowy(name, "--help")
    assert answer.exit_code == 0
    assert answer.output.startswith(f"Usage: main {name}")


def test_an_unknown_command_is_refused(flowy):
    assert flowy("fly").exit_code == 2


def test_help_imports_no_command():
    program = (
        "import sys; from click.testing import CliRunner; from flowy.cli.main import main; "
        "answer = CliRunner().invoke(main, ['--help']); assert answer.exit_code == 0; "
        "print(sorted(sys.modules.keys() & {'rich', 'sqlalchemy', 'boto3', 'uvicorn', 'msgspec'}))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"


def test_start_prints_the_ids(flowy, client):
    answer = flowy(
        "start", "categorize", "1", "cat.jpg", "7", "--id", "cat", "--tag", "b", "--tag", "a"
    )
    assert (answer.exit_code, answer.output) == (0, "cat run-1\n")
    (request,) = client.sent
    assert (request.domain, request.workflow_id, str(request.workflow_type)) == (
        "photos",
        "cat",
        "categorize 1",
    )
    assert request.input == '[["cat.jpg",7],{}]'
    assert request.tag_list == ("a", "b")


def test_start_prints_json_for_machines(flowy, client):
    answer = flowy("start", "categorize", "1", "--json", "--input", '[[1], {"a": 2}]')
    assert json.loads(answer.output) == {
        "workflowId": client.sent[0].workflow_id,
        "runId": "run-1",
    }
    assert client.sent[0].input == '[[1],{"a":2}]'


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (UnknownResourceFault("Unknown domain: photos"), "check --domain"),
        (WorkflowExecutionAlreadyStartedFault("open"), "another --id"),
        (ServiceUnavailable("refused"), "flowy server"),
    ],
)
def test_a_refusal_is_one_line_that_says_what_which_and_what_to_do(flowy, client, error, hint):
    client.answer(StartWorkflowExecution, error)
    answer = flowy("start", "categorize", "1")
    assert answer.exit_code == 1
    assert answer.output.count("\n") == 1
    assert answer.output.startswith(f"Error: http://service, domain photos: {type(error).__name__}")
    assert hint in answer.output


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["cat:egorize", "1"], 1),
        (["c", "1", "--input", "{"], 1),
        (["c", "1", "x", "--input", "[[], {}]"], 1),
        (["c", "1", *(f"--tag={number}" for number in range(6))], 2),
    ],
)
def test_what_cannot_be_started_is_not_sent(flowy, client, arguments, status):
    assert flowy("start", *arguments).exit_code == status
    assert client.sent == []


def test_list_reads_all_pages_up_to_the_limit(flowy, client):
    client.answer(ListOpenWorkflowExecutions, page(info(None), token="2"), page(info(None)))
    client.always(ListClosedWorkflowExecutions, page(info(), info(), token="more"))
    answer = flowy("list", "--json", "--limit", "5")
    assert answer.exit_code == 0
    assert [found.get("closeStatus") for found in json.loads(answer.output)] == [None] * 2 + [
        "COMPLETED"
    ] * 5


def test_list_shows_a_table(flowy, client):
    client.answer(ListClosedWorkflowExecutions, page(info("FAILED", tag_list=("a", "b"))))
    output = flowy("list").output
    for part in ("order-7", "resize 1", "FAILED", "2023-11-14 22:13:20", "a b", "run-1"):
        assert part in output


@pytest.mark.parametrize(
    ("option", "asked"),
    [("--open", ListOpenWorkflowExecutions), ("--closed", ListClosedWorkflowExecutions)],
)
def test_list_asks_only_for_what_is_wanted(flowy, client, option, asked):
    answer = flowy("list", option, "--id", "cat")
    assert "no executions in domain photos of http://service" in answer.output
    (request,) = client.sent
    assert type(request) is asked
    assert request.execution_filter.workflow_id == "cat"


def test_list_takes_one_filter(flowy, client):
    assert flowy("list", "--id", "cat", "--type", "resize").exit_code == 2


def show(client):
    simulator = Simulator(Workflow)
    client.answer(ListClosedWorkflowExecutions, page(info()))
    client.answer(GetWorkflowExecutionHistory, History(events=tuple(simulator.events)))


def test_show_prints_a_timeline(flowy, client):
    show(client)
    answer = flowy("show", "order-7")
    assert answer.exit_code == 0
    assert answer.output.startswith("order-7 (run run-1), resize 1: COMPLETED")
    assert "Workflow execution started" in answer.output


def test_show_prints_json_for_machines(flowy, client):
    show(client)
    found = json.loads(flowy("show", "order-7", "--json").output)
    assert found["execution"]["closeStatus"] == "COMPLETED"
    assert found["events"][0]["eventType"] == "WorkflowExecutionStarted"


def test_show_of_nothing_says_where_it_looked(flowy, client):
    client.answer(ListClosedWorkflowExecutions, page(info()))
    answer = flowy("show", "order-7", "--run-id", "other")
    assert answer.exit_code == 1
    assert "order-7 with run other in domain photos of http://service" in answer.output


@pytest.mark.parametrize("command", [["list"], ["show", "x"], ["start", "c", "1"]])
def test_commands_that_look_do_not_make_a_database(monkeypatch, tmp_path, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FLOWY_ENDPOINT", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL_SWF", raising=False)
    answer = CliRunner().invoke(main, command)
    assert answer.exit_code == 1
    assert "there is no database flowy.db" in answer.output
    assert list(tmp_path.iterdir()) == []


def test_worker_says_which_module_it_cannot_find(flowy):
    answer = flowy("worker", "no_such_module.part")
    assert answer.exit_code == 1
    assert "no module no_such_module" in answer.output


def test_worker_says_that_a_module_holds_nothing_to_serve(flowy, client):
    answer = flowy("worker", "flowy.errors")
    assert answer.exit_code == 1
    assert "nothing to serve in flowy.errors" in answer.output
    assert client.sent == []


def test_demo_outside_of_a_checkout_says_what_to_do(flowy, monkeypatch, tmp_path):
    from flowy.cli import demo

    monkeypatch.setattr(demo, "CHECKOUT", tmp_path)
    answer = flowy("demo")
    assert answer.exit_code == 1
    assert "make demo" in answer.output


@pytest.mark.parametrize(
    "option",
    [
        *(f"--grace={seconds}" for seconds in ("-1", "1e300", "inf", "nan", "soon")),
        *(f"--sticky-timeout={seconds}" for seconds in ("0", "100000000", "inf")),
    ],
)
def test_worker_refuses_seconds_that_cannot_be_counted(flowy, option):
    answer = flowy("worker", "json", option)
    assert answer.exit_code == 2
    assert option.partition("=")[0] in answer.output
