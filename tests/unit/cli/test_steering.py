"""What `flowy signal`, `cancel` and `terminate` ask the service, and what they say."""

import pytest
from click.testing import CliRunner

from flowy.cli import connection
from flowy.cli.main import main
from flowy.protocol.executions import WorkflowExecutionInfo, WorkflowExecutionInfos
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.domains import RegisterDomain
from flowy.protocol.requests.executions import (
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    TerminateWorkflowExecution,
)
from flowy.protocol.requests.visibility import (
    ListClosedWorkflowExecutions,
    ListOpenWorkflowExecutions,
)
from flowy.swf.connect import connect
from tests.unit.worker.fakes import TYPE, FakeClient

GONE = UnknownResourceFault("Unknown execution, workflowId = order-7")
COMMANDS = {
    RequestCancelWorkflowExecution: ["cancel", "order-7"],
    SignalWorkflowExecution: ["signal", "order-7", "add"],
    TerminateWorkflowExecution: ["terminate", "order-7"],
}


@pytest.fixture
def client(monkeypatch):
    client = FakeClient()
    client.always(ListOpenWorkflowExecutions, page())
    client.always(ListClosedWorkflowExecutions, page())
    monkeypatch.setattr(connection, "connect", lambda address: client)
    monkeypatch.setenv("FLOWY_ENDPOINT", "http://service")
    monkeypatch.setenv("FLOWY_DOMAIN", "photos")
    monkeypatch.delenv("FLOWY_PAYLOADS", raising=False)
    return client


@pytest.fixture
def flowy(client):
    return lambda *arguments: CliRunner().invoke(main, arguments)


def page(*infos):
    return WorkflowExecutionInfos(execution_infos=infos)


def info(run_id, status=None):
    return WorkflowExecutionInfo(
        execution=ExecutionId(workflow_id="order-7", run_id=run_id),
        workflow_type=TYPE,
        start_timestamp=1_700_000_000.0,
        execution_status="CLOSED" if status else "OPEN",
        close_status=status,
        close_timestamp=1_700_000_060.0 if status else None,
    )


def one(client, request_class):
    (request,) = client.of(request_class)
    return request


@pytest.mark.parametrize(
    ("given", "travels"),
    [
        ((), None),
        (("yes",), '"yes"'),
        (("7",), "7"),
        (('"7"',), '"7"'),
        (('["a", {"b": null}]',), '["a",{"b":null}]'),
        (("--", "-1"), "-1"),
        (("",), '""'),
    ],
)
def test_a_signals_value_is_json_or_a_text_and_travels_as_json(flowy, client, given, travels):
    answer = flowy("signal", "order-7", "add", *given)
    assert (answer.exit_code, answer.output) == (0, "sent signal add to order-7\n")
    request = one(client, SignalWorkflowExecution)
    assert (request.domain, request.workflow_id, request.signal_name, request.run_id) == (
        "photos",
        "order-7",
        "add",
        None,
    )
    assert request.input == travels


@pytest.mark.parametrize("option", ["--run", "--run-id"])
@pytest.mark.parametrize("cls", COMMANDS)
def test_a_run_that_is_named_is_the_one_that_is_meant(flowy, client, cls, option):
    answer = flowy(*COMMANDS[cls], option, "run-9", "--domain", "letters")
    assert answer.exit_code == 0
    assert "order-7 (run run-9)" in answer.output
    assert (one(client, cls).run_id, one(client, cls).domain) == ("run-9", "letters")


def test_cancel_says_that_it_only_asked(flowy, client):
    answer = flowy("cancel", "order-7")
    assert (answer.exit_code, answer.output) == (0, "asked order-7 to cancel itself\n")


def test_terminate_says_what_it_ended_and_ends_nothing_else(flowy, client):
    client.always(ListOpenWorkflowExecutions, page(info("run-2")))
    given = ("--reason", "stuck", "--details", "see 7", "--child-policy", "request_cancel")
    answer = flowy("terminate", "order-7", *given)
    assert (answer.exit_code, answer.output) == (0, "terminated order-7 (run run-2), resize 1\n")
    request = one(client, TerminateWorkflowExecution)
    assert (request.run_id, request.reason, request.details, request.child_policy) == (
        "run-2",
        "stuck",
        "see 7",
        "REQUEST_CANCEL",
    )


def test_terminate_ends_what_the_list_does_not_have_yet(flowy, client):
    assert flowy("terminate", "order-7").output == "terminated order-7\n"
    assert one(client, TerminateWorkflowExecution).run_id is None


