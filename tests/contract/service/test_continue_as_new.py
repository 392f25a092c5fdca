"""Executions that continue as new ones of the same workflow."""

from typing import Any

import pytest

from tests.contract.service.swf import (
    BARE_WORKFLOW,
    DECISIONS,
    WORKFLOW,
    Json,
    Swf,
    child,
    complete,
    decision,
    marker,
)

COMPLETE = {
    "executionStartToCloseTimeout": "100",
    "taskList": DECISIONS,
    "taskStartToCloseTimeout": "10",
    "childPolicy": "ABANDON",
}


def again(**more: Any) -> Json:
    return decision("ContinueAsNewWorkflowExecution", **more)


def test_another_run_of_the_workflow_begins(swf: Swf):
    first = swf.start(input="1", tagList=["red"])
    swf.decide(marker(), again(input="2", tagList=["blue"]))
    second = swf.open_run("order")
    assert swf.names(first)[-2:] == ["MarkerRecorded", "WorkflowExecutionContinuedAsNew"]
    assert swf.last(first, "WorkflowExecutionContinuedAsNew") == {
        "input": "2",
        "newExecutionRunId": second["runId"],
        "tagList": ["blue"],
        "workflowType": WORKFLOW,
        "decisionTaskCompletedEventId": 4,
        "executionStartToCloseTimeout": "3600",
        "taskList": DECISIONS,
        "taskStartToCloseTimeout": "60",
        "childPolicy": "TERMINATE",
    }
    assert swf.names(second) == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]
    started = swf.last(second, "WorkflowExecutionStarted")
    assert started["continuedExecutionRunId"] == first["runId"]
    assert (started["input"], started["tagList"]) == ("2", ["blue"])
    info = swf.describe(first)["executionInfo"]
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", "CONTINUED_AS_NEW")


def test_settings_come_from_the_type_and_not_from_the_run_before(swf: Swf):
    swf.start(taskList={"name": "mine"}, childPolicy="ABANDON", taskPriority="5")
    swf.decide(again(), task_list="mine")
    started = swf.last(swf.open_run("order"), "WorkflowExecutionStarted")
    assert started["taskList"] == DECISIONS
    assert started["childPolicy"] == "TERMINATE"
    assert "taskPriority" not in started


def test_settings_of_the_decision_come_first(swf: Swf):
    swf.start()
    swf.decide(again(**COMPLETE, taskPriority="5"))
    started = swf.last(swf.open_run("order"), "WorkflowExecutionStarted")
    for name, value in {**COMPLETE, "taskPriority": "5"}.items():
        assert started[name] == value


def test_the_version_may_be_another(swf: Swf):
    swf.client.register_workflow_type(domain=swf.domain, name="Order", version="2")
    swf.start()
    swf.decide(again(workflowTypeVersion="2", **COMPLETE))
    run = swf.open_run("order")
    assert swf.describe(run)["executionInfo"]["workflowType"] == {"name": "Order", "version": "2"}


def test_an_execution_with_news_does_not_continue(swf: Swf):
    execution = swf.start()
    task = swf.poll()
    swf.client.signal_workflow_execution(domain=swf.domain, workflowId="order", signalName="go")
    swf.respond(task, again())
    found = swf.last(execution, "ContinueAsNewWorkflowExecutionFailed")
    assert found == {"cause": "UNHANDLED_DECISION", "decisionTaskCompletedEventId": 6}
    assert swf.open_run("order") == execution


def _cause(swf: Swf, ending: Json, **settings: Any) -> str:
    execution = swf.start(**settings)
    swf.decide(ending)
    assert swf.names(execution)[-2:] == [
        "ContinueAsNewWorkflowExecutionFailed",
        "DecisionTaskScheduled",
    ]
    return str(swf.last(execution, "ContinueAsNewWorkflowExecutionFailed")["cause"])


def test_an_unknown_version_is_not_continued(swf: Swf):
    assert _cause(swf, again(workflowTypeVersion="9")) == "WORKFLOW_TYPE_DOES_NOT_EXIST"


def test_a_deprecated_version_is_not_continued(swf: Swf):
    old = {"name": "Order", "version": "0"}
    swf.client.register_workflow_type(domain=swf.domain, **old)
    swf.client.deprecate_workflow_type(domain=swf.domain, workflowType=old)
    assert _cause(swf, again(workflowTypeVersion="0")) == "WORKFLOW_TYPE_DEPRECATED"


CAUSES = {
    "executionStartToCloseTimeout": "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "taskList": "DEFAULT_TASK_LIST_UNDEFINED",
    "taskStartToCloseTimeout": "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "childPolicy": "DEFAULT_CHILD_POLICY_UNDEFINED",
}


@pytest.mark.parametrize("missing", sorted(CAUSES))
def test_a_setting_that_is_given_nowhere_fails(swf: Swf, missing: str):
    given = {name: value for name, value in COMPLETE.items() if name != missing}
    ending = again(**given)
    assert _cause(swf, ending, workflowType=BARE_WORKFLOW, **COMPLETE) == CAUSES[missing]


def test_a_child_that_continues_is_the_same_child(swf: Swf):
    parent = swf.start("parent")
    swf.decide(child())
    swf.decide()
    first = swf.open_run("child")
    length = len(swf.events(parent))
    swf.decide(again(taskList={"name": "children"}), task_list="children")
    assert len(swf.events(parent)) == length
    second = swf.open_run("child")
    assert first["runId"] != second["runId"]
    started = swf.last(second, "WorkflowExecutionStarted")
    assert started["parentWorkflowExecution"] == parent
    assert started["parentInitiatedEventId"] == 5
    assert swf.describe(second)["executionInfo"]["parent"] == parent
    assert swf.describe(parent)["openCounts"]["openChildWorkflowExecutions"] == 1
    swf.decide(complete(result="42"), task_list="children")
    found = swf.last(parent, "ChildWorkflowExecutionCompleted")
    assert (found["result"], found["initiatedEventId"]) == ("42", 5)


def test_a_child_that_continued_follows_its_parents_policy(swf: Swf):
    swf.start("parent")
    swf.decide(child())
    swf.decide(again(taskList={"name": "children"}), task_list="children")
    run = swf.open_run("child")
    swf.client.terminate_workflow_execution(domain=swf.domain, workflowId="parent")
    found = swf.last(run, "WorkflowExecutionTerminated")
    assert found["cause"] == "CHILD_POLICY_APPLIED"


def test_children_stay_with_the_run_that_started_them(swf: Swf):
    first = swf.start()
    swf.decide(child())
    swf.decide(again())
    second = swf.open_run("order")
    swf.decide(complete(), task_list="children")
    assert swf.names(first)[-1] == "WorkflowExecutionContinuedAsNew"
    assert "ChildWorkflowExecutionCompleted" not in swf.names(second)


def test_a_child_of_the_same_id_does_not_take_the_place_of_the_next_run(swf: Swf):
    first = swf.start()
    swf.decide(child("order"), again())
    continued = swf.last(first, "WorkflowExecutionContinuedAsNew")
    assert swf.open_run("order")["runId"] == continued["newExecutionRunId"]
