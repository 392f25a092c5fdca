"""Timeouts, timers and retention on a clock that a test moves."""

import pytest

from flowy.clock import ManualClock
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCompleted,
)
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.service.client import EmbeddedClient
from flowy.service.server import Service
from tests.integration.service.driving import Driver, child, complete, schedule, timer

DAY = 86_400


def test_a_timer_fires_at_its_moment_and_not_before(driver: Driver, clock: ManualClock):
    execution = driver.start()
    driver.decide(timer("t", 100))
    began = clock.now()
    clock.advance(99)
    driver.client.run_due()
    assert "TimerFired" not in driver.names(execution)
    clock.advance(50)
    driver.client.run_due()
    fired = driver.history(execution)[-2]
    assert type(fired).__name__ == "TimerFired"
    assert fired.event_timestamp == began + 100
    driver.decide(complete())


def test_next_due_leads_to_every_timer(driver: Driver, clock: ManualClock):
    execution = driver.start()
    driver.decide(timer("t", 100), timer("u", 7))
    for _ in range(20):
        due = driver.client.next_due()
        if due is None or driver.names(execution).count("TimerFired") == 2:
            break
        clock.advance(max(0.0, due - clock.now()))
        driver.client.run_due()
    assert driver.names(execution).count("TimerFired") == 2


@pytest.mark.parametrize(
    ("settings", "starts", "kind"),
    [
        ({"schedule_to_start_timeout": "5"}, False, "SCHEDULE_TO_START"),
        ({"schedule_to_close_timeout": "5"}, False, "SCHEDULE_TO_CLOSE"),
        ({"schedule_to_close_timeout": "5"}, True, "SCHEDULE_TO_CLOSE"),
        ({"start_to_close_timeout": "5"}, True, "START_TO_CLOSE"),
        ({"heartbeat_timeout": "5"}, True, "HEARTBEAT"),
    ],
)
def test_an_activity_times_out(
    driver: Driver, clock: ManualClock, settings: dict[str, str], starts: bool, kind: str
):
    execution = driver.start()
    driver.decide(schedule("1", **settings))
    task = driver.poll_activity() if starts else None
    clock.advance(5)
    driver.client.run_due()
    event = driver.history(execution)[-2]
    assert type(event).__name__ == "ActivityTaskTimedOut"
    assert event.attributes.timeout_type == kind
    assert not driver.poll_activity().task_token
    if task is not None:
        with pytest.raises(UnknownResourceFault):
            driver.client.call(RespondActivityTaskCompleted(task_token=task.task_token))


def test_heartbeats_put_the_timeout_off(driver: Driver, clock: ManualClock):
    execution = driver.start()
    driver.decide(schedule("1", heartbeat_timeout="5"))
    task = driver.poll_activity()
    for _ in range(4):
        clock.advance(4)
        driver.client.run_due()
        driver.client.call(RecordActivityTaskHeartbeat(task_token=task.task_token, details="h"))
    assert driver.names(execution)[-1] == "ActivityTaskStarted"
    clock.advance(5)
    driver.client.run_due()
    assert driver.history(execution)[-2].attributes.details == "h"


def test_a_decision_times_out_and_comes_again(driver: Driver, clock: ManualClock):
    driver.start()
    first = driver.poll_decision()
    clock.advance(60)
    with pytest.raises(UnknownResourceFault):
        driver.client.call(RespondDecisionTaskCompleted(task_token=first.task_token))
    driver.client.run_due()
    second = driver.poll_decision()
    assert second.task_token != first.task_token
    assert second.previous_started_event_id == 0


def test_an_execution_times_out_with_its_children(driver: Driver, clock: ManualClock):
    parent = driver.start("parent", execution_start_to_close_timeout="50")
    driver.decide(child("child", execution_start_to_close_timeout="1000"))
    clock.advance(50)
    driver.client.run_due()
    assert driver.names(parent)[-1] == "WorkflowExecutionTimedOut"
    assert driver.client.next_due() is None or driver.client.next_due() > clock.now()
    assert not driver.poll_decision().task_token


def test_many_timers_are_carried_out_in_bounded_transactions(driver: Driver, clock: ManualClock):
    count = 250
    for number in range(count):
        driver.start(f"w{number}")
        driver.decide(timer("t", 10))
    clock.advance(10)
    assert driver.client.run_due() == count
    tasks = [driver.poll_decision() for _ in range(count)]
    assert len({task.task_token for task in tasks}) == count


def test_the_services_own_thread_fires_timers(url: str, clock: ManualClock):
    with Service(url, clock=clock) as service:
        client = EmbeddedClient(service)
        driver = Driver(client).register()
        driver.start()
        driver.decide(timer("t", 3600))
        clock.advance(3600)
        task = driver.decide(complete())
    assert type(task.events[-3]).__name__ == "TimerFired"


def test_closed_executions_go_after_the_retention_period(driver: Driver, clock: ManualClock):
    closed = driver.start("closed", tag_list=("t",))
    driver.decide(complete())
    clock.advance(1)
    still_open = driver.start("open")
    driver.decide()
    clock.advance(7 * DAY - 2)
    assert driver.client.sweep() == 0
    clock.advance(1)
    assert driver.client.sweep() == 1
    with pytest.raises(UnknownResourceFault):
        driver.history(closed)
    assert driver.history(still_open)


def test_many_expired_executions_go_in_chunks(driver: Driver, clock: ManualClock):
    for number in range(45):
        driver.start(f"w{number}")
        driver.decide(complete())
    clock.advance(7 * DAY)
    assert driver.client.sweep() == 45
    assert driver.client.sweep() == 0


@pytest.mark.parametrize("retention", ["0", "NONE"])
def test_a_domain_without_retention_keeps_nothing(service: Service, retention: str):
    driver = Driver(service).register(retention=retention)
    execution = driver.start()
    driver.decide(complete())
    with pytest.raises(UnknownResourceFault):
        driver.history(execution)
    driver.start()