def test_terminate_ends_the_run_that_took_over_meanwhile(flowy, client):
    client.always(ListOpenWorkflowExecutions, page(info("run-2")))
    client.answer(TerminateWorkflowExecution, GONE, None)
    assert flowy("terminate", "order-7").output == "terminated order-7\n"
    assert [each.run_id for each in client.of(TerminateWorkflowExecution)] == ["run-2", None]


def test_terminate_ends_no_other_run_than_the_one_that_is_named(flowy, client):
    client.always(ListOpenWorkflowExecutions, page(info("run-2")))
    client.always(ListClosedWorkflowExecutions, page(info("run-1", "COMPLETED")))
    client.always(TerminateWorkflowExecution, GONE)
    answer = flowy("terminate", "order-7", "--run", "run-1")
    assert answer.exit_code == 1
    assert {each.run_id for each in client.of(TerminateWorkflowExecution)} == {"run-1"}
    assert "order-7 (run run-1) was closed at 2023-11-14 22:14:20 UTC: COMPLETED" in answer.output


@pytest.mark.parametrize("cls", COMMANDS)
def test_what_is_closed_is_not_told_anything_and_the_error_says_so(flowy, client, cls):
    client.always(cls, GONE)
    client.always(ListClosedWorkflowExecutions, page(info("run-2", "FAILED")))
    answer = flowy(*COMMANDS[cls])
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == (
        "Error: order-7 is not open; its newest run run-2 was closed at 2023-11-14 22:14:20 UTC: "
        "FAILED\n"
    )


@pytest.mark.parametrize("cls", COMMANDS)
def test_what_is_not_there_is_named_with_the_place(flowy, client, cls):
    client.always(cls, GONE)
    answer = flowy(*COMMANDS[cls], "--run", "run-9")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.startswith(
        "Error: no execution order-7 with run run-9 in domain photos of http://service;"
    )


@pytest.mark.parametrize("cls", COMMANDS)
def test_an_unknown_domain_is_said_to_be_one(flowy, client, cls):
    unknown = UnknownResourceFault("Unknown domain: photos")
    for request in (cls, ListOpenWorkflowExecutions, ListClosedWorkflowExecutions):
        client.always(request, unknown)
    answer = flowy(*COMMANDS[cls])
    assert answer.exit_code == 1
    assert "Unknown domain: photos; check --domain" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["signal", "order-7", "n" * 257], "signal's name has 1 to 256 characters, not 257"),
        (["signal", "order-7", ""], "signal's name has 1 to 256 characters, not 0"),
        (["signal", "order-7", "add", "1", "2"], "a signal has one value, not 2"),
        (["signal", "w" * 257, "add"], "workflow id has 1 to 256 characters, not 257"),
        (["signal", "a:b", "add"], "SWF does not take ':' in a workflow id"),
        (["cancel", ""], "workflow id has 1 to 256 characters, not 0"),
        (["cancel", "order-7", "--run", "r" * 65], "1 to 64 characters, not 65"),
        (["terminate", "order-7", "--domain", "d" * 257], "domain has 1 to 256 characters"),
        (["terminate", "order-7", "--reason", "r" * 257], "it has 257 characters, SWF takes 256"),
        (["terminate", "order-7", "--details", "d" * 32_769], "has 32,769 characters"),
        (["terminate", "order-7", "--child-policy", "KEEP"], "'KEEP' is not one of"),
    ],
)
def test_what_the_service_would_refuse_is_not_sent(flowy, client, arguments, says):
    answer = flowy(*arguments)
    assert answer.exit_code in (1, 2)
    assert says in answer.stderr.replace("\n", " ")
    assert client.sent == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["start", "resize", "1", "--id", "\udcff"],
        ["signal", "order-7", "\udcff"],
        ["signal", "order-7", "add", "\udcff"],
        ["cancel", "\udcff"],
        ["terminate", "order-7", "--reason", "\udcff"],
    ],
)
def test_bytes_that_are_no_text_are_refused_in_one_line(tmp_path, arguments):
    address = f"sqlite:///{tmp_path / 'flowy.db'}"
    client = connect(address)
    client.call(RegisterDomain(name="default", workflow_execution_retention_period_in_days="1"))
    client.close()
    answer = CliRunner().invoke(main, [*arguments, "--address", address])
    assert (answer.exit_code, answer.stderr.count("\n")) == (1, 1)
    assert "\\udcff" in answer.stderr


@pytest.mark.parametrize("command", COMMANDS.values())
def test_no_database_is_made(monkeypatch, tmp_path, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FLOWY_ENDPOINT", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL_SWF", raising=False)
    answer = CliRunner().invoke(main, command)
    assert answer.exit_code == 1
    assert "there is no database flowy.db" in answer.output
    assert list(tmp_path.iterdir()) == []
