"""Child executions: started, heard of, and why they cannot be started."""

from typing import Any

import pytest

from tests.contract.service.swf import (
    BARE_WORKFLOW,
    WORKFLOW,
    Json,
    Swf,
    attributes,
    child,
    complete,
    decision,
)

COMPLETE = {
    "executionStartToCloseTimeout": "100",
    "taskList": {"name": "children"},
    "taskStartToCloseTimeout": "10",
    "childPolicy": "ABANDON",
}


def _family(swf: Swf, **settings: Any) -> tuple[Json, Json]:
    """Start an execution with one child; the parent is idle."""
    parent = swf.start("parent")
    swf.decide(child(**settings))
    swf.decide()
    return parent, swf.open_run("child")


def test_a_child_is_started_and_wakes_its_parent(swf: Swf):
    parent = swf.start("parent")
    swf.decide(child(input="7", control="c", tagList=["red"]))
    assert swf.names(parent)[4:] == [
        "StartChildWorkflowExecutionInitiated",
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]
    initiated = swf.last(parent, "StartChildWorkflowExecutionInitiated")
    assert initiated == {
        "workflowId": "child",
        "workflowType": WORKFLOW,
        "control": "c",
        "input": "7",
        "tagList": ["red"],
        "executionStartToCloseTimeout": "3600",
        "taskList": {"name": "children"},
        "taskStartToCloseTimeout": "60",
        "childPolicy": "TERMINATE",
        "decisionTaskCompletedEventId": 4,
    }
    assert swf.last(parent, "ChildWorkflowExecutionStarted") == {
        "workflowExecution": swf.open_run("child"),
        "workflowType": WORKFLOW,
        "initiatedEventId": 5,
    }


def test_a_child_knows_its_parent(swf: Swf):
    parent, run = _family(swf, input="7", tagList=["red"])
    started = swf.last(run, "WorkflowExecutionStarted")
    assert started["parentWorkflowExecution"] == parent
    assert started["parentInitiatedEventId"] == 5
    assert (started["input"], started["tagList"]) == ("7", ["red"])
    assert swf.waiting_decisions("children") == 1


OUTCOMES: dict[str, Json] = {
    "Completed": complete(result="42"),
    "Failed": decision("FailWorkflowExecution", reason="broke", details="badly"),
    "Canceled": decision("CancelWorkflowExecution", details="gave up"),
}


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
def test_a_parent_hears_what_a_child_decided(swf: Swf, outcome: str):
    parent, run = _family(swf)
    ending = OUTCOMES[outcome]
    swf.decide(ending, task_list="children")
    assert swf.names(parent)[-2:] == [
        f"ChildWorkflowExecution{outcome}",
        "DecisionTaskScheduled",
    ]
    (told,) = (value for name, value in ending.items() if name != "decisionType")
    assert swf.last(parent, f"ChildWorkflowExecution{outcome}") == {
        "workflowExecution": run,
        "workflowType": WORKFLOW,
        "initiatedEventId": 5,
        "startedEventId": 6,
        **told,
    }
    counts = swf.describe(parent)["openCounts"]
    assert counts["openChildWorkflowExecutions"] == 0


def test_a_parent_hears_that_a_child_timed_out(swf: Swf):
    parent, run = _family(swf, executionStartToCloseTimeout="50")
    swf.advance(51)
    assert swf.last(parent, "ChildWorkflowExecutionTimedOut") == {
        "workflowExecution": run,
        "workflowType": WORKFLOW,
        "initiatedEventId": 5,
        "startedEventId": 6,
        "timeoutType": "START_TO_CLOSE",
    }
    assert swf.names(parent)[-1] == "DecisionTaskScheduled"


def test_a_parent_hears_that_a_child_was_terminated(swf: Swf):
    parent, run = _family(swf)
    swf.client.terminate_workflow_execution(domain=swf.domain, workflowId="child")
    assert swf.last(parent, "ChildWorkflowExecutionTerminated") == {
        "workflowExecution": run,
        "workflowType": WORKFLOW,
        "initiatedEventId": 5,
        "startedEventId": 6,
    }
    assert swf.names(parent)[-1] == "DecisionTaskScheduled"


