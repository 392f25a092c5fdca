"""What becomes of the children of an execution that is terminated or times out."""

import pytest

from tests.contract.service.swf import Json, Swf, child

POLICIES = ["ABANDON", "REQUEST_CANCEL", "TERMINATE"]


def _family(swf: Swf, **settings: str) -> tuple[Json, Json]:
    parent = swf.start("parent", **settings)
    swf.decide(child())
    swf.decide()
    return parent, swf.open_run("child")


def _check(swf: Swf, run: Json, policy: str) -> None:
    names = swf.names(run)
    if policy == "ABANDON":
        assert names == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]
    elif policy == "REQUEST_CANCEL":
        assert names[-1] == "WorkflowExecutionCancelRequested"
        found = swf.last(run, "WorkflowExecutionCancelRequested")
        assert found["cause"] == "CHILD_POLICY_APPLIED"
        assert swf.describe(run)["executionInfo"]["cancelRequested"] is True
    else:
        assert names[-1] == "WorkflowExecutionTerminated"
        found = swf.last(run, "WorkflowExecutionTerminated")
        assert found["cause"] == "CHILD_POLICY_APPLIED"
        assert swf.waiting_decisions("children") == 0


@pytest.mark.parametrize("policy", POLICIES)
def test_termination_applies_the_executions_own_policy(swf: Swf, policy: str):
    parent, run = _family(swf, childPolicy=policy)
    swf.client.terminate_workflow_execution(domain=swf.domain, workflowId="parent")
    assert swf.last(parent, "WorkflowExecutionTerminated")["childPolicy"] == policy
    _check(swf, run, policy)


@pytest.mark.parametrize("policy", POLICIES)
def test_termination_may_name_another_policy(swf: Swf, policy: str):
    own = "TERMINATE" if policy == "ABANDON" else "ABANDON"
    parent, run = _family(swf, childPolicy=own)
    swf.client.terminate_workflow_execution(
        domain=swf.domain, workflowId="parent", childPolicy=policy
    )
    assert swf.last(parent, "WorkflowExecutionTerminated")["childPolicy"] == policy
    _check(swf, run, policy)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_timeout_applies_the_executions_own_policy(swf: Swf, policy: str):
    parent, run = _family(swf, childPolicy=policy, executionStartToCloseTimeout="50")
    swf.advance(51)
    assert swf.last(parent, "WorkflowExecutionTimedOut") == {
        "timeoutType": "START_TO_CLOSE",
        "childPolicy": policy,
    }
    _check(swf, run, policy)


def test_a_child_that_is_asked_to_cancel_has_a_decision_to_make(swf: Swf):
    _, run = _family(swf, childPolicy="REQUEST_CANCEL")
    swf.decide(task_list="children")
    swf.client.terminate_workflow_execution(domain=swf.domain, workflowId="parent")
    assert swf.names(run)[-2:] == ["WorkflowExecutionCancelRequested", "DecisionTaskScheduled"]


def test_grandchildren_follow_the_policy_of_their_own_parent(swf: Swf):
    swf.start("parent")
    swf.decide(child("one"), child("two", taskList={"name": "two"}, childPolicy="ABANDON"))
    swf.decide(child("of one"), task_list="children")
    swf.decide(child("of two"), task_list="two")
    of_one, of_two = swf.open_run("of one"), swf.open_run("of two")
    swf.client.terminate_workflow_execution(domain=swf.domain, workflowId="parent")
    assert swf.describe(of_one)["executionInfo"]["closeStatus"] == "TERMINATED"
    assert swf.describe(of_two)["executionInfo"]["executionStatus"] == "OPEN"
