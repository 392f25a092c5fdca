"""Signals and requests to cancel that one execution sends to another."""

from typing import Any

import pytest

from tests.contract.service.swf import Json, Swf, complete, decision


def send(word: str, workflow_id: str = "target", **more: Any) -> Json:
    if word == "Signal":
        more = {"signalName": "go"} | more
    return decision(f"{word}ExternalWorkflowExecution", workflowId=workflow_id, **more)


RECEIVED = {
    "Signal": "WorkflowExecutionSignaled",
    "RequestCancel": "WorkflowExecutionCancelRequested",
}
DELIVERED = {
    "Signal": "ExternalWorkflowExecutionSignaled",
    "RequestCancel": "ExternalWorkflowExecutionCancelRequested",
}
INITIATED = {
    "Signal": "SignalExternalWorkflowExecutionInitiated",
    "RequestCancel": "RequestCancelExternalWorkflowExecutionInitiated",
}
FAILED = {
    "Signal": "SignalExternalWorkflowExecutionFailed",
    "RequestCancel": "RequestCancelExternalWorkflowExecutionFailed",
}


@pytest.fixture(params=["RequestCancel", "Signal"])
def word(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _pair(swf: Swf) -> tuple[Json, Json]:
    target = swf.start("target", taskList={"name": "targets"})
    swf.decide(task_list="targets")
    return target, swf.start("sender")


def test_the_target_hears_and_the_sender_knows(swf: Swf, word: str):
    target, sender = _pair(swf)
    swf.decide(send(word, control="c"))
    assert swf.names(target)[-2:] == [RECEIVED[word], "DecisionTaskScheduled"]
    received = swf.last(target, RECEIVED[word])
    assert received["externalWorkflowExecution"] == sender
    assert received["externalInitiatedEventId"] == 5
    assert swf.names(sender)[4:] == [INITIATED[word], DELIVERED[word], "DecisionTaskScheduled"]
    initiated = swf.last(sender, INITIATED[word])
    assert (initiated["workflowId"], initiated["control"]) == ("target", "c")
    assert swf.last(sender, DELIVERED[word]) == {
        "workflowExecution": target,
        "initiatedEventId": 5,
    }


def test_a_signal_brings_its_name_and_input(swf: Swf):
    target, _ = _pair(swf)
    swf.decide(send("Signal", input="7"))
    received = swf.last(target, "WorkflowExecutionSignaled")
    assert (received["signalName"], received["input"]) == ("go", "7")


def test_a_request_to_cancel_is_seen_from_outside(swf: Swf):
    target, _ = _pair(swf)
    swf.decide(send("RequestCancel"))
    assert swf.describe(target)["executionInfo"]["cancelRequested"] is True
    assert "cause" not in swf.last(target, "WorkflowExecutionCancelRequested")


def test_a_run_is_addressed_by_its_run_id(swf: Swf, word: str):
    target, sender = _pair(swf)
    swf.decide(send(word, runId=target["runId"]))
    assert swf.last(sender, INITIATED[word])["runId"] == target["runId"]
    assert RECEIVED[word] in swf.names(target)


@pytest.mark.parametrize("whom", ["nobody", "another run", "closed"])
def test_who_is_not_there_does_not_hear(swf: Swf, word: str, whom: str):
    target, sender = _pair(swf)
    if whom == "closed":
        swf.client.terminate_workflow_execution(domain=swf.domain, workflowId="target")
    message = {
        "nobody": send(word, "nobody", control="c"),
        "another run": send(word, runId="another", control="c"),
        "closed": send(word, control="c"),
    }[whom]
    swf.decide(message)
    assert swf.names(sender)[4:] == [INITIATED[word], FAILED[word], "DecisionTaskScheduled"]
    found = swf.last(sender, FAILED[word])
    assert found["cause"] == "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
    assert found["initiatedEventId"] == 5
    assert found["decisionTaskCompletedEventId"] == 4
    assert found["control"] == "c"
    assert RECEIVED[word] not in swf.names(target)


def test_an_execution_may_write_to_itself(swf: Swf, word: str):
    execution = swf.start("target")
    swf.decide(send(word))
    names = swf.names(execution)
    assert RECEIVED[word] in names
    assert DELIVERED[word] in names
    assert names.count("DecisionTaskScheduled") == 2


def test_a_message_is_sent_by_who_closes(swf: Swf, word: str):
    target, sender = _pair(swf)
    swf.decide(send(word), complete())
    assert RECEIVED[word] in swf.names(target)
    assert swf.names(sender)[-1] == "WorkflowExecutionCompleted"


def test_a_parent_cancels_its_child(swf: Swf):
    parent = swf.start("parent")
    swf.decide(
        decision(
            "StartChildWorkflowExecution",
            workflowId="child",
            workflowType={"name": "Order", "version": "1"},
            taskList={"name": "children"},
        )
    )
    swf.decide(send("RequestCancel", "child"))
    swf.decide(decision("CancelWorkflowExecution", details="so be it"), task_list="children")
    assert swf.last(parent, "ChildWorkflowExecutionCanceled")["details"] == "so be it"
