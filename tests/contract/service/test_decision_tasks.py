"""Decision tasks: what a decider is given, when there is one, and when there is another."""

import pytest
from botocore.exceptions import ClientError

from tests.contract.service.swf import (
    WORKFLOW,
    Swf,
    attributes,
    complete,
    marker,
    refused,
    schedule,
    timer,
)


def _signal(swf: Swf, name: str = "go", workflow_id: str = "order") -> None:
    swf.client.signal_workflow_execution(
        domain=swf.domain, workflowId=workflow_id, signalName=name, input=""
    )


def _ids(task: dict) -> list[int]:
    return [event["eventId"] for event in task["events"]]


def test_a_decider_is_given_the_history_up_to_the_start_of_its_task(swf: Swf):
    execution = swf.start()
    task = swf.poll(identity="decider-1")
    assert task["workflowExecution"] == execution
    assert task["workflowType"] == WORKFLOW
    assert task["startedEventId"] == 3
    assert task["previousStartedEventId"] == 0
    assert [event["eventType"] for event in task["events"]] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
    ]
    assert attributes(task["events"][-1]) == {"identity": "decider-1", "scheduledEventId": 2}


def test_an_answer_is_recorded(swf: Swf):
    execution = swf.start()
    swf.decide(executionContext="thinking")
    assert swf.names(execution)[-1] == "DecisionTaskCompleted"
    found = swf.last(execution, "DecisionTaskCompleted")
    assert found == {"executionContext": "thinking", "scheduledEventId": 2, "startedEventId": 3}


def test_an_answer_without_decisions_leaves_the_execution_idle(swf: Swf):
    execution = swf.start()
    swf.decide()
    assert swf.waiting_decisions() == 0
    assert swf.describe(execution)["openCounts"]["openDecisionTasks"] == 0


def test_an_empty_poll_has_no_task(swf: Swf):
    found = swf.client.poll_for_decision_task(domain=swf.domain, taskList={"name": "never"})
    assert not found.get("taskToken")
    assert (found["startedEventId"], found["previousStartedEventId"]) == (0, 0)


def test_a_task_waits_on_its_own_list(swf: Swf):
    swf.start(taskList={"name": "mine"})
    assert (swf.waiting_decisions(), swf.waiting_decisions("mine")) == (0, 1)
    swf.poll("mine")


def test_news_during_a_task_make_one_more_task_that_waits_for_the_first(swf: Swf):
    execution = swf.start()
    task = swf.poll()
    _signal(swf)
    _signal(swf)
    assert swf.names(execution)[-3:] == [
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "WorkflowExecutionSignaled",
    ]
    assert swf.waiting_decisions() == 0
    swf.respond(task)
    assert swf.waiting_decisions() == 1
    second = swf.poll()
    assert swf.names(execution)[-5:] == [
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "WorkflowExecutionSignaled",
        "DecisionTaskCompleted",
        "DecisionTaskStarted",
    ]
    assert second["previousStartedEventId"] == task["startedEventId"]
    assert _ids(second) == list(range(1, second["startedEventId"] + 1))


def test_the_first_task_goes_to_one_decider(swf: Swf):
    swf.start()
    swf.poll()
    found = swf.client.poll_for_decision_task(domain=swf.domain, taskList={"name": "decisions"})
    assert not found.get("taskToken")


def test_the_previous_started_event_is_that_of_the_task_before(swf: Swf):
    swf.start()
    first = swf.decide()
    _signal(swf)
    second = swf.decide()
    _signal(swf)
    third = swf.decide()
    assert second["previousStartedEventId"] == first["startedEventId"]
    assert third["previousStartedEventId"] == second["startedEventId"]


def test_only_new_events_are_given_on_request(swf: Swf):
    swf.start()
    first = swf.poll(startAtPreviousStartedEvent=True)
    assert _ids(first) == [1, 2, 3]
    swf.respond(first, marker())
    _signal(swf)
    second = swf.poll(startAtPreviousStartedEvent=True)
    assert _ids(second) == list(range(first["startedEventId"], second["startedEventId"] + 1))


def test_events_come_backwards(swf: Swf):
    swf.start()
    assert _ids(swf.poll(reverseOrder=True)) == [3, 2, 1]


def test_new_events_come_backwards(swf: Swf):
    swf.start()
    swf.decide(marker())
    _signal(swf)
    task = swf.poll(reverseOrder=True, startAtPreviousStartedEvent=True)
    assert _ids(task) == list(range(task["startedEventId"], 2, -1))


