"""Answers as a whole: an invalid decision spoils all of it, one that fails does not."""

from typing import Any

import pytest

from tests.contract.service.swf import (
    ACTIVITY,
    WORKFLOW,
    Json,
    Swf,
    complete,
    decision,
    marker,
    refused,
    schedule,
    timer,
)

LONG = "x" * 32_769

MISSING: list[Json] = [
    {"decisionType": "CancelTimer"},
    {"decisionType": "ContinueAsNothing"},
    {"decisionType": "RecordMarker"},
    {"decisionType": "RequestCancelActivityTask"},
    {"decisionType": "RequestCancelExternalWorkflowExecution"},
    {"decisionType": "ScheduleActivityTask"},
    {"decisionType": "ScheduleLambdaFunction"},
    {"decisionType": "SignalExternalWorkflowExecution"},
    {"decisionType": "StartChildWorkflowExecution"},
    {"decisionType": "StartTimer"},
    decision("CancelTimer"),
    decision("RecordMarker"),
    decision("RequestCancelActivityTask"),
    decision("RequestCancelExternalWorkflowExecution"),
    decision("ScheduleActivityTask", activityType=ACTIVITY),
    decision("ScheduleActivityTask", activityId="a"),
    decision("ScheduleLambdaFunction", id="a"),
    decision("ScheduleLambdaFunction", name="a"),
    decision("SignalExternalWorkflowExecution", workflowId="w"),
    decision("SignalExternalWorkflowExecution", signalName="s"),
    decision("StartChildWorkflowExecution", workflowType=WORKFLOW),
    decision("StartChildWorkflowExecution", workflowId="w"),
    decision("StartTimer", timerId="t"),
    decision("StartTimer", startToFireTimeout="1"),
]
WRONG: list[Json] = [
    complete(result=LONG),
    decision("FailWorkflowExecution", reason="r" * 257),
    decision("FailWorkflowExecution", details=LONG),
    marker("m" * 257),
    marker(details=LONG),
    schedule("a:b"),
    schedule("i" * 257),
    schedule(input=LONG),
    schedule(heartbeatTimeout="soon"),
    schedule(scheduleToCloseTimeout="-1"),
    schedule(startToCloseTimeout="123456789"),
    schedule(taskPriority="2147483648"),
    schedule(taskList={"name": ""}),
    timer("t/u"),
    timer(seconds="NONE"),
    timer(seconds="-1"),
    timer(seconds="1.5"),
    timer(seconds="99999999"),
    decision("StartChildWorkflowExecution", workflowId="a|b", workflowType=WORKFLOW),
    decision(
        "StartChildWorkflowExecution", workflowId="w", workflowType=WORKFLOW, childPolicy="ADOPT"
    ),
    decision(
        "StartChildWorkflowExecution", workflowId="w", workflowType=WORKFLOW, tagList=list("abcdef")
    ),
    decision("ContinueAsNewWorkflowExecution", executionStartToCloseTimeout="NONE"),
    decision("SignalExternalWorkflowExecution", workflowId="w", signalName="s" * 257),
    decision("ScheduleLambdaFunction", id="a", name="n", startToCloseTimeout="901"),
    decision("ScheduleLambdaFunction", id="a", name="n" * 65),
]


def _spoils(swf: Swf, bad: Json) -> None:
    execution = swf.start()
    task = swf.poll()
    with refused("ValidationException"):
        swf.respond(task, marker(), bad)
    assert swf.names(execution)[-1] == "DecisionTaskStarted"
    swf.respond(task, complete())
    assert swf.names(execution)[-1] == "WorkflowExecutionCompleted"


@pytest.mark.parametrize("bad", MISSING, ids=lambda bad: "-".join(map(str, _path(bad))))
def test_a_decision_without_what_it_needs_spoils_the_answer(swf: Swf, bad: Json):
    _spoils(swf, bad)


@pytest.mark.parametrize("bad", WRONG, ids=lambda bad: "-".join(map(str, _path(bad))))
def test_a_decision_with_what_may_not_be_spoils_the_answer(swf: Swf, bad: Json):
    _spoils(swf, bad)


def _path(bad: Json) -> list[Any]:
    members = [value for name, value in bad.items() if name != "decisionType"]
    return [bad["decisionType"], *sorted(name for value in members for name in value)]


CLOSING = [
    "CancelWorkflowExecution",
    "CompleteWorkflowExecution",
    "ContinueAsNewWorkflowExecution",
    "FailWorkflowExecution",
]


@pytest.mark.parametrize("kind", CLOSING)
def test_a_closing_decision_is_the_last(swf: Swf, kind: str):
    execution = swf.start()
    task = swf.poll()
    with refused("ValidationException", "Close must be last decision in list"):
        swf.respond(task, decision(kind), marker())
    assert swf.names(execution)[-1] == "DecisionTaskStarted"


def test_two_closing_decisions_are_refused(swf: Swf):
    swf.start()
    task = swf.poll()
    with refused("ValidationException", "Close must be last decision in list"):
        swf.respond(task, complete(), complete())


def test_a_missing_member_is_named(swf: Swf):
    swf.start()
    task = swf.poll()
    message = (
        "1 validation error detected: Value null at "
        "'decisions.1.member.startTimerDecisionAttributes.timerId' failed to satisfy constraint: "
        "Member must not be null"
    )
    with refused("ValidationException", message):
        swf.respond(task, decision("StartTimer", startToFireTimeout="1"))


def test_decisions_are_carried_out_in_order_with_one_timestamp(swf: Swf):
    execution = swf.start()
    swf.decide(marker("one"), timer(), schedule(), marker("two"))
    events = swf.events(execution)[3:]
    assert [event["eventType"] for event in events] == [
        "DecisionTaskCompleted",
        "MarkerRecorded",
        "TimerStarted",
        "ActivityTaskScheduled",
        "MarkerRecorded",
    ]
    assert len({event["eventTimestamp"] for event in events}) == 1


def test_a_decision_that_fails_leaves_the_others(swf: Swf):
    execution = swf.start()
    swf.decide(
        marker("before"),
        schedule(activityType={"name": "Unknown", "version": "1"}),
        marker("after"),
    )
    assert swf.names(execution)[3:] == [
        "DecisionTaskCompleted",
        "MarkerRecorded",
        "ScheduleActivityTaskFailed",
        "MarkerRecorded",
        "DecisionTaskScheduled",
    ]


def test_however_many_fail_there_is_one_more_task(swf: Swf):
    execution = swf.start()
    unknown = {"name": "Unknown", "version": "1"}
    swf.decide(schedule("a", activityType=unknown), schedule("b", activityType=unknown))
    assert swf.names(execution).count("DecisionTaskScheduled") == 2


def test_an_execution_closes_though_another_decision_failed(swf: Swf):
    execution = swf.start()
    swf.decide(schedule(activityType={"name": "Unknown", "version": "1"}), complete())
    assert swf.names(execution)[-2:] == ["ScheduleActivityTaskFailed", "WorkflowExecutionCompleted"]
