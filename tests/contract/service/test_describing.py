"""What DescribeWorkflowExecution tells, and that it agrees with the history."""

from tests.contract.service.swf import (
    DECISIONS,
    WORKFLOW,
    Swf,
    child,
    complete,
    refused,
    schedule,
    timer,
)

NOTHING = {
    "openActivityTasks": 0,
    "openDecisionTasks": 0,
    "openTimers": 0,
    "openChildWorkflowExecutions": 0,
    "openLambdaFunctions": 0,
}


def test_an_open_execution_is_described(swf: Swf):
    execution = swf.start(tagList=["red"])
    found = swf.describe(execution)
    info = found["executionInfo"]
    assert info["execution"] == execution
    assert info["workflowType"] == WORKFLOW
    assert info["executionStatus"] == "OPEN"
    assert info["cancelRequested"] is False
    assert info["tagList"] == ["red"]
    assert not {"closeStatus", "closeTimestamp", "parent"} & set(info)
    assert found["executionConfiguration"] == {
        "childPolicy": "TERMINATE",
        "executionStartToCloseTimeout": "3600",
        "taskList": DECISIONS,
        "taskStartToCloseTimeout": "60",
    }


def test_it_began_with_its_first_event(swf: Swf):
    execution = swf.start()
    first = swf.events(execution)[0]
    assert swf.describe(execution)["executionInfo"]["startTimestamp"] == first["eventTimestamp"]


def test_it_ended_with_its_last_event(swf: Swf):
    execution = swf.start()
    swf.advance(5)
    swf.decide(complete())
    info = swf.describe(execution)["executionInfo"]
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", "COMPLETED")
    assert info["closeTimestamp"] == swf.events(execution)[-1]["eventTimestamp"]


def test_what_is_open_is_counted(swf: Swf):
    execution = swf.start()
    assert swf.describe(execution)["openCounts"] == {**NOTHING, "openDecisionTasks": 1}
    swf.decide(schedule("one"), schedule("two"), timer())
    swf.work()
    counts = {**NOTHING, "openActivityTasks": 2, "openTimers": 1}
    assert swf.describe(execution)["openCounts"] == counts


def test_open_children_are_counted(swf: Swf):
    execution = swf.start()
    swf.decide(child("one"), child("two"))
    assert swf.describe(execution)["openCounts"]["openChildWorkflowExecutions"] == 2


def test_one_decision_task_is_counted_while_another_waits(swf: Swf):
    execution = swf.start()
    swf.poll()
    swf.client.signal_workflow_execution(
        domain=swf.domain, workflowId="order", signalName="go", input=""
    )
    assert swf.describe(execution)["openCounts"]["openDecisionTasks"] == 1


def test_nothing_is_open_in_a_closed_execution(swf: Swf):
    execution = swf.start()
    swf.decide(schedule(), timer(), complete())
    assert swf.describe(execution)["openCounts"] == NOTHING


def test_the_latest_activity_and_context_are_told(swf: Swf):
    execution = swf.start()
    found = swf.describe(execution)
    assert "latestActivityTaskTimestamp" not in found
    assert "latestExecutionContext" not in found
    swf.decide(schedule(), executionContext="paying")
    scheduled = next(
        event for event in swf.events(execution) if event["eventType"] == "ActivityTaskScheduled"
    )
    found = swf.describe(execution)
    assert found["latestExecutionContext"] == "paying"
    assert found["latestActivityTaskTimestamp"] == scheduled["eventTimestamp"]


def test_a_context_stays_until_another_is_given(swf: Swf):
    execution = swf.start()
    swf.decide(schedule(), executionContext="paying")
    swf.client.respond_activity_task_completed(taskToken=swf.work()["taskToken"])
    swf.decide()
    assert swf.describe(execution)["latestExecutionContext"] == "paying"


def test_a_child_names_its_parent(swf: Swf):
    execution = swf.start()
    swf.decide(child())
    info = swf.describe(swf.open_run("child"))["executionInfo"]
    assert info["parent"] == execution


def test_an_unknown_execution_is_a_fault(swf: Swf):
    with refused(
        "UnknownResourceFault",
        "Unknown execution: WorkflowExecution=[workflowId=nobody, runId=no-run]",
    ):
        swf.describe({"workflowId": "nobody", "runId": "no-run"})
