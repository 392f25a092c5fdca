"""The four timeouts of activity tasks."""

import pytest

from tests.contract.service.swf import Json, Swf, complete, refused, schedule

UNLIMITED = {
    "scheduleToStartTimeout": "NONE",
    "scheduleToCloseTimeout": "NONE",
    "startToCloseTimeout": "NONE",
    "heartbeatTimeout": "NONE",
}
CASES = [
    ("scheduleToStartTimeout", "SCHEDULE_TO_START", False),
    ("scheduleToCloseTimeout", "SCHEDULE_TO_CLOSE", False),
    ("scheduleToCloseTimeout", "SCHEDULE_TO_CLOSE", True),
    ("startToCloseTimeout", "START_TO_CLOSE", True),
    ("heartbeatTimeout", "HEARTBEAT", True),
]


def _scheduled(swf: Swf, **timeouts: str) -> Json:
    execution = swf.start()
    swf.decide(schedule(**{**UNLIMITED, **timeouts}))
    return execution


@pytest.mark.parametrize(("member", "kind", "starts"), CASES)
def test_an_activity_times_out_and_wakes_the_decider(
    swf: Swf, member: str, kind: str, starts: bool
):
    execution = _scheduled(swf, **{member: "30"})
    work = swf.work() if starts else None
    swf.advance(29)
    assert "ActivityTaskTimedOut" not in swf.names(execution)
    swf.advance(2)
    assert swf.names(execution)[-2:] == ["ActivityTaskTimedOut", "DecisionTaskScheduled"]
    found = swf.last(execution, "ActivityTaskTimedOut")
    assert found["timeoutType"] == kind
    assert found["scheduledEventId"] == 5
    assert found["startedEventId"] == (6 if starts else 0)
    assert swf.waiting_activities() == 0
    if work is not None:
        with refused("UnknownResourceFault", "Unknown activity, scheduledEventId = 5"):
            swf.client.respond_activity_task_completed(taskToken=work["taskToken"])


@pytest.mark.parametrize("starts", [False, True])
def test_an_unlimited_activity_does_not_time_out(swf: Swf, starts: bool):
    execution = _scheduled(swf)
    if starts:
        swf.work()
    swf.advance(3_500)
    assert "ActivityTaskTimedOut" not in swf.names(execution)


def test_a_heartbeat_puts_the_heartbeat_timeout_off(swf: Swf):
    execution = _scheduled(swf, heartbeatTimeout="30")
    work = swf.work()
    for number in range(3):
        swf.advance(20)
        swf.client.record_activity_task_heartbeat(
            taskToken=work["taskToken"], details=f"beat {number}"
        )
    assert "ActivityTaskTimedOut" not in swf.names(execution)
    swf.advance(31)
    found = swf.last(execution, "ActivityTaskTimedOut")
    assert (found["timeoutType"], found["details"]) == ("HEARTBEAT", "beat 2")


def test_the_heartbeat_clock_begins_when_the_task_does(swf: Swf):
    execution = _scheduled(swf, heartbeatTimeout="30")
    swf.advance(100)
    swf.work()
    swf.advance(20)
    assert "ActivityTaskTimedOut" not in swf.names(execution)


@pytest.mark.parametrize("member", ["startToCloseTimeout", "scheduleToCloseTimeout"])
def test_heartbeats_put_no_other_timeout_off(swf: Swf, member: str):
    execution = _scheduled(swf, **{member: "30"})
    work = swf.work()
    swf.advance(20)
    swf.client.record_activity_task_heartbeat(taskToken=work["taskToken"], details="alive")
    swf.advance(11)
    assert swf.last(execution, "ActivityTaskTimedOut")["details"] == "alive"


def test_the_first_timeout_counts(swf: Swf):
    execution = _scheduled(swf, scheduleToCloseTimeout="50", startToCloseTimeout="30")
    swf.advance(25)
    swf.work()
    swf.advance(26)
    assert swf.last(execution, "ActivityTaskTimedOut")["timeoutType"] == "SCHEDULE_TO_CLOSE"


def test_a_timeout_is_stamped_with_the_moment_at_which_it_ran_out(swf: Swf):
    execution = _scheduled(swf, scheduleToStartTimeout="30")
    swf.advance(1_000)
    events = {event["eventType"]: event["eventTimestamp"] for event in swf.events(execution)}
    waited = events["ActivityTaskTimedOut"] - events["ActivityTaskScheduled"]
    assert waited.total_seconds() == 30


def test_an_activity_that_timed_out_may_be_tried_again(swf: Swf):
    execution = _scheduled(swf, scheduleToStartTimeout="30")
    swf.advance(31)
    swf.decide(schedule())
    swf.client.respond_activity_task_completed(taskToken=swf.work()["taskToken"])
    swf.decide(complete())
    assert swf.names(execution)[-1] == "WorkflowExecutionCompleted"
