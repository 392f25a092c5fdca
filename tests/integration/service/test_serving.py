"""Tasks that are handed out by the commit that makes them, and answers that take a poll along."""

from typing import Any

import pytest

from flowy.clock import ManualClock
from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RespondActivityTaskCompleted,
)
from flowy.protocol.requests.activity_types import DeprecateActivityType
from flowy.protocol.requests.decision_tasks import PollForDecisionTask, RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import TerminateWorkflowExecution
from flowy.service.client import EmbeddedClient
from flowy.service.operations import table
from flowy.service.server import Service
from tests.integration.service.driving import (
    ACTIVITIES,
    ACTIVITY,
    DECISIONS,
    DOMAIN,
    Driver,
    complete,
    schedule,
)

WORK = PollForActivityTask(domain=DOMAIN, task_list=ACTIVITIES, identity="idle")
DECIDE = PollForDecisionTask(domain=DOMAIN, task_list=DECISIONS)


class Wakes:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def park(service: Service, wakes: Wakes) -> Any:
    watch = service.watch(WORK, wakes)
    assert service.reply(WORK).is_empty
    assert watch.park()
    return watch


def decision(driver: Driver, *decisions: Any) -> RespondDecisionTaskCompleted:
    token = driver.poll_decision().task_token
    return RespondDecisionTaskCompleted(task_token=token, decisions=decisions)


def test_a_parked_poll_gets_the_task_with_the_commit_that_makes_it(
    service: Service, driver: Driver
):
    run = driver.start()
    wakes = Wakes()
    watch = park(service, wakes)
    driver.decide(schedule())
    assert wakes.count == 1
    task = watch.take()[0].typed()
    assert task.activity_id == "1"
    started = driver.history(run)[-1]
    assert (type(started).__name__, started.attributes.identity) == ("ActivityTaskStarted", "idle")
    driver.client.call(RespondActivityTaskCompleted(task_token=task.task_token))


def test_of_several_tasks_those_that_nobody_waits_for_stay_on_the_list(
    service: Service, driver: Driver
):
    driver.start()
    watches = [park(service, Wakes()) for _ in range(2)]
    driver.decide(*[schedule(str(number)) for number in range(3)])
    handed = {watch.take()[0].typed().activity_id for watch in watches}
    assert handed | {driver.poll_activity().activity_id} == {"0", "1", "2"}
    assert not driver.poll_activity().task_token


def test_a_poll_that_cannot_be_served_does_not_spoil_the_call_that_would_have_served_it(
    service: Service, driver: Driver, monkeypatch: pytest.MonkeyPatch
):
    """The call is carried out without it, and the poll looks for itself."""
    driver.start()
    answer = decision(driver, schedule())
    wakes = Wakes()
    watch = park(service, wakes)

    def broken(*_: object) -> None:
        raise UnknownResourceFault("the list is gone")

    monkeypatch.setitem(table.HAND_OUTS, PollForActivityTask, broken)
    service.call(answer)
    monkeypatch.undo()
    assert wakes.count
    assert watch.take() is None
    assert driver.poll_activity().task_token


def test_answers_and_the_next_tasks_go_together(service: Service, driver: Driver):
    for number in range(3):
        driver.start(f"w{number}")
    answers = [decision(driver, complete()) for _ in range(2)]
    faults, found = service.exchange(answers, DECIDE, 5)
    assert faults == [None, None]
    assert [reply.typed().workflow_execution.workflow_id for reply in found] == ["w2"]


def test_no_more_tasks_are_taken_than_wanted(service: Service, driver: Driver):
    for number in range(4):
        driver.start(f"w{number}")
    _, found = service.exchange([decision(driver, complete())], DECIDE, 2)
    assert len(found) == 2
    assert driver.poll_decision().task_token


def test_a_refused_answer_refuses_only_itself(service: Service, driver: Driver):
    runs = [driver.start(f"w{number}") for number in range(3)]
    answers = [decision(driver, complete()) for _ in runs]
    driver.client.call(TerminateWorkflowExecution(domain=DOMAIN, workflow_id="w1"))
    faults, found = service.exchange(answers, DECIDE, 1)
    assert [type(fault) for fault in faults] == [type(None), UnknownResourceFault, type(None)]
    assert found is None
    closes = [driver.names(run)[-1] for run in runs]
    assert closes.count("WorkflowExecutionCompleted") == 2


def test_a_client_waits_in_the_poll_that_an_answer_began(service: Service, driver: Driver):
    client = EmbeddedClient(service)
    driver.start("a")
    exchanged = client.exchange([decision(driver, schedule())], DECIDE, 4)
    assert list(exchanged.faults) == [None]
    driver.act()
    assert [task.workflow_execution.workflow_id for task in exchanged.wait()] == ["a"]


