"""Activity tasks: scheduled, started, answered, cancelled, and why they cannot be scheduled."""

from typing import Any

import pytest

from tests.contract.service.swf import (
    ACTIVITIES,
    ACTIVITY,
    BARE_ACTIVITY,
    Json,
    Swf,
    complete,
    decision,
    refused,
    schedule,
)

COMPLETE = {
    "taskList": ACTIVITIES,
    "scheduleToStartTimeout": "1",
    "scheduleToCloseTimeout": "2",
    "startToCloseTimeout": "3",
    "heartbeatTimeout": "4",
}


def _cancel(activity_id: str = "pay-1") -> Json:
    return decision("RequestCancelActivityTask", activityId=activity_id)


def _signal(swf: Swf) -> None:
    swf.client.signal_workflow_execution(
        domain=swf.domain, workflowId="order", signalName="go", input=""
    )


def _in_hand(swf: Swf, **settings: Any) -> tuple[Json, Json]:
    """Start an execution with one activity task, which a worker has."""
    execution = swf.start()
    swf.decide(schedule(**settings))
    return execution, swf.work()


def _cancelled_in_hand(swf: Swf) -> tuple[Json, Json]:
    execution, work = _in_hand(swf)
    _signal(swf)
    swf.decide(_cancel())
    return execution, work


def test_an_activity_is_scheduled_as_the_decision_says(swf: Swf):
    execution = swf.start()
    swf.decide(schedule(activityType=BARE_ACTIVITY, input="7", control="c", **COMPLETE))
    assert swf.last(execution, "ActivityTaskScheduled") == {
        "activityType": BARE_ACTIVITY,
        "activityId": "pay-1",
        "input": "7",
        "control": "c",
        "decisionTaskCompletedEventId": 4,
        **COMPLETE,
    }


def test_settings_come_from_the_type(swf: Swf):
    execution = swf.start()
    swf.decide(schedule())
    found = swf.last(execution, "ActivityTaskScheduled")
    assert found["taskList"] == ACTIVITIES
    assert (found["scheduleToStartTimeout"], found["scheduleToCloseTimeout"]) == ("600", "900")
    assert (found["startToCloseTimeout"], found["heartbeatTimeout"]) == ("600", "600")


def test_a_priority_is_kept(swf: Swf):
    execution = swf.start()
    swf.decide(schedule(taskPriority="-3"))
    assert swf.last(execution, "ActivityTaskScheduled")["taskPriority"] == "-3"


def test_a_worker_is_given_what_was_scheduled(swf: Swf):
    execution = swf.start()
    swf.decide(schedule(input="7"))
    work = swf.work(identity="worker-1")
    assert work["activityId"] == "pay-1"
    assert work["activityType"] == ACTIVITY
    assert work["input"] == "7"
    assert work["workflowExecution"] == execution
    assert work["startedEventId"] == 6
    found = swf.last(execution, "ActivityTaskStarted")
    assert found == {"identity": "worker-1", "scheduledEventId": 5}


def test_starting_an_activity_wakes_nobody(swf: Swf):
    execution, _ = _in_hand(swf)
    assert swf.names(execution)[-1] == "ActivityTaskStarted"


def test_an_empty_poll_has_no_task(swf: Swf):
    found = swf.client.poll_for_activity_task(domain=swf.domain, taskList={"name": "never"})
    assert not found.get("taskToken")


def test_a_poll_in_an_unknown_domain_is_a_fault(swf: Swf):
    with refused("UnknownResourceFault", "Unknown domain: nowhere"):
        swf.client.poll_for_activity_task(domain="nowhere", taskList=ACTIVITIES)


@pytest.mark.parametrize("name", [" a", "a ", "a:b"])
def test_a_polled_list_may_not_have_any_name(swf: Swf, name: str):
    with refused("ValidationException"):
        swf.client.poll_for_activity_task(domain=swf.domain, taskList={"name": name})


def test_a_result_is_recorded_and_wakes_the_decider(swf: Swf):
    execution, work = _in_hand(swf)
    swf.client.respond_activity_task_completed(taskToken=work["taskToken"], result="paid")
    assert swf.names(execution)[4:] == [
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
        "DecisionTaskScheduled",
    ]
    found = swf.last(execution, "ActivityTaskCompleted")
    assert found == {"result": "paid", "scheduledEventId": 5, "startedEventId": 6}


