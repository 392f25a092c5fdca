"""Polls that wait, and in which order tasks are handed out."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.contract.service.stands import EMPTY_POLL
from tests.contract.service.swf import Swf, schedule

WORKERS = 8


def _at_once(swf: Swf, kind: str, task_list: str) -> list[str]:
    """Poll from several threads at once and return the tokens that came."""
    poll = getattr(swf.client, f"poll_for_{kind}_task")
    barrier = Barrier(WORKERS)

    def one(_: int) -> str | None:
        barrier.wait()
        found = poll(domain=swf.domain, taskList={"name": task_list})
        token = found.get("taskToken")
        return str(token) if token else None

    with ThreadPoolExecutor(WORKERS) as threads:
        return [token for token in threads.map(one, range(WORKERS)) if token]


def test_a_waiting_decider_is_given_a_task_at_once(swf: Swf):
    with ThreadPoolExecutor() as threads:
        poll = threads.submit(swf.poll)
        execution = swf.start()
        assert poll.result(EMPTY_POLL * 10)["workflowExecution"] == execution


def test_a_waiting_worker_is_given_a_task_at_once(swf: Swf):
    with ThreadPoolExecutor() as threads:
        poll = threads.submit(swf.work)
        swf.start()
        swf.decide(schedule("now"))
        assert poll.result(EMPTY_POLL * 10)["activityId"] == "now"


def test_a_decision_task_goes_to_one_of_many_deciders(swf: Swf):
    for number in range(3):
        swf.start(f"order-{number}")
    tokens = _at_once(swf, "decision", "decisions")
    assert len(tokens) == len(set(tokens)) == 3


def test_an_activity_task_goes_to_one_of_many_workers(swf: Swf):
    swf.start()
    swf.decide(*(schedule(f"a{number}") for number in range(3)))
    tokens = _at_once(swf, "activity", "activities")
    assert len(tokens) == len(set(tokens)) == 3


def test_activities_come_in_order_of_arrival(swf: Swf):
    swf.start()
    swf.decide(*(schedule(f"a{number}") for number in range(5)))
    assert [swf.work()["activityId"] for _ in range(5)] == [f"a{number}" for number in range(5)]


def test_decision_tasks_come_in_order_of_arrival(swf: Swf):
    names = ["b", "a", "d", "c"]
    for name in names:
        swf.start(name)
        swf.advance(1)
    assert [swf.poll()["workflowExecution"]["workflowId"] for _ in names] == names


def test_the_higher_priority_of_activities_comes_first(swf: Swf):
    swf.start()
    priorities = ["0", "-5", "10", "2147483647", "9", "-2147483648"]
    swf.decide(*(schedule(each, taskPriority=each) for each in priorities))
    found = [int(swf.work()["activityId"]) for _ in priorities]
    assert found == sorted(map(int, priorities), reverse=True)


def test_without_a_priority_it_is_zero(swf: Swf):
    swf.start()
    swf.decide(
        schedule("low", taskPriority="-1"), schedule("none"), schedule("high", taskPriority="1")
    )
    assert [swf.work()["activityId"] for _ in range(3)] == ["high", "none", "low"]


def test_the_higher_priority_of_executions_comes_first(swf: Swf):
    for priority in ("0", "7", "-7"):
        swf.start(priority, taskPriority=priority)
    found = [swf.poll()["workflowExecution"]["workflowId"] for _ in range(3)]
    assert found == ["7", "0", "-7"]


def test_the_priority_of_an_execution_is_not_that_of_its_activities(swf: Swf):
    execution = swf.start(taskPriority="7")
    swf.decide(schedule())
    assert "taskPriority" not in swf.last(execution, "ActivityTaskScheduled")


def test_the_priority_comes_from_the_type(swf: Swf):
    swf.client.register_activity_type(
        domain=swf.domain,
        name="Urgent",
        version="1",
        defaultTaskPriority="5",
        defaultTaskList={"name": "activities"},
        defaultTaskScheduleToStartTimeout="60",
        defaultTaskScheduleToCloseTimeout="60",
        defaultTaskStartToCloseTimeout="60",
        defaultTaskHeartbeatTimeout="60",
    )
    execution = swf.start()
    urgent = {"name": "Urgent", "version": "1"}
    swf.decide(schedule("a"), schedule("b", activityType=urgent))
    assert swf.work()["activityId"] == "b"
    assert swf.last(execution, "ActivityTaskScheduled")["taskPriority"] == "5"


@pytest.mark.parametrize("kind", ["activity", "decision"])
def test_an_empty_poll_comes_back_in_time(swf: Swf, kind: str):
    found = getattr(swf.client, f"poll_for_{kind}_task")(
        domain=swf.domain, taskList={"name": "never"}, identity="patient"
    )
    assert not found.get("taskToken")
    assert found["startedEventId"] == 0
