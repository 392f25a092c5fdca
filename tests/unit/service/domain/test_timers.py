"""Timers and markers."""

import pytest

from flowy.service.domain.limits import Limits


@pytest.fixture
def started(world, ask):
    world.start()
    world.decide(ask("StartTimer", timer_id="t", start_to_fire_timeout="60", control="c"))
    return world


def test_a_timer_fires_when_it_is_due_and_wakes(started):
    assert started.names(since=4) == ["TimerStarted"]
    assert started.last("TimerStarted").attributes.control == "c"
    started.sleep(1000)
    fired, scheduled = started.histories["run1"][-2:]
    assert started.names(since=5) == ["TimerFired", "DecisionTaskScheduled"]
    assert fired.event_timestamp == scheduled.event_timestamp == 1_000_060.0
    assert (fired.attributes.timer_id, fired.attributes.started_event_id) == ("t", 5)


def test_a_timer_of_zero_seconds_is_due_at_once(world, ask):
    world.start()
    world.decide(ask("StartTimer", timer_id="t", start_to_fire_timeout="0"))
    assert world.states["run1"].next_due == world.now
    world.sleep(0)
    assert world.names(since=4) == ["TimerStarted", "TimerFired", "DecisionTaskScheduled"]


def test_timers_fire_in_order_of_time_whatever_their_order_of_start(world, ask):
    world.start()
    world.decide(
        ask("StartTimer", timer_id="late", start_to_fire_timeout="20"),
        ask("StartTimer", timer_id="soon", start_to_fire_timeout="10"),
    )
    world.sleep(30)
    events = world.histories["run1"][6:]
    assert world.names(since=6) == ["TimerFired", "DecisionTaskScheduled", "TimerFired"]
    assert [events[0].attributes.timer_id, events[2].attributes.timer_id] == ["soon", "late"]
    assert [event.event_timestamp - 1_000_000 for event in events] == [10, 10, 20]


def test_a_timer_that_is_late_is_not_stamped_before_the_last_event(started):
    started.now += 100
    started.signal()
    started.sleep(0)
    assert started.last("TimerFired").event_timestamp == 1_000_100.0


def test_an_id_is_taken_while_its_timer_runs(started, ask):
    again = ask("StartTimer", timer_id="t", start_to_fire_timeout="1")
    started.signal()
    started.decide(again)
    assert started.names()[-2:] == ["StartTimerFailed", "DecisionTaskScheduled"]
    failed = started.last("StartTimerFailed").attributes
    assert (failed.timer_id, failed.cause) == ("t", "TIMER_ID_ALREADY_IN_USE")
    started.sleep(60)
    started.decide(again)
    assert started.names()[-1] == "TimerStarted"


def test_so_many_timers_run_at_most(make_world, ask):
    world = make_world(Limits(open_timers=1))
    world.start()
    world.decide(
        ask("StartTimer", timer_id="a", start_to_fire_timeout="1"),
        ask("StartTimer", timer_id="b", start_to_fire_timeout="1"),
    )
    assert world.last("StartTimerFailed").attributes.cause == "OPEN_TIMERS_LIMIT_EXCEEDED"


def test_a_cancelled_timer_wakes_nobody_and_does_not_fire(started, ask):
    started.signal()
    started.decide(ask("CancelTimer", timer_id="t"))
    assert started.names()[-1] == "TimerCanceled"
    canceled = started.last("TimerCanceled").attributes
    assert (canceled.timer_id, canceled.started_event_id) == ("t", 5)
    assert canceled.decision_task_completed_event_id == 9
    started.sleep(1000)
    assert "TimerFired" not in started.names()


def test_a_timer_started_and_cancelled_in_one_batch_frees_its_id(world, ask):
    start = ask("StartTimer", timer_id="t", start_to_fire_timeout="9")
    world.start()
    world.decide(start, ask("CancelTimer", timer_id="t"), start)
    assert world.names(since=4) == ["TimerStarted", "TimerCanceled", "TimerStarted"]
    assert world.states["run1"].timer_ids == {"t": 7}


def test_cancelling_a_timer_that_fired_fails(started, ask):
    started.sleep(60)
    started.decide(ask("CancelTimer", timer_id="t"))
    assert started.names()[-2:] == ["CancelTimerFailed", "DecisionTaskScheduled"]
    failed = started.last("CancelTimerFailed").attributes
    assert (failed.timer_id, failed.cause) == ("t", "TIMER_ID_UNKNOWN")


def test_a_marker_is_recorded_and_wakes_nobody(world, ask):
    world.start()
    world.decide(ask("RecordMarker", marker_name="m", details="d"))
    assert world.names(since=4) == ["MarkerRecorded"]
    marker = world.last("MarkerRecorded").attributes
    assert (marker.marker_name, marker.details) == ("m", "d")


@pytest.mark.parametrize(
    ("name", "attributes", "refusal", "cause"),
    [
        (
            "RecordMarker",
            {"marker_name": "m"},
            "OPERATION_NOT_PERMITTED",
            "OPERATION_NOT_PERMITTED",
        ),
        ("CancelTimer", {"timer_id": "t"}, "OPERATION_NOT_PERMITTED", "OPERATION_NOT_PERMITTED"),
        (
            "StartTimer",
            {"timer_id": "t", "start_to_fire_timeout": "1"},
            "OPERATION_NOT_PERMITTED",
            "OPERATION_NOT_PERMITTED",
        ),
        (
            "StartTimer",
            {"timer_id": "t", "start_to_fire_timeout": "1"},
            "RATE_EXCEEDED",
            "TIMER_CREATION_RATE_EXCEEDED",
        ),
    ],
)
def test_the_service_may_refuse(world, ask, name, attributes, refusal, cause):
    world.refuse = lambda decision: refusal
    world.start()
    world.decide(ask(name, **attributes))
    assert world.last(f"{name}Failed").attributes.cause == cause


def test_a_marker_is_never_too_fast(world, ask):
    world.refuse = lambda decision: "RATE_EXCEEDED"
    world.start()
    world.decide(ask("RecordMarker", marker_name="m"))
    assert world.names()[-1] == "MarkerRecorded"
