"""Activity tasks: decisions, hand-out, answers, timeouts, cancellation."""

import pytest

from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.ids import TaskList, TypeId
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCanceled,
    RespondActivityTaskFailed,
)
from flowy.service.domain import activity_task
from flowy.service.domain.limits import Limits


@pytest.fixture
def scheduled(world, schedule):
    world.start()
    world.decide(schedule(input="in", control="c"))
    return world


def test_a_round_trip_records_scheduled_started_completed_and_wakes(scheduled):
    assert scheduled.lists() == [("activity", "workers")]
    token = scheduled.take_activity()
    scheduled.complete_activity(token, "done")
    assert scheduled.names(since=4) == [
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
        "DecisionTaskScheduled",
    ]
    completed = scheduled.last("ActivityTaskCompleted").attributes
    assert (completed.scheduled_event_id, completed.started_event_id) == (5, 6)
    assert completed.result == "done"
    assert scheduled.last("ActivityTaskStarted").attributes.identity == "worker"


def test_a_scheduled_event_shows_resolved_settings(scheduled, types):
    attributes = scheduled.last("ActivityTaskScheduled").attributes
    assert attributes.activity_type == types["work"]
    assert attributes.schedule_to_start_timeout == "100"
    assert attributes.schedule_to_close_timeout == "500"
    assert attributes.start_to_close_timeout == "200"
    assert attributes.heartbeat_timeout == "NONE"
    assert attributes.task_list == TaskList(name="workers")
    assert (attributes.input, attributes.control) == ("in", "c")
    assert attributes.decision_task_completed_event_id == 4


def test_what_the_decision_asks_for_wins(world, schedule):
    world.start()
    world.decide(
        schedule(task_list=TaskList(name="fast"), task_priority="-3", heartbeat_timeout="9")
    )
    attributes = world.last("ActivityTaskScheduled").attributes
    assert attributes.heartbeat_timeout == "9"
    (task,) = world.tasks.values()
    assert (task.task_list, task.priority) == ("fast", -3)


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (0, "DEFAULT_TASK_LIST_UNDEFINED"),
        (1, "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED"),
        (2, "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED"),
        (3, "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        (4, "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED"),
    ],
)
def test_missing_defaults_fail_the_decision(world, schedule, types, given, cause):
    every = {
        "task_list": TaskList(name="l"),
        "schedule_to_start_timeout": "1",
        "schedule_to_close_timeout": "1",
        "start_to_close_timeout": "1",
    }
    world.start()
    world.decide(schedule(activity_type=types["bare"], **dict(list(every.items())[:given])))
    assert world.names(since=4) == ["ScheduleActivityTaskFailed", "DecisionTaskScheduled"]
    failed = world.last("ScheduleActivityTaskFailed").attributes
    assert failed.cause == cause
    assert (failed.activity_id, failed.activity_type) == ("a", types["bare"])
    assert failed.decision_task_completed_event_id == 4


def test_an_unknown_type_fails_the_decision(world, schedule):
    world.start()
    world.decide(schedule(activity_type=TypeId(name="no", version="1")))
    cause = world.last("ScheduleActivityTaskFailed").attributes.cause
    assert cause == "ACTIVITY_TYPE_DOES_NOT_EXIST"


def test_a_deprecated_type_fails_the_decision(world, schedule, types):
    world.start()
    world.decide(schedule(activity_type=types["old"]))
    assert world.last("ScheduleActivityTaskFailed").attributes.cause == "ACTIVITY_TYPE_DEPRECATED"


def test_an_id_is_taken_while_its_activity_is_open(scheduled, schedule):
    token = scheduled.take_activity()
    scheduled.signal()
    scheduled.decide(schedule())
    cause = scheduled.last("ScheduleActivityTaskFailed").attributes.cause
    assert cause == "ACTIVITY_ID_ALREADY_IN_USE"
    scheduled.complete_activity(token)
    scheduled.decide(schedule())
    assert scheduled.names()[-1] == "ActivityTaskScheduled"


def test_an_id_is_taken_within_one_batch(world, schedule):
    world.start()
    world.decide(schedule(), schedule())
    assert world.names(since=4) == [
        "ActivityTaskScheduled",
        "ScheduleActivityTaskFailed",
        "DecisionTaskScheduled",
    ]