def test_a_closed_parent_hears_nothing(swf: Swf):
    parent = swf.start("parent")
    swf.decide(child())
    swf.decide(complete())
    length = len(swf.events(parent))
    swf.decide(complete(), task_list="children")
    assert len(swf.events(parent)) == length


@pytest.mark.parametrize("ending", sorted(OUTCOMES))
def test_a_parent_that_closes_leaves_its_children_alone(swf: Swf, ending: str):
    swf.start("parent")
    swf.decide(child())
    swf.decide(OUTCOMES[ending])
    assert swf.describe(swf.open_run("child"))["executionInfo"]["executionStatus"] == "OPEN"


def _failure(swf: Swf, *decisions: Json) -> Json:
    parent = swf.start("parent")
    swf.decide(*decisions)
    assert swf.names(parent)[-1] == "DecisionTaskScheduled"
    return swf.last(parent, "StartChildWorkflowExecutionFailed")


def test_an_unknown_type_is_not_started(swf: Swf):
    unknown = {"name": "Unknown", "version": "1"}
    assert _failure(swf, child(workflowType=unknown, control="c")) == {
        "workflowId": "child",
        "workflowType": unknown,
        "cause": "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "control": "c",
        "initiatedEventId": 0,
        "decisionTaskCompletedEventId": 4,
    }


def test_what_cannot_be_started_was_not_initiated(swf: Swf):
    parent = swf.start("parent")
    swf.decide(child(workflowType={"name": "Unknown", "version": "1"}))
    assert "StartChildWorkflowExecutionInitiated" not in swf.names(parent)


def test_a_deprecated_type_is_not_started(swf: Swf):
    swf.client.register_workflow_type(domain=swf.domain, name="Old", version="1")
    old = {"name": "Old", "version": "1"}
    swf.client.deprecate_workflow_type(domain=swf.domain, workflowType=old)
    assert _failure(swf, child(workflowType=old))["cause"] == "WORKFLOW_TYPE_DEPRECATED"


CAUSES = {
    "executionStartToCloseTimeout": "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "taskList": "DEFAULT_TASK_LIST_UNDEFINED",
    "taskStartToCloseTimeout": "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "childPolicy": "DEFAULT_CHILD_POLICY_UNDEFINED",
}


@pytest.mark.parametrize("missing", sorted(CAUSES))
def test_a_setting_that_is_given_nowhere_fails(swf: Swf, missing: str):
    given = {name: value for name, value in COMPLETE.items() if name != missing}
    start = decision(
        "StartChildWorkflowExecution", workflowId="child", workflowType=BARE_WORKFLOW, **given
    )
    assert _failure(swf, start)["cause"] == CAUSES[missing]


def test_a_workflow_that_runs_is_not_started_but_was_initiated(swf: Swf):
    swf.start("child", taskList={"name": "elsewhere"})
    failed = _failure(swf, child(control="c"))
    assert (failed["cause"], failed["control"]) == ("WORKFLOW_ALREADY_RUNNING", "c")
    assert failed["initiatedEventId"] == 5


def test_a_child_may_be_started_again_when_it_closed(swf: Swf):
    parent, first = _family(swf)
    swf.decide(complete(), task_list="children")
    swf.decide(child())
    second = swf.open_run("child")
    assert first["runId"] != second["runId"]
    assert swf.names(parent).count("ChildWorkflowExecutionStarted") == 2


def test_several_children_of_one_answer_are_each_started(swf: Swf):
    parent = swf.start("parent")
    swf.decide(child("one"), child("two"))
    events = swf.events(parent)
    started = [
        attributes(event)["workflowExecution"]["workflowId"]
        for event in events
        if event["eventType"] == "ChildWorkflowExecutionStarted"
    ]
    assert sorted(started) == ["one", "two"]
    assert [event["eventType"] for event in events].count("DecisionTaskScheduled") == 2