def test_a_failure_is_recorded_and_wakes_the_decider(swf: Swf):
    execution, work = _in_hand(swf)
    swf.client.respond_activity_task_failed(
        taskToken=work["taskToken"], reason="broke", details="no money"
    )
    assert swf.names(execution)[-2:] == ["ActivityTaskFailed", "DecisionTaskScheduled"]
    assert swf.last(execution, "ActivityTaskFailed") == {
        "reason": "broke",
        "details": "no money",
        "scheduledEventId": 5,
        "startedEventId": 6,
    }


def test_a_cancellation_is_recorded_and_wakes_the_decider(swf: Swf):
    execution, work = _cancelled_in_hand(swf)
    swf.client.respond_activity_task_canceled(taskToken=work["taskToken"], details="stopped")
    assert swf.names(execution)[-2:] == ["ActivityTaskCanceled", "DecisionTaskScheduled"]
    requested = next(
        event["eventId"]
        for event in swf.events(execution)
        if event["eventType"] == "ActivityTaskCancelRequested"
    )
    assert swf.last(execution, "ActivityTaskCanceled") == {
        "details": "stopped",
        "scheduledEventId": 5,
        "startedEventId": 6,
        "latestCancelRequestedEventId": requested,
    }


def test_a_heartbeat_is_answered_and_not_recorded(swf: Swf):
    execution, work = _in_hand(swf)
    length = len(swf.events(execution))
    found = swf.client.record_activity_task_heartbeat(taskToken=work["taskToken"], details="half")
    assert found["cancelRequested"] is False
    assert len(swf.events(execution)) == length


def test_a_worker_hears_of_a_cancellation_by_its_heartbeat(swf: Swf):
    execution, work = _cancelled_in_hand(swf)
    assert swf.names(execution)[-1] == "ActivityTaskCancelRequested"
    assert swf.last(execution, "ActivityTaskCancelRequested")["activityId"] == "pay-1"
    found = swf.client.record_activity_task_heartbeat(taskToken=work["taskToken"])
    assert found["cancelRequested"] is True


@pytest.mark.parametrize("answer", ["completed", "failed"])
def test_a_worker_need_not_obey_a_cancellation(swf: Swf, answer: str):
    execution, work = _cancelled_in_hand(swf)
    getattr(swf.client, f"respond_activity_task_{answer}")(taskToken=work["taskToken"])
    assert swf.names(execution)[-2] == f"ActivityTask{answer.title()}"


def test_an_activity_that_did_not_start_is_cancelled_at_once(swf: Swf):
    execution = swf.start()
    swf.decide(schedule())
    _signal(swf)
    swf.decide(_cancel())
    assert swf.names(execution)[-3:] == [
        "ActivityTaskCancelRequested",
        "ActivityTaskCanceled",
        "DecisionTaskScheduled",
    ]
    assert swf.last(execution, "ActivityTaskCanceled")["startedEventId"] == 0
    assert swf.waiting_activities() == 0


@pytest.mark.parametrize("when", ["never", "closed"])
def test_an_unknown_activity_is_not_cancelled(swf: Swf, when: str):
    execution = swf.start()
    if when == "closed":
        swf.decide(schedule())
        swf.client.respond_activity_task_completed(taskToken=swf.work()["taskToken"])
    swf.decide(_cancel())
    found = swf.last(execution, "RequestCancelActivityTaskFailed")
    assert (found["activityId"], found["cause"]) == ("pay-1", "ACTIVITY_ID_UNKNOWN")
    assert swf.names(execution)[-1] == "DecisionTaskScheduled"


CALLS = [
    "record_activity_task_heartbeat",
    "respond_activity_task_canceled",
    "respond_activity_task_completed",
    "respond_activity_task_failed",
]


@pytest.mark.parametrize("call", CALLS)
def test_a_task_is_answered_once(swf: Swf, call: str):
    execution, work = _in_hand(swf)
    swf.client.respond_activity_task_completed(taskToken=work["taskToken"])
    length = len(swf.events(execution))
    with refused("UnknownResourceFault", "Unknown activity, scheduledEventId = 5"):
        getattr(swf.client, call)(taskToken=work["taskToken"])
    assert len(swf.events(execution)) == length


@pytest.mark.parametrize("call", CALLS)
def test_a_task_of_a_closed_execution_is_over(swf: Swf, call: str):
    _, work = _in_hand(swf)
    _signal(swf)
    swf.decide(complete())
    with refused("UnknownResourceFault"):
        getattr(swf.client, call)(taskToken=work["taskToken"])


@pytest.mark.parametrize("call", CALLS)
def test_a_token_that_is_none_is_refused(swf: Swf, call: str):
    with refused("ValidationException", "Invalid token"):
        getattr(swf.client, call)(taskToken="garbage")