def test_so_many_activities_are_open_at_most(make_world, schedule):
    world = make_world(Limits(open_activities=2))
    world.start()
    world.decide(schedule("a"), schedule("b"), schedule("c"))
    failed = world.last("ScheduleActivityTaskFailed").attributes
    assert (failed.cause, failed.activity_id) == ("OPEN_ACTIVITIES_LIMIT_EXCEEDED", "c")


@pytest.mark.parametrize(
    ("refusal", "cause"),
    [
        ("RATE_EXCEEDED", "ACTIVITY_CREATION_RATE_EXCEEDED"),
        ("OPERATION_NOT_PERMITTED", "OPERATION_NOT_PERMITTED"),
    ],
)
def test_the_service_may_refuse(world, schedule, refusal, cause):
    world.refuse = lambda decision: refusal
    world.start()
    world.decide(schedule())
    assert world.last("ScheduleActivityTaskFailed").attributes.cause == cause


def test_a_worker_fails_its_activity(scheduled):
    token = scheduled.take_activity()
    request = RespondActivityTaskFailed(task_token="t", reason="why", details="more")
    scheduled.store(
        activity_task.fail_activity_task(
            scheduled.states["run1"], token, request, scheduled.context
        )
    )
    assert scheduled.names(since=6) == ["ActivityTaskFailed", "DecisionTaskScheduled"]
    failed = scheduled.last("ActivityTaskFailed").attributes
    assert (failed.reason, failed.details) == ("why", "more")
    assert (failed.scheduled_event_id, failed.started_event_id) == (5, 6)


def test_an_activity_is_handed_out_once(scheduled):
    scheduled.take_activity()
    with pytest.raises(UnknownResourceFault):
        activity_task.start_activity_task(scheduled.states["run1"], 5, "other", scheduled.context)


def test_a_token_is_good_once(scheduled):
    token = scheduled.take_activity()
    scheduled.complete_activity(token)
    with pytest.raises(UnknownResourceFault) as caught:
        scheduled.complete_activity(token)
    assert caught.value.message == "Unknown activity, scheduledEventId = 5"


def test_a_token_of_a_closed_execution_is_unknown(scheduled):
    token = scheduled.take_activity()
    scheduled.terminate()
    with pytest.raises(UnknownResourceFault, match="Unknown execution"):
        scheduled.complete_activity(token)


def test_an_unstarted_activity_is_cancelled_at_once_and_wakes(scheduled, ask):
    scheduled.signal()
    scheduled.decide(ask("RequestCancelActivityTask", activity_id="a"))
    assert scheduled.names(since=8) == [
        "DecisionTaskCompleted",
        "ActivityTaskCancelRequested",
        "ActivityTaskCanceled",
        "DecisionTaskScheduled",
    ]
    canceled = scheduled.last("ActivityTaskCanceled").attributes
    assert canceled.scheduled_event_id == 5
    assert canceled.started_event_id == 0
    assert canceled.latest_cancel_requested_event_id == 10
    assert scheduled.lists() == [("decision", "deciders")]


def test_an_activity_cancelled_in_the_batch_that_scheduled_it_never_waits(world, ask, schedule):
    world.start()
    world.decide(schedule(), ask("RequestCancelActivityTask", activity_id="a"), schedule())
    assert world.names(since=4) == [
        "ActivityTaskScheduled",
        "ActivityTaskCancelRequested",
        "ActivityTaskCanceled",
        "ActivityTaskScheduled",
        "DecisionTaskScheduled",
    ]
    assert sorted(world.lists()) == [("activity", "workers"), ("decision", "deciders")]


def test_a_started_activity_hears_of_the_request_and_answers_cancelled(scheduled, ask):
    token = scheduled.take_activity()
    assert scheduled.heartbeat(token) is False
    scheduled.signal()
    scheduled.decide(ask("RequestCancelActivityTask", activity_id="a"))
    assert scheduled.names()[-1] == "ActivityTaskCancelRequested", "nobody is woken"
    assert scheduled.heartbeat(token) is True
    request = RespondActivityTaskCanceled(task_token="t", details="bye")
    scheduled.store(
        activity_task.cancel_activity_task(
            scheduled.states["run1"], token, request, scheduled.context
        )
    )
    assert scheduled.names()[-2:] == ["ActivityTaskCanceled", "DecisionTaskScheduled"]
    canceled = scheduled.last("ActivityTaskCanceled").attributes
    requested = scheduled.last("ActivityTaskCancelRequested").event_id
    assert canceled.latest_cancel_requested_event_id == requested
    assert (canceled.started_event_id, canceled.details) == (6, "bye")


