"""How executions close: by decision or by time, and when they may not."""

from typing import Any

import pytest

from tests.contract.service.swf import (
    Json,
    Swf,
    complete,
    decision,
    marker,
    refused,
    schedule,
    timer,
)

ENDINGS: dict[str, tuple[str, str, Json]] = {
    "Complete": ("WorkflowExecutionCompleted", "COMPLETED", {"result": "42"}),
    "Fail": ("WorkflowExecutionFailed", "FAILED", {"reason": "broke", "details": "badly"}),
    "Cancel": ("WorkflowExecutionCanceled", "CANCELED", {"details": "gave up"}),
}


@pytest.fixture(params=sorted(ENDINGS))
def ending(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _close(ending: str, **more: Any) -> Json:
    return decision(f"{ending}WorkflowExecution", **more)


def _signal(swf: Swf) -> None:
    swf.client.signal_workflow_execution(
        domain=swf.domain, workflowId="order", signalName="go", input=""
    )


def test_a_decision_closes_the_execution(swf: Swf, ending: str):
    event, status, told = ENDINGS[ending]
    execution = swf.start()
    swf.decide(marker(), _close(ending, **told))
    assert swf.names(execution)[-2:] == ["MarkerRecorded", event]
    assert swf.last(execution, event) == {**told, "decisionTaskCompletedEventId": 4}
    info = swf.describe(execution)["executionInfo"]
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", status)


def test_a_decision_needs_to_say_nothing(swf: Swf, ending: str):
    event, _, _ = ENDINGS[ending]
    execution = swf.start()
    swf.decide({"decisionType": f"{ending}WorkflowExecution"})
    assert swf.last(execution, event) == {"decisionTaskCompletedEventId": 4}


def test_an_execution_with_news_does_not_close(swf: Swf, ending: str):
    execution = swf.start()
    task = swf.poll()
    _signal(swf)
    swf.respond(task, marker(), _close(ending))
    assert swf.names(execution)[3:] == [
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "DecisionTaskCompleted",
        "MarkerRecorded",
        f"{ending}WorkflowExecutionFailed",
    ]
    assert swf.last(execution, f"{ending}WorkflowExecutionFailed") == {
        "cause": "UNHANDLED_DECISION",
        "decisionTaskCompletedEventId": 6,
    }
    assert swf.describe(execution)["executionInfo"]["executionStatus"] == "OPEN"
    swf.decide(_close(ending))
    assert swf.describe(execution)["executionInfo"]["executionStatus"] == "CLOSED"


def test_what_is_open_does_not_hinder(swf: Swf, ending: str):
    execution = swf.start()
    swf.decide(schedule("waits"), schedule("runs"), timer())
    swf.work()
    _signal(swf)
    swf.decide(_close(ending))
    assert swf.describe(execution)["executionInfo"]["executionStatus"] == "CLOSED"


def test_nothing_happens_after_the_close(swf: Swf, ending: str):
    execution = swf.start()
    swf.decide(schedule(), timer(), _close(ending))
    length = len(swf.events(execution))
    swf.advance(10_000)
    assert len(swf.events(execution)) == length
    assert swf.waiting_activities() == 0
    with refused("UnknownResourceFault"):
        _signal(swf)


def test_an_execution_times_out(swf: Swf):
    execution = swf.start(executionStartToCloseTimeout="50")
    swf.decide(schedule(), timer())
    swf.advance(49)
    assert swf.describe(execution)["executionInfo"]["executionStatus"] == "OPEN"
    swf.advance(2)
    assert swf.names(execution)[-1] == "WorkflowExecutionTimedOut"
    assert swf.last(execution, "WorkflowExecutionTimedOut") == {
        "timeoutType": "START_TO_CLOSE",
        "childPolicy": "TERMINATE",
    }
    info = swf.describe(execution)["executionInfo"]
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", "TIMED_OUT")
    assert swf.waiting_activities() == 0


def test_an_execution_times_out_at_its_moment(swf: Swf):
    execution = swf.start(executionStartToCloseTimeout="50")
    swf.advance(1_000)
    events = swf.events(execution)
    lasted = events[-1]["eventTimestamp"] - events[0]["eventTimestamp"]
    assert lasted.total_seconds() == 50


def test_the_decider_of_an_execution_that_timed_out_is_too_late(swf: Swf):
    swf.start(executionStartToCloseTimeout="50", taskStartToCloseTimeout="100")
    task = swf.poll()
    swf.advance(51)
    with refused("UnknownResourceFault"):
        swf.respond(task, complete())
