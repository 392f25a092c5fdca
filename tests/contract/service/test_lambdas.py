"""Lambda functions: with a role and a function, and without."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.service.swf import Json, Swf, complete, decision, refused

ROLE = "arn:aws:iam::123456789012:role/lambda"


def call(name: str, identity: str = "call-1", **more: Any) -> Json:
    return decision("ScheduleLambdaFunction", id=identity, name=name, **more)


def _outcome(swf: Swf, *decisions: Json) -> tuple[Json, list[Json]]:
    """Start with a role, decide, and return the events that the next decider sees."""
    execution = swf.start(lambdaRole=ROLE)
    swf.decide(*decisions)
    return execution, swf.poll()["events"]


def test_a_function_gives_its_result(swf: Swf):
    execution, events = _outcome(swf, call("upper", input="leek", control="c"))
    assert [event["eventType"] for event in events[4:]] == [
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionCompleted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
    ]
    assert swf.last(execution, "LambdaFunctionScheduled") == {
        "id": "call-1",
        "name": "upper",
        "input": "leek",
        "control": "c",
        "startToCloseTimeout": "900",
        "decisionTaskCompletedEventId": 4,
    }
    assert swf.last(execution, "LambdaFunctionStarted") == {"scheduledEventId": 5}
    assert swf.last(execution, "LambdaFunctionCompleted") == {
        "result": "LEEK",
        "scheduledEventId": 5,
        "startedEventId": 6,
    }


def test_a_function_that_raises_fails(swf: Swf):
    execution, _ = _outcome(swf, call("explode", input="leek"))
    assert swf.last(execution, "LambdaFunctionFailed") == {
        "reason": "ValueError",
        "details": "cannot read leek",
        "scheduledEventId": 5,
        "startedEventId": 6,
    }


def test_an_unknown_function_fails(swf: Swf):
    execution, _ = _outcome(swf, call("nothing"))
    found = swf.last(execution, "LambdaFunctionFailed")
    assert found["reason"] == "ResourceNotFoundException"


def test_without_a_role_no_function_starts(swf: Swf):
    execution = swf.start()
    swf.decide(call("upper"))
    assert swf.names(execution)[4:] == [
        "LambdaFunctionScheduled",
        "StartLambdaFunctionFailed",
        "DecisionTaskScheduled",
    ]
    assert swf.last(execution, "StartLambdaFunctionFailed") == {
        "scheduledEventId": 5,
        "cause": "ASSUME_ROLE_FAILED",
        "message": "No IAM role is attached to the current workflow execution.",
    }


def test_an_id_in_use_is_not_scheduled(swf: Swf):
    execution, _ = _outcome(swf, call("upper"), call("upper"))
    assert swf.last(execution, "ScheduleLambdaFunctionFailed") == {
        "id": "call-1",
        "name": "upper",
        "cause": "ID_ALREADY_IN_USE",
        "decisionTaskCompletedEventId": 4,
    }


def test_a_function_that_waits_too_long_times_out(
    swf_with_a_stuck_function: tuple[Swf, threading.Event],
):
    swf, called = swf_with_a_stuck_function
    execution = swf.start(lambdaRole=ROLE)
    swf.decide(call("stuck", startToCloseTimeout="5"))
    assert called.wait(30)
    swf.advance(6)
    events = swf.poll()["events"]
    assert [event["eventType"] for event in events[4:7]] == [
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionTimedOut",
    ]
    assert swf.last(execution, "LambdaFunctionTimedOut") == {
        "scheduledEventId": 5,
        "startedEventId": 6,
        "timeoutType": "START_TO_CLOSE",
    }


def test_where_there_are_no_functions_there_is_no_lambda(limited: Callable[..., Swf]):
    swf = limited()
    execution = swf.start(lambdaRole=ROLE)
    swf.decide(call("upper"))
    found = swf.last(execution, "ScheduleLambdaFunctionFailed")
    assert found["cause"] == "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
    assert swf.names(execution)[-1] == "DecisionTaskScheduled"


def test_a_function_of_a_closed_execution_changes_nothing(swf: Swf):
    execution = swf.start(lambdaRole=ROLE)
    swf.decide(call("upper"), complete())
    swf.advance(1_000)
    assert swf.names(execution)[-1] == "WorkflowExecutionCompleted"


@pytest.mark.parametrize("timeout", ["0", "901", "NONE"])
def test_a_function_has_at_most_fifteen_minutes(swf: Swf, timeout: str):
    swf.start(lambdaRole=ROLE)
    task = swf.poll()
    with refused("ValidationException"):
        swf.respond(task, call("upper", startToCloseTimeout=timeout))
