"""Signals and cancel requests: from callers, and from one execution to another."""

import pytest

from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.ids import ExecutionId

SENDER = ExecutionId(workflow_id="w", run_id="run1")
TARGET = ExecutionId(workflow_id="target", run_id="run2")


@pytest.fixture
def pair(world):
    world.start("w")
    world.start("target")
    return world


def test_a_signal_is_recorded_and_wakes(world):
    world.start()
    world.decide()
    world.signal(name="go")
    assert world.names(since=4) == ["WorkflowExecutionSignaled", "DecisionTaskScheduled"]
    attributes = world.last("WorkflowExecutionSignaled").attributes
    assert (attributes.signal_name, attributes.external_initiated_event_id) == ("go", 0)
    assert attributes.external_workflow_execution is None


def test_a_cancel_request_is_recorded_and_wakes_and_closes_nothing(world):
    world.start()
    world.decide()
    world.request_cancel()
    assert world.names(since=4) == ["WorkflowExecutionCancelRequested", "DecisionTaskScheduled"]
    assert (
        world.last("WorkflowExecutionCancelRequested").attributes.external_initiated_event_id == 0
    )
    assert world.states["run1"].cancel_requested
    assert world.states["run1"].is_open


def test_a_closed_execution_is_not_cancel_requested_any_more(world, ask):
    world.start()
    world.request_cancel()
    world.decide(ask("CancelWorkflowExecution", details="d"))
    assert world.last("WorkflowExecutionCanceled").attributes.details == "d"
    assert not world.states["run1"].cancel_requested


@pytest.mark.parametrize("act", ["signal", "request_cancel", "terminate"])
def test_a_closed_execution_is_unknown(world, act):
    world.start()
    world.terminate()
    with pytest.raises(UnknownResourceFault, match="Unknown execution"):
        getattr(world, act)()


@pytest.mark.parametrize("run_id", [None, "run2"])
def test_a_signal_to_another_execution_is_recorded_on_both_sides(pair, ask, run_id):
    signal = ask(
        "SignalExternalWorkflowExecution",
        workflow_id="target",
        run_id=run_id,
        signal_name="go",
        input="in",
        control="c",
    )
    pair.decide(signal)
    assert pair.names(since=4) == [
        "SignalExternalWorkflowExecutionInitiated",
        "ExternalWorkflowExecutionSignaled",
        "DecisionTaskScheduled",
    ]
    signaled = pair.last("ExternalWorkflowExecutionSignaled").attributes
    assert (signaled.workflow_execution, signaled.initiated_event_id) == (TARGET, 5)
    received = pair.last("WorkflowExecutionSignaled", "run2").attributes
    assert (received.signal_name, received.input) == ("go", "in")
    assert received.external_workflow_execution == SENDER
    assert received.external_initiated_event_id == 5
    assert pair.states["run1"].requests == {}


def test_a_cancel_request_to_another_execution_is_recorded_on_both_sides(pair, ask):
    pair.decide(ask("RequestCancelExternalWorkflowExecution", workflow_id="target"))
    assert pair.names(since=4) == [
        "RequestCancelExternalWorkflowExecutionInitiated",
        "ExternalWorkflowExecutionCancelRequested",
        "DecisionTaskScheduled",
    ]
    confirmed = pair.last("ExternalWorkflowExecutionCancelRequested").attributes
    assert (confirmed.workflow_execution, confirmed.initiated_event_id) == (TARGET, 5)
    received = pair.last("WorkflowExecutionCancelRequested", "run2").attributes
    assert received.external_workflow_execution == SENDER
    assert received.external_initiated_event_id == 5
    assert received.cause is None


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("SignalExternalWorkflowExecution", {"signal_name": "s"}),
        ("RequestCancelExternalWorkflowExecution", {}),
    ],
)
@pytest.mark.parametrize("run_id", [None, "another"])
def test_a_target_that_is_not_open_fails_after_the_initiation(pair, ask, name, more, run_id):
    pair.terminate("run2")
    pair.decide(ask(name, workflow_id="target", run_id=run_id, control="c", **more))
    assert pair.names(since=4) == [f"{name}Initiated", f"{name}Failed", "DecisionTaskScheduled"]
    failed = pair.last(f"{name}Failed").attributes
    assert failed.cause == "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
    assert (failed.initiated_event_id, failed.decision_task_completed_event_id) == (5, 4)
    assert (failed.workflow_id, failed.run_id, failed.control) == ("target", run_id, "c")


@pytest.mark.parametrize(
    ("name", "more", "cause"),
    [
        (
            "SignalExternalWorkflowExecution",
            {"signal_name": "s"},
            "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        ),
        (
            "RequestCancelExternalWorkflowExecution",
            {},
            "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        ),
    ],
)
def test_requests_may_come_too_fast(pair, ask, name, more, cause):
    pair.refuse = lambda decision: "RATE_EXCEEDED"
    pair.decide(ask(name, workflow_id="target", **more))
    failed = pair.last(f"{name}Failed").attributes
    assert (failed.cause, failed.initiated_event_id) == (cause, 0)
    assert pair.names("run2", since=2) == []


def test_an_execution_may_signal_itself(world, ask):
    world.start()
    world.decide(ask("SignalExternalWorkflowExecution", workflow_id="w", signal_name="me"))
    assert world.names(since=4) == [
        "SignalExternalWorkflowExecutionInitiated",
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "ExternalWorkflowExecutionSignaled",
    ]


def test_a_signal_in_the_batch_that_closes_is_still_sent(pair, ask):
    pair.decide(
        ask("SignalExternalWorkflowExecution", workflow_id="target", signal_name="bye"),
        ask("CompleteWorkflowExecution"),
    )
    assert pair.names()[-1] == "WorkflowExecutionCompleted"
    assert "WorkflowExecutionSignaled" in pair.names("run2")