@pytest.mark.parametrize(
    ("call", "member", "limit"),
    [
        ("record_activity_task_heartbeat", "details", 2_048),
        ("respond_activity_task_canceled", "details", 32_768),
        ("respond_activity_task_completed", "result", 32_768),
        ("respond_activity_task_failed", "details", 32_768),
        ("respond_activity_task_failed", "reason", 256),
    ],
)
def test_an_answer_has_a_greatest_length(swf: Swf, call: str, member: str, limit: int):
    _, work = _in_hand(swf)
    answer = getattr(swf.client, call)
    with refused("ValidationException"):
        answer(taskToken=work["taskToken"], **{member: "x" * (limit + 1)})
    answer(taskToken=work["taskToken"], **{member: "ü" * limit})


def _failed(swf: Swf, *decisions: Json) -> list[str]:
    """Decide, and return the causes of what could not be scheduled."""
    execution = swf.start()
    swf.decide(*decisions)
    assert swf.names(execution)[-1] == "DecisionTaskScheduled"
    return [
        event["scheduleActivityTaskFailedEventAttributes"]["cause"]
        for event in swf.events(execution)
        if event["eventType"] == "ScheduleActivityTaskFailed"
    ]


def test_an_unknown_type_is_not_scheduled(swf: Swf):
    unknown = {"name": "Pay", "version": "2"}
    assert _failed(swf, schedule(activityType=unknown)) == ["ACTIVITY_TYPE_DOES_NOT_EXIST"]


def test_a_failure_names_the_activity(swf: Swf):
    execution = swf.start()
    unknown = {"name": "Pay", "version": "2"}
    swf.decide(schedule(activityType=unknown))
    assert swf.last(execution, "ScheduleActivityTaskFailed") == {
        "activityId": "pay-1",
        "activityType": unknown,
        "cause": "ACTIVITY_TYPE_DOES_NOT_EXIST",
        "decisionTaskCompletedEventId": 4,
    }


def test_a_deprecated_type_is_not_scheduled(swf: Swf):
    swf.client.deprecate_activity_type(domain=swf.domain, activityType=ACTIVITY)
    assert _failed(swf, schedule()) == ["ACTIVITY_TYPE_DEPRECATED"]


def test_a_deleted_type_is_not_scheduled(swf: Swf):
    swf.client.deprecate_activity_type(domain=swf.domain, activityType=ACTIVITY)
    swf.client.delete_activity_type(domain=swf.domain, activityType=ACTIVITY)
    assert _failed(swf, schedule()) == ["ACTIVITY_TYPE_DOES_NOT_EXIST"]


def test_an_activity_of_a_deprecated_type_goes_on(swf: Swf):
    execution = swf.start()
    swf.decide(schedule())
    swf.client.deprecate_activity_type(domain=swf.domain, activityType=ACTIVITY)
    swf.client.respond_activity_task_completed(taskToken=swf.work()["taskToken"])
    assert swf.names(execution)[-2] == "ActivityTaskCompleted"


def test_an_id_in_use_is_not_scheduled(swf: Swf):
    assert _failed(swf, schedule("a"), schedule("a")) == ["ACTIVITY_ID_ALREADY_IN_USE"]


def test_an_id_is_free_again_when_its_activity_closed(swf: Swf):
    execution, work = _in_hand(swf)
    swf.client.respond_activity_task_completed(taskToken=work["taskToken"])
    swf.decide(schedule())
    assert swf.names(execution).count("ActivityTaskScheduled") == 2
    assert "ScheduleActivityTaskFailed" not in swf.names(execution)


CAUSES = {
    "taskList": "DEFAULT_TASK_LIST_UNDEFINED",
    "scheduleToStartTimeout": "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED",
    "scheduleToCloseTimeout": "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED",
    "startToCloseTimeout": "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "heartbeatTimeout": "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED",
}


@pytest.mark.parametrize("missing", sorted(CAUSES))
def test_a_setting_that_is_given_nowhere_fails(swf: Swf, missing: str):
    given = {name: value for name, value in COMPLETE.items() if name != missing}
    assert _failed(swf, schedule(activityType=BARE_ACTIVITY, **given)) == [CAUSES[missing]]


def test_an_activitys_list_is_no_decision_list(swf: Swf):
    swf.start()
    swf.decide(schedule(taskList={"name": "decisions"}))
    found = swf.client.poll_for_decision_task(domain=swf.domain, taskList={"name": "decisions"})
    assert not found.get("taskToken")
    assert swf.work("decisions")["activityId"] == "pay-1"
