"""Timers and markers."""

import pytest

from tests.contract.service.swf import Swf, complete, decision, marker, timer


def cancel(timer_id: str = "t") -> dict:
    return decision("CancelTimer", timerId=timer_id)


def test_a_timer_starts(swf: Swf):
    execution = swf.start()
    swf.decide(timer(control="c"))
    assert swf.names(execution)[-1] == "TimerStarted"
    assert swf.last(execution, "TimerStarted") == {
        "timerId": "t",
        "control": "c",
        "startToFireTimeout": "100",
        "decisionTaskCompletedEventId": 4,
    }


def test_a_timer_fires_at_its_moment_and_wakes_the_decider(swf: Swf):
    execution = swf.start()
    swf.decide(timer())
    swf.advance(99)
    assert swf.names(execution)[-1] == "TimerStarted"
    swf.advance(2)
    assert swf.names(execution)[-2:] == ["TimerFired", "DecisionTaskScheduled"]
    assert swf.last(execution, "TimerFired") == {"timerId": "t", "startedEventId": 5}


def test_a_timer_is_stamped_with_its_moment(swf: Swf):
    execution = swf.start()
    swf.decide(timer())
    swf.advance(500)
    events = {event["eventType"]: event["eventTimestamp"] for event in swf.events(execution)}
    assert (events["TimerFired"] - events["TimerStarted"]).total_seconds() == 100


def test_timers_fire_in_order_of_time(swf: Swf):
    execution = swf.start()
    swf.decide(timer("late", "30"), timer("early", "10"), timer("middle", "20"))
    swf.advance(31)
    fired = [
        event["timerFiredEventAttributes"]["timerId"]
        for event in swf.events(execution)
        if event["eventType"] == "TimerFired"
    ]
    assert fired == ["early", "middle", "late"]


def test_a_timer_of_no_seconds_fires_at_once(swf: Swf):
    execution = swf.start()
    swf.decide(timer(seconds="0"))
    swf.poll()
    assert "TimerFired" in swf.names(execution)


def test_a_timer_is_cancelled_and_wakes_nobody(swf: Swf):
    execution = swf.start()
    swf.decide(timer(), cancel())
    assert swf.names(execution)[-1] == "TimerCanceled"
    assert swf.last(execution, "TimerCanceled") == {
        "timerId": "t",
        "startedEventId": 5,
        "decisionTaskCompletedEventId": 4,
    }
    swf.advance(200)
    assert "TimerFired" not in swf.names(execution)


def test_an_id_in_use_is_not_started(swf: Swf):
    execution = swf.start()
    swf.decide(timer(), timer())
    assert swf.last(execution, "StartTimerFailed") == {
        "timerId": "t",
        "cause": "TIMER_ID_ALREADY_IN_USE",
        "decisionTaskCompletedEventId": 4,
    }


def test_a_timer_that_cannot_be_started_wakes_the_decider(swf: Swf):
    execution = swf.start()
    swf.decide(timer(), timer())
    assert swf.names(execution)[-2:] == ["StartTimerFailed", "DecisionTaskScheduled"]


@pytest.mark.parametrize("ending", ["fired", "cancelled"])
def test_an_id_is_free_again_when_its_timer_closed(swf: Swf, ending: str):
    execution = swf.start()
    if ending == "fired":
        swf.decide(timer())
        swf.advance(101)
        swf.decide(timer())
    else:
        swf.decide(timer(), cancel(), timer())
    assert swf.names(execution).count("TimerStarted") == 2
    assert "StartTimerFailed" not in swf.names(execution)


@pytest.mark.parametrize("when", ["never", "fired", "cancelled"])
def test_an_unknown_timer_is_not_cancelled(swf: Swf, when: str):
    execution = swf.start()
    if when == "fired":
        swf.decide(timer())
        swf.advance(101)
        swf.decide(cancel())
    else:
        swf.decide(*([timer(), cancel()] if when == "cancelled" else []), cancel())
    found = swf.last(execution, "CancelTimerFailed")
    assert (found["timerId"], found["cause"]) == ("t", "TIMER_ID_UNKNOWN")
    assert swf.names(execution)[-1] == "DecisionTaskScheduled"


def test_no_timer_fires_in_a_closed_execution(swf: Swf):
    execution = swf.start()
    swf.decide(timer(), complete())
    swf.advance(200)
    assert swf.names(execution)[-1] == "WorkflowExecutionCompleted"


def test_a_marker_is_recorded_and_wakes_nobody(swf: Swf):
    execution = swf.start()
    swf.decide(marker("half", details="of it"))
    assert swf.names(execution)[-1] == "MarkerRecorded"
    assert swf.last(execution, "MarkerRecorded") == {
        "markerName": "half",
        "details": "of it",
        "decisionTaskCompletedEventId": 4,
    }


def test_a_marker_may_be_recorded_twice(swf: Swf):
    execution = swf.start()
    swf.decide(marker(), marker())
    assert swf.names(execution).count("MarkerRecorded") == 2
