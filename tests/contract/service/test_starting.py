"""Starting executions: settings and where they come from, ids, tags, and what is refused."""

import pytest

from tests.contract.service.swf import (
    BARE_WORKFLOW,
    DECISIONS,
    WORKFLOW,
    Swf,
    attributes,
    refused,
)

COMPLETE = {
    "executionStartToCloseTimeout": "100",
    "taskList": DECISIONS,
    "taskStartToCloseTimeout": "10",
    "childPolicy": "ABANDON",
}
ROLE = "arn:aws:iam::123456789012:role/lambda"


def test_an_execution_starts_with_its_start_and_a_decision_task(swf: Swf):
    execution = swf.start(input="what to do", tagList=["red", "blue"])
    started, scheduled = swf.events(execution)
    assert [started["eventType"], scheduled["eventType"]] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]
    assert started["eventTimestamp"] == scheduled["eventTimestamp"]
    found = attributes(started)
    assert found["input"] == "what to do"
    assert found["tagList"] == ["red", "blue"]
    assert found["workflowType"] == WORKFLOW


def test_settings_come_from_the_type(swf: Swf):
    found = swf.last(swf.start(), "WorkflowExecutionStarted")
    assert found["executionStartToCloseTimeout"] == "3600"
    assert found["taskStartToCloseTimeout"] == "60"
    assert found["taskList"] == DECISIONS
    assert found["childPolicy"] == "TERMINATE"


def test_a_root_execution_has_no_parent(swf: Swf):
    found = swf.last(swf.start(), "WorkflowExecutionStarted")
    assert found["parentInitiatedEventId"] == 0
    assert "parentWorkflowExecution" not in found
    assert "continuedExecutionRunId" not in found


def test_settings_of_the_call_come_before_those_of_the_type(swf: Swf):
    found = swf.last(swf.start(**COMPLETE), "WorkflowExecutionStarted")
    for name, value in COMPLETE.items():
        assert found[name] == value


def test_the_first_decision_task_shows_the_settings(swf: Swf):
    found = swf.last(swf.start(**COMPLETE), "DecisionTaskScheduled")
    assert found["taskList"] == DECISIONS
    assert found["startToCloseTimeout"] == "10"


def test_a_priority_and_a_role_are_kept(swf: Swf):
    execution = swf.start(taskPriority="7", lambdaRole=ROLE)
    found = swf.last(execution, "WorkflowExecutionStarted")
    assert (found["taskPriority"], found["lambdaRole"]) == ("7", ROLE)
    assert swf.last(execution, "DecisionTaskScheduled")["taskPriority"] == "7"


def test_a_type_without_defaults_is_started_with_all_settings(swf: Swf):
    execution = swf.start(workflowType=BARE_WORKFLOW, **COMPLETE)
    assert swf.describe(execution)["executionConfiguration"] == COMPLETE


@pytest.mark.parametrize("missing", sorted(COMPLETE))
def test_a_setting_that_is_given_nowhere_is_a_fault(swf: Swf, missing: str):
    given = {name: value for name, value in COMPLETE.items() if name != missing}
    with refused("DefaultUndefinedFault"):
        swf.start(workflowType=BARE_WORKFLOW, **given)


def test_settings_may_be_unlimited(swf: Swf):
    execution = swf.start(taskStartToCloseTimeout="NONE")
    found = swf.last(execution, "WorkflowExecutionStarted")
    assert found["taskStartToCloseTimeout"] == "NONE"
    swf.decide()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("executionStartToCloseTimeout", "NONE"),
        ("executionStartToCloseTimeout", "31536001"),
        ("executionStartToCloseTimeout", "1e3"),
        ("taskStartToCloseTimeout", "soon"),
        ("taskStartToCloseTimeout", "-1"),
        ("taskPriority", "2147483648"),
        ("taskPriority", "high"),
        ("taskList", {"name": "a:b"}),
        ("workflowType", {"name": "a/b", "version": "1"}),
    ],
)
def test_a_setting_that_may_not_be_is_refused(swf: Swf, name: str, value: object):
    with refused("ValidationException"):
        swf.start(**{name: value})


@pytest.mark.parametrize("name", ["a:b", "a/b", "a|b", "a\x01b", "arn"])
def test_an_id_that_may_not_be_is_refused(swf: Swf, name: str):
    with refused("ValidationException"):
        swf.start(name)


def test_an_id_may_hold_any_other_character(swf: Swf):
    name = "ärn arn-1 {}\\ ☃"
    execution = swf.start(name)
    assert swf.describe(execution)["executionInfo"]["execution"]["workflowId"] == name


def test_a_workflow_has_one_open_run(swf: Swf):
    swf.start()
    with refused("WorkflowExecutionAlreadyStartedFault"):
        swf.start()
    swf.start("other")


def test_a_closed_workflow_is_started_again_with_another_run(swf: Swf):
    first = swf.start()
    swf.client.terminate_workflow_execution(domain=swf.domain, workflowId="order")
    second = swf.start()
    assert first["runId"] != second["runId"]
    assert swf.describe(first)["executionInfo"]["executionStatus"] == "CLOSED"
    assert swf.describe(second)["executionInfo"]["executionStatus"] == "OPEN"


def test_an_unknown_type_is_a_fault(swf: Swf):
    with refused("UnknownResourceFault", "Unknown type: WorkflowType=[name=Order, version=2]"):
        swf.start(workflowType={"name": "Order", "version": "2"})


def test_an_unknown_domain_is_a_fault(swf: Swf):
    with refused("UnknownResourceFault", "Unknown domain: nowhere"):
        swf.client.start_workflow_execution(
            domain="nowhere", workflowId="order", workflowType=WORKFLOW
        )


def test_a_deprecated_type_starts_nothing(swf: Swf):
    swf.client.deprecate_workflow_type(domain=swf.domain, workflowType=WORKFLOW)
    with refused("TypeDeprecatedFault", "WorkflowType=[name=Order, version=1]"):
        swf.start()


def test_executions_of_a_deprecated_type_go_on(swf: Swf):
    swf.start()
    swf.client.deprecate_workflow_type(domain=swf.domain, workflowType=WORKFLOW)
    swf.decide()


def test_executions_of_a_deleted_type_go_on(swf: Swf):
    execution = swf.start()
    swf.client.deprecate_workflow_type(domain=swf.domain, workflowType=WORKFLOW)
    swf.client.delete_workflow_type(domain=swf.domain, workflowType=WORKFLOW)
    swf.decide()
    assert swf.describe(execution)["executionInfo"]["workflowType"] == WORKFLOW


def test_five_tags_are_taken_and_six_are_not(swf: Swf):
    tags = ["a", "b", "c", "d", "e"]
    execution = swf.start(tagList=tags)
    assert swf.describe(execution)["executionInfo"]["tagList"] == tags
    with refused("ValidationException"):
        swf.start("other", tagList=[*tags, "f"])


def test_an_input_of_32768_characters_is_taken_and_no_longer_one(swf: Swf):
    text = "ä" * 32_768
    execution = swf.start(input=text)
    assert swf.last(execution, "WorkflowExecutionStarted")["input"] == text
    with refused("ValidationException"):
        swf.start("other", input=text + "!")
