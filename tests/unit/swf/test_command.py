"""`python -m flowy.swf`: arguments in, ids out, and a status that tells."""

import pytest

from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.requests.executions import StartWorkflowExecution
from flowy.swf.__main__ import main
from tests.unit.worker.fakes import FakeClient


@pytest.fixture
def client():
    return FakeClient()


def test_the_ids_are_printed_and_the_status_is_0(client, capsys):
    assert main(["photos", "categorize", "1", "cat.jpg"], client) == 0
    (request,) = client.sent
    assert capsys.readouterr().out == f"{request.workflow_id} run-1\n"
    assert (request.domain, str(request.workflow_type)) == ("photos", "categorize 1")


@pytest.mark.parametrize(
    ("texts", "input"),
    [
        ([], "[[],{}]"),
        (["cat.jpg", "7", "-7", '{"a": [1]}', '"7"'], '[["cat.jpg",7,-7,{"a":[1]},"7"],{}]'),
        (["--input", '[[1], {"size": 2}]'], '[[1],{"size":2}]'),
    ],
)
def test_arguments_are_json_or_stand_for_themselves(client, texts, input):
    assert main(["photos", "categorize", "1", *texts], client) == 0
    assert client.sent[0].input == input


@pytest.mark.parametrize("dash", ["-", "_"])
def test_options_stand_anywhere_with_dashes_or_underscores(client, dash):
    argv = ["--task_list", "fast", "photos", "--decision_duration", "5", "categorize", "1", "a"]
    argv += ["--workflow_duration", "50", "b"]
    argv = [a.replace("_", dash) if a.startswith("--") else a for a in argv]
    assert main(argv, client) == 0
    (request,) = client.sent
    assert request.task_list.name == "fast"
    assert request.task_start_to_close_timeout == "5"
    assert request.execution_start_to_close_timeout == "50"
    assert request.input == '[["a","b"],{}]'


@pytest.mark.parametrize(
    "argv",
    [
        ["photos", "cat:egorize", "1"],
        ["p", "c", "1", "--input", "{"],
        ["p", "c", "1", "x", "--input", "[[], {}]"],
    ],
)
def test_what_cannot_be_started_is_told_in_one_line_with_status_1(client, argv, capsys):
    assert main(argv, client) == 1
    assert client.sent == []
    assert capsys.readouterr().err.count("\n") == 1


def test_a_refusal_is_told_with_status_1(client, capsys):
    client.answer(StartWorkflowExecution, UnknownResourceFault("Unknown type"))
    assert main(["photos", "categorize", "1"], client) == 1
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "categorize 1 was not started in domain photos" in streams.err
    assert "Unknown type" in streams.err
