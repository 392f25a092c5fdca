"""Lambda function tasks."""

import pytest

from flowy.protocol.faults import UnknownResourceFault
from flowy.service.domain import lambda_task
from flowy.service.domain.limits import Limits

ROLE = "arn:aws:iam::000000000000:role/swf"


@pytest.fixture
def invoke(ask):
    def make(id="l", **attributes):
        return ask("ScheduleLambdaFunction", id=id, name="double", input="2", **attributes)

    return make


@pytest.fixture
def scheduled(world, invoke):
    world.start(lambda_role=ROLE)
    world.decide(invoke(control="c"))
    return world


def take(world):
    change = lambda_task.start_lambda_task(world.states["run1"], 5, world.context)
    world.store(change)


def test_a_function_is_scheduled_started_and_completed(scheduled):
    assert scheduled.lists() == [("lambda", "double")]
    assert scheduled.last("LambdaFunctionScheduled").attributes.start_to_close_timeout == "900"
    take(scheduled)
    assert scheduled.tasks == {}
    scheduled.store(
        lambda_task.complete_lambda_task(scheduled.states["run1"], 5, "4", scheduled.context)
    )
    assert scheduled.names(since=4) == [
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionCompleted",
        "DecisionTaskScheduled",
    ]
    completed = scheduled.last("LambdaFunctionCompleted").attributes
    assert (completed.scheduled_event_id, completed.started_event_id) == (5, 6)
    assert completed.result == "4"


def test_a_function_fails(scheduled):
    take(scheduled)
    change = lambda_task.fail_lambda_task(
        scheduled.states["run1"], 5, ("reason", "details"), scheduled.context
    )
    scheduled.store(change)
    assert scheduled.names(since=6) == ["LambdaFunctionFailed", "DecisionTaskScheduled"]
    failed = scheduled.last("LambdaFunctionFailed").attributes
    assert (failed.reason, failed.details) == ("reason", "details")


def test_a_function_times_out_from_its_start(scheduled):
    scheduled.sleep(1000)
    take(scheduled)
    scheduled.sleep(900)
    assert scheduled.names(since=6) == ["LambdaFunctionTimedOut", "DecisionTaskScheduled"]
    timed_out = scheduled.last("LambdaFunctionTimedOut")
    assert timed_out.event_timestamp == 1_001_900.0
    assert timed_out.attributes.timeout_type == "START_TO_CLOSE"
    with pytest.raises(UnknownResourceFault):
        lambda_task.complete_lambda_task(scheduled.states["run1"], 5, "4", scheduled.context)


def test_a_function_is_handed_out_once(scheduled):
    take(scheduled)
    with pytest.raises(UnknownResourceFault):
        take(scheduled)


def test_without_a_role_it_is_scheduled_but_not_started(world, invoke):
    world.start()
    world.decide(invoke())
    assert world.names(since=4) == [
        "LambdaFunctionScheduled",
        "StartLambdaFunctionFailed",
        "DecisionTaskScheduled",
    ]
    failed = world.last("StartLambdaFunctionFailed").attributes
    assert (failed.cause, failed.scheduled_event_id) == ("ASSUME_ROLE_FAILED", 5)
    assert failed.message == "No IAM role is attached to the current workflow execution."
    assert world.states["run1"].lambdas == {}


def fails_with(world, cause):
    assert world.names()[-2:] == ["ScheduleLambdaFunctionFailed", "DecisionTaskScheduled"]
    failed = world.last("ScheduleLambdaFunctionFailed").attributes
    assert (failed.cause, failed.id, failed.name) == (cause, "l", "double")


def test_without_a_runner_it_cannot_be_scheduled(world, invoke):
    world.lambda_available = False
    world.start(lambda_role=ROLE)
    world.decide(invoke())
    fails_with(world, "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION")


def test_an_id_is_taken_while_its_function_is_open(scheduled, invoke):
    scheduled.signal()
    scheduled.decide(invoke())
    fails_with(scheduled, "ID_ALREADY_IN_USE")


def test_so_many_functions_are_open_at_most(make_world, invoke):
    world = make_world(Limits(open_lambda_functions=1))
    world.start(lambda_role=ROLE)
    world.decide(invoke("first"), invoke())
    fails_with(world, "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED")


def test_functions_may_come_too_fast(world, invoke):
    world.refuse = lambda decision: "RATE_EXCEEDED"
    world.start(lambda_role=ROLE)
    world.decide(invoke())
    fails_with(world, "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED")