def test_an_activity_asked_to_cancel_may_complete(scheduled, ask):
    token = scheduled.take_activity()
    scheduled.signal()
    scheduled.decide(ask("RequestCancelActivityTask", activity_id="a"))
    scheduled.complete_activity(token)
    assert scheduled.names()[-2:] == ["ActivityTaskCompleted", "DecisionTaskScheduled"]


def test_cancelling_an_activity_that_is_not_open_fails(scheduled, ask):
    scheduled.complete_activity(scheduled.take_activity())
    scheduled.decide(ask("RequestCancelActivityTask", activity_id="a"))
    assert scheduled.names()[-2:] == ["RequestCancelActivityTaskFailed", "DecisionTaskScheduled"]
    failed = scheduled.last("RequestCancelActivityTaskFailed").attributes
    assert (failed.activity_id, failed.cause) == ("a", "ACTIVITY_ID_UNKNOWN")


def test_an_activity_that_nobody_starts_times_out(scheduled):
    scheduled.sleep(150)
    timed_out = scheduled.last("ActivityTaskTimedOut")
    assert scheduled.names(since=5) == ["ActivityTaskTimedOut", "DecisionTaskScheduled"]
    assert timed_out.event_timestamp == 1_000_100.0
    assert timed_out.attributes.timeout_type == "SCHEDULE_TO_START"
    assert (timed_out.attributes.scheduled_event_id, timed_out.attributes.started_event_id) == (
        5,
        0,
    )
    assert scheduled.lists() == [("decision", "deciders")], "the task is gone from its list"


def test_an_activity_that_runs_too_long_times_out_whatever_its_heartbeats(scheduled):
    token = scheduled.take_activity()
    scheduled.sleep(199)
    scheduled.heartbeat(token, "half")
    scheduled.sleep(1)
    timed_out = scheduled.last("ActivityTaskTimedOut").attributes
    assert (timed_out.timeout_type, timed_out.started_event_id) == ("START_TO_CLOSE", 6)
    assert timed_out.details == "half"
    with pytest.raises(UnknownResourceFault):
        scheduled.heartbeat(token)


@pytest.mark.parametrize("taken", [True, False])
def test_an_activity_times_out_from_its_scheduling_started_or_not(world, schedule, taken):
    world.start()
    world.decide(
        schedule(
            schedule_to_close_timeout="50",
            schedule_to_start_timeout="NONE",
            start_to_close_timeout="NONE",
        )
    )
    if taken:
        world.take_activity()
    world.sleep(50)
    timed_out = world.last("ActivityTaskTimedOut").attributes
    assert timed_out.timeout_type == "SCHEDULE_TO_CLOSE"
    assert timed_out.started_event_id == (6 if taken else 0)


def test_a_heartbeat_is_due_from_the_start_and_then_from_each_heartbeat(world, schedule):
    world.start()
    world.decide(schedule(heartbeat_timeout="10"))
    world.sleep(50)
    token = world.take_activity()
    world.sleep(9)
    world.heartbeat(token, "first")
    world.sleep(9)
    world.heartbeat(token, "second")
    world.sleep(9)
    assert "ActivityTaskTimedOut" not in world.names()
    assert world.states["run1"].next_due == 1_000_078.0
    world.sleep(100)
    timed_out = world.last("ActivityTaskTimedOut")
    assert timed_out.event_timestamp == 1_000_078.0
    assert timed_out.attributes.timeout_type == "HEARTBEAT"
    assert timed_out.attributes.details == "second"


def test_one_activity_times_out_once_although_two_clocks_ran_out(world, schedule):
    world.start()
    world.decide(schedule(heartbeat_timeout="10", start_to_close_timeout="20"))
    world.take_activity()
    world.sleep(100)
    assert world.names().count("ActivityTaskTimedOut") == 1


def test_describe_knows_when_the_last_activity_was_scheduled(scheduled):
    assert scheduled.states["run1"].latest_activity_task_at == 1_000_000.0