@pytest.mark.parametrize("reverse", [False, True])
def test_a_long_task_comes_in_pages(swf: Swf, reverse: bool):
    execution = swf.start()
    swf.decide(*(marker() for _ in range(20)))
    _signal(swf)
    task = page = swf.poll(maximumPageSize=7, reverseOrder=reverse)
    found = _ids(task)
    length = len(swf.events(execution))
    while page.get("nextPageToken"):
        assert len(page["events"]) == 7
        # What happens meanwhile is not of this task.
        _signal(swf, "later")
        page = swf.poll(
            maximumPageSize=7, reverseOrder=reverse, nextPageToken=page["nextPageToken"]
        )
        found += _ids(page)
        assert page["taskToken"] == task["taskToken"]
        assert page["startedEventId"] == task["startedEventId"]
        assert page["previousStartedEventId"] == task["previousStartedEventId"]
    assert found == sorted(range(1, length + 1), reverse=reverse)
    assert swf.names(execution).count("DecisionTaskStarted") == 2
    swf.respond(task)


def test_a_paginator_gives_all_events_of_a_task(swf: Swf):
    swf.start()
    swf.decide(*(marker() for _ in range(20)))
    _signal(swf)
    pages = swf.client.get_paginator("poll_for_decision_task").paginate(
        domain=swf.domain, taskList={"name": "decisions"}, PaginationConfig={"PageSize": 10}
    )
    assert [len(page["events"]) for page in pages] == [10, 10, 7]


def test_a_tasks_page_token_is_not_one_of_a_history(swf: Swf):
    execution = swf.start()
    token = swf.poll(maximumPageSize=1)["nextPageToken"]
    with refused("ValidationException", "Invalid token"):
        swf.client.get_workflow_execution_history(
            domain=swf.domain, execution=execution, nextPageToken=token
        )
    with refused("ValidationException", "Invalid token"):
        swf.client.poll_for_decision_task(
            domain=swf.domain, taskList={"name": "decisions"}, nextPageToken="garbage"
        )


def test_a_page_of_a_task_that_is_over_is_a_fault(swf: Swf):
    swf.start()
    task = swf.poll(maximumPageSize=1)
    swf.respond(task)
    with refused("UnknownResourceFault"):
        swf.poll(maximumPageSize=1, nextPageToken=task["nextPageToken"])


def test_an_answered_task_is_over(swf: Swf):
    execution = swf.start()
    task = swf.decide()
    length = len(swf.events(execution))
    with refused("UnknownResourceFault", "Unknown decision task, scheduledEventId = 2"):
        swf.respond(task, complete())
    assert len(swf.events(execution)) == length


def test_a_token_that_is_none_is_refused(swf: Swf):
    with refused("ValidationException", "Invalid token"):
        swf.respond({"taskToken": "garbage"})


def test_an_activitys_token_is_of_no_use(swf: Swf):
    execution = swf.start()
    swf.decide(schedule())
    work = swf.work()
    length = len(swf.events(execution))
    # With which fault SWF refuses it is not known.
    with pytest.raises(ClientError, match=r"UnknownResourceFault|ValidationException"):
        swf.respond(work)
    assert len(swf.events(execution)) == length


def test_a_poll_in_an_unknown_domain_is_a_fault(swf: Swf):
    with refused("UnknownResourceFault", "Unknown domain: nowhere"):
        swf.client.poll_for_decision_task(domain="nowhere", taskList={"name": "decisions"})


def test_a_task_that_is_not_answered_in_time_is_given_again(swf: Swf):
    execution = swf.start()
    task = swf.poll()
    swf.advance(61)
    again = swf.poll()
    assert swf.names(execution)[-3:] == [
        "DecisionTaskTimedOut",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
    ]
    assert swf.last(execution, "DecisionTaskTimedOut") == {
        "timeoutType": "START_TO_CLOSE",
        "scheduledEventId": 2,
        "startedEventId": 3,
    }
    with refused("UnknownResourceFault"):
        swf.respond(task, complete())
    swf.respond(again, complete())


def test_a_timeout_is_stamped_with_the_moment_at_which_it_ran_out(swf: Swf):
    execution = swf.start()
    swf.poll()
    swf.advance(1_000)
    events = {event["eventType"]: event for event in swf.events(execution)}
    started, over = events["DecisionTaskStarted"], events["DecisionTaskTimedOut"]
    assert (over["eventTimestamp"] - started["eventTimestamp"]).total_seconds() == 60
    assert events["DecisionTaskScheduled"]["eventTimestamp"] == over["eventTimestamp"]


def test_a_task_that_timed_out_is_not_the_previous_one(swf: Swf):
    swf.start()
    swf.poll()
    swf.advance(61)
    assert swf.poll()["previousStartedEventId"] == 0


def test_an_unlimited_task_does_not_time_out(swf: Swf):
    swf.start(taskStartToCloseTimeout="NONE")
    task = swf.poll()
    swf.advance(3_000)
    swf.respond(task, complete())


def test_news_while_a_task_times_out_make_no_second_task(swf: Swf):
    execution = swf.start()
    swf.poll()
    _signal(swf)
    swf.advance(61)
    assert swf.names(execution).count("DecisionTaskScheduled") == 2
    task = swf.decide(timer())
    assert "WorkflowExecutionSignaled" in [event["eventType"] for event in task["events"]]
