"""What comes from outside into an open execution: signals, cancellation, termination."""

from typing import Any

import pytest

from tests.contract.service.swf import Swf, complete, refused, schedule, timer

CALLS = {
    "signal": ("signal_workflow_execution", {"signalName": "go"}),
    "cancel": ("request_cancel_workflow_execution", {}),
    "terminate": ("terminate_workflow_execution", {}),
}


def call(swf: Swf, name: str, workflow_id: str = "order", **more: Any) -> None:
    method, required = CALLS[name]
    getattr(swf.client, method)(domain=swf.domain, workflowId=workflow_id, **required, **more)


def test_a_signal_is_recorded_and_wakes_the_decider(swf: Swf):
    execution = swf.start()
    swf.decide()
    call(swf, "signal", input="now")
    assert swf.names(execution)[-2:] == ["WorkflowExecutionSignaled", "DecisionTaskScheduled"]
    found = swf.last(execution, "WorkflowExecutionSignaled")
    assert (found["signalName"], found["input"]) == ("go", "now")
    swf.poll()


def test_a_signal_from_outside_names_no_sender(swf: Swf):
    execution = swf.start()
    call(swf, "signal", input="now")
    found = swf.last(execution, "WorkflowExecutionSignaled")
    assert found["externalInitiatedEventId"] == 0
    assert "externalWorkflowExecution" not in found


def test_a_signal_needs_no_input(swf: Swf):
    execution = swf.start()
    call(swf, "signal")
    assert "input" not in swf.last(execution, "WorkflowExecutionSignaled")


def test_signals_before_a_decision_make_one_task(swf: Swf):
    execution = swf.start()
    for _ in range(3):
        call(swf, "signal", input="again")
    assert swf.names(execution).count("DecisionTaskScheduled") == 1
    swf.poll()


def test_a_request_to_cancel_is_recorded_and_wakes_the_decider(swf: Swf):
    execution = swf.start()
    swf.decide()
    call(swf, "cancel")
    assert swf.names(execution)[-2:] == [
        "WorkflowExecutionCancelRequested",
        "DecisionTaskScheduled",
    ]
    found = swf.last(execution, "WorkflowExecutionCancelRequested")
    assert found["externalInitiatedEventId"] == 0
    assert "cause" not in found
    info = swf.describe(execution)["executionInfo"]
    assert (info["executionStatus"], info["cancelRequested"]) == ("OPEN", True)


def test_a_request_to_cancel_is_over_when_the_execution_closes(swf: Swf):
    execution = swf.start()
    call(swf, "cancel")
    swf.decide(complete())
    assert swf.describe(execution)["executionInfo"]["cancelRequested"] is False
    listed = swf.client.list_closed_workflow_executions(
        domain=swf.domain, startTimeFilter={"oldestDate": 0}
    )
    assert [info["cancelRequested"] for info in listed["executionInfos"]] == [False]


def test_the_decider_may_ignore_a_request_to_cancel(swf: Swf):
    execution = swf.start()
    call(swf, "cancel")
    swf.decide(complete())
    assert swf.describe(execution)["executionInfo"]["closeStatus"] == "COMPLETED"


def test_termination_closes_at_once(swf: Swf):
    execution = swf.start()
    call(swf, "terminate", reason="enough", details="for today", childPolicy="ABANDON")
    assert swf.names(execution)[-1] == "WorkflowExecutionTerminated"
    found = swf.last(execution, "WorkflowExecutionTerminated")
    assert (found["reason"], found["details"]) == ("enough", "for today")
    assert found["childPolicy"] == "ABANDON"
    info = swf.describe(execution)["executionInfo"]
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", "TERMINATED")


def test_an_operator_terminates(swf: Swf):
    execution = swf.start()
    call(swf, "terminate")
    found = swf.last(execution, "WorkflowExecutionTerminated")
    assert found["cause"] == "OPERATOR_INITIATED"
    assert found["childPolicy"] == "TERMINATE"


def test_termination_takes_all_tasks_away(swf: Swf):
    execution = swf.start()
    swf.decide(schedule("one"), schedule("two"), timer())
    work = swf.work()
    call(swf, "signal", input="x")
    task = swf.poll()
    call(swf, "terminate")
    assert (swf.waiting_activities(), swf.waiting_decisions()) == (0, 0)
    counts = swf.describe(execution)["openCounts"]
    assert set(counts.values()) == {0}
    with refused("UnknownResourceFault"):
        swf.client.respond_activity_task_completed(taskToken=work["taskToken"])
    with refused("UnknownResourceFault"):
        swf.respond(task)
    swf.advance(1_000)
    assert swf.names(execution)[-1] == "WorkflowExecutionTerminated"


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_run_is_addressed_by_its_run_id(swf: Swf, name: str):
    execution = swf.start()
    call(swf, name, runId=execution["runId"])
    with refused(
        "UnknownResourceFault",
        "Unknown execution: WorkflowExecution=[workflowId=order, runId=nobody]",
    ):
        call(swf, name, runId="nobody")


@pytest.mark.parametrize("name", sorted(CALLS))
def test_an_unknown_workflow_is_a_fault(swf: Swf, name: str):
    more = {"input": ""} if name == "signal" else {}
    with refused("UnknownResourceFault", "Unknown execution, workflowId = nobody"):
        call(swf, name, "nobody", **more)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_closed_execution_is_a_fault(swf: Swf, name: str):
    execution = swf.start()
    swf.decide(complete())
    more = {"input": ""} if name == "signal" else {}
    with refused("UnknownResourceFault"):
        call(swf, name, **more)
    with refused("UnknownResourceFault"):
        call(swf, name, runId=execution["runId"], **more)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_an_unknown_domain_is_a_fault(swf: Swf, name: str):
    elsewhere = Swf(client=swf.client, domain="nowhere", advance=swf.advance)
    with refused("UnknownResourceFault", "Unknown domain: nowhere"):
        call(elsewhere, name)
