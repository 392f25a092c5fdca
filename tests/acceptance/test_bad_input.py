"""Whatever users hand in or write, an execution ends with a reason, and the workers go on."""

import logging

import pytest

from flowy.cli import visibility
from flowy.protocol.ids import TypeId
from flowy.protocol.requests.executions import StartWorkflowExecution
from tests.acceptance import careless
from tests.acceptance.stage import Stage


@pytest.fixture
def stage():
    stage = Stage(careless, careless.TASK_LIST)
    yield stage
    stage.close()


def failed(stage, name, *args):
    """Play to the end, see that the workers still work, and return the reason of the failure."""
    last = stage.play(name, *args)[-1]
    assert type(last).__name__ == "WorkflowExecutionFailed"
    assert stage.play("Asks", "good", 42)[-1].attributes.result == "42"
    return last.attributes.reason


UNFIT = {
    "object": "object",
    "nan": "nan",
    "large": "40,002 characters",
    "surrogate": "surrogates not allowed",
}


@pytest.mark.parametrize("value", ["object", "nan", "large", "surrogate"])
def test_an_activitys_result_that_cannot_travel(stage, value):
    reason = failed(stage, "Asks", "give", value)
    assert "the result of Give" in reason
    assert UNFIT[value] in reason


@pytest.mark.parametrize("value", ["object", "nan", "large", "surrogate"])
def test_an_argument_that_cannot_travel_is_named(stage, value):
    reason = failed(stage, "Sends", value)
    assert "argument 1 of Good 1" in reason
    assert UNFIT[value] in reason


@pytest.mark.parametrize("value", ["object", "nan", "large", "surrogate"])
def test_a_workflows_result_that_cannot_travel(stage, value):
    reason = failed(stage, "Returns", value)
    assert "the result of Returns" in reason
    assert UNFIT[value] in reason


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("exit", "leaving"),
        ("cancelled", "cancelled by itself"),
        ("deep", "maximum recursion depth exceeded"),
        ("a", "aaa"),
        ("number", "7"),
    ],
)
def test_an_activity_that_raises(stage, name, said):
    reason = failed(stage, "Asks", "raises", name)
    assert said in reason
    assert len(reason) <= 256


def test_an_activity_that_raises_what_is_no_text(stage, monkeypatch):
    # Half a surrogate pair in the captured log would end the process that reports this test.
    monkeypatch.setattr(logging.getLogger("flowy.worker.job"), "disabled", True)
    assert failed(stage, "Asks", "raises", "surrogate") == "\\ud800"


def test_an_activity_without_run(stage):
    assert "NoRun has no run method" in failed(stage, "Asks", "no_run")


@pytest.mark.parametrize("args", [(), (1, 2), ({"a": 1}, [2])])
def test_wrong_arguments_of_an_activity(stage, args):
    assert "run()" in failed(stage, "Asks", "good", *args)


@pytest.mark.parametrize("proxy", ["unknown", "unknown_child"])
def test_a_type_that_nobody_registered(stage, proxy):
    assert "TYPE_DOES_NOT_EXIST" in failed(stage, "Asks", proxy)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Leaves", "leaving"),
        ("Breaks", "no constructor"),
        ("NoRunAtAll", "NoRunAtAll has no run method"),
        ("Returns", "run()"),
        ("Asks", "run()"),
    ],
)
def test_a_workflow_that_raises_or_gets_wrong_arguments(stage, name, said):
    assert said in failed(stage, name)


def test_a_proxy_that_is_not_there(stage):
    assert "no_such_proxy" in failed(stage, "Asks", "no_such_proxy")


@pytest.mark.parametrize("input", ["", "{", "[]", "7", "[[],[]]", "[" * 30_000, "\ud7ff" * 9_000])
def test_undecodable_input(stage, input):
    stage.client.call(
        StartWorkflowExecution(
            domain=stage.domain,
            workflow_id="bad",
            workflow_type=TypeId(name="Returns", version="1"),
            input=input,
        )
    )
    while stage.step():
        pass
    info = visibility.newest(stage.client, stage.domain, "bad")
    assert info.close_status == "FAILED"
    assert "the input of Returns" in stage.history(info.execution)[-1].attributes.reason
    assert stage.play("Asks", "good", 42)[-1].attributes.result == "42"