def test_a_poll_that_is_interrupted_still_returns_the_task_that_it_was_handed(
    service: Service, driver: Driver
):
    client = EmbeddedClient(service)
    driver.start("a")
    driver.start("b")
    exchanged = client.exchange([decision(driver, complete())], DECIDE, 1)
    client.interrupt()
    assert exchanged.wait()[0].task_token
    again = client.exchange([], DECIDE, 1)
    assert not again.wait()[0].task_token


def test_a_type_that_is_deprecated_is_not_scheduled_any_more(service: Service, driver: Driver):
    """Types that were looked up are kept, but not over a change."""
    run = driver.start()
    driver.decide(schedule())
    driver.act()
    driver.client.call(DeprecateActivityType(domain=DOMAIN, activity_type=ACTIVITY))
    driver.decide(schedule("2"))
    assert "ScheduleActivityTaskFailed" in driver.names(run)


def test_what_another_process_changes_is_seen_at_once(tmp_path, clock: ManualClock):
    """Two services on one file stand for two processes."""
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    ours, theirs = Service(url, clock=clock), Service(url, clock=clock)
    mine, other = Driver(ours).register(), Driver(theirs)
    run = mine.start()
    mine.decide(schedule())
    other.act()
    other.client.call(DeprecateActivityType(domain=DOMAIN, activity_type=ACTIVITY))
    mine.decide(schedule("2"))
    assert "ScheduleActivityTaskFailed" in other.names(run)
    ours.close()
    theirs.close()


def test_a_parked_poll_may_be_handed_several_tasks(service: Service, driver: Driver):
    run = driver.start()
    wakes = Wakes()
    watch = service.watch(WORK, wakes, 3)
    assert service.reply(WORK).is_empty
    assert watch.park()
    driver.decide(*[schedule(str(number)) for number in range(5)])
    tasks = [reply.typed() for reply in watch.take()]
    assert [task.activity_id for task in tasks] == ["0", "1", "2"]
    assert wakes.count == 1
    assert driver.names(run).count("ActivityTaskStarted") == 3
    for task in tasks:
        driver.client.call(RespondActivityTaskCompleted(task_token=task.task_token))
    assert {driver.poll_activity().activity_id for _ in range(3)} == {"3", "4", None}


def test_one_look_takes_several_tasks_of_one_execution(service: Service, driver: Driver):
    run = driver.start()
    driver.decide(*[schedule(str(number)) for number in range(4)])
    first = driver.poll_activity()
    answer = RespondActivityTaskCompleted(task_token=first.task_token)
    faults, found = service.exchange([answer], WORK, 5)
    assert faults == [None]
    tasks = [reply.typed() for reply in found or []]
    assert [task.activity_id for task in tasks] == ["1", "2", "3"]
    for task in tasks:
        driver.client.call(RespondActivityTaskCompleted(task_token=task.task_token))
    assert driver.names(run).count("ActivityTaskCompleted") == 4


def test_events_from_memory_are_those_that_are_stored(service: Service, driver: Driver):
    run = driver.start(input="[1]", tag_list=("a", "b"))
    trimmed = PollForDecisionTask(
        domain=DOMAIN, task_list=DECISIONS, start_at_previous_started_event=True
    )
    for number in range(3):
        task = service.call(trimmed)
        stored = driver.history(run)
        first = max(task.previous_started_event_id, 1)
        assert task.events == tuple(stored[first - 1 :])
        assert task.events[-1].event_id == task.started_event_id
        service.call(
            RespondDecisionTaskCompleted(
                task_token=task.task_token, decisions=(schedule(str(number)),)
            )
        )
        driver.act()
    whole = service.call(PollForDecisionTask(domain=DOMAIN, task_list=DECISIONS))
    assert whole.events == tuple(driver.history(run))


def test_a_list_that_was_empty_is_looked_at_when_another_process_has_filled_it(
    url: str, clock: ManualClock
):
    if url == "sqlite://":
        pytest.skip("nobody else sees a database in memory")
    ours, theirs = Service(url, clock=clock), Service(url, clock=clock)
    Driver(ours).register()
    for number in range(3):
        assert service_finds(ours) == ""
        Driver(theirs).start(f"w{number}")
        assert service_finds(ours) == f"w{number}"
    ours.close()
    theirs.close()


def service_finds(service: Service) -> str:
    task = service.call(DECIDE)
    return task.workflow_execution.workflow_id if task.workflow_execution else ""
