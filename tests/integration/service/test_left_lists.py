"""Who leaves a list of decision tasks says so, and no temporary override sends tasks there."""

from contextlib import closing

import pytest

from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import SignalWorkflowExecution
from flowy.protocol.requests.extensions import LeaveTaskList
from flowy.service.server import Service
from flowy.service.store import left_lists
from tests.integration.service.driving import DECISIONS, DOMAIN, Driver, timer

OWN = TaskList(name="mine")
STICKY = {"task_list": OWN, "task_list_schedule_to_start_timeout": "5"}
DAY = 86_400


def leave(driver):
    return driver.client.call(LeaveTaskList(domain=DOMAIN, task_list=OWN, identity="me"))


def wake(driver, execution, service=None):
    signal = SignalWorkflowExecution(
        domain=DOMAIN, workflow_id=execution.workflow_id, signal_name="hello"
    )
    (service or driver.client).call(signal)


def answer(driver, task, **settings):
    driver.client.call(RespondDecisionTaskCompleted(task_token=task.task_token, **settings))


def lists(driver, execution):
    return [
        event.attributes.task_list.name
        for event in driver.history(execution)
        if type(event).__name__ == "DecisionTaskScheduled"
    ]


@pytest.fixture
def sticky(driver):
    execution = driver.start()
    driver.decide(**STICKY)
    return execution


def test_a_quiet_execution_goes_back_to_all_with_its_next_event(driver, sticky, clock):
    assert leave(driver).task_token == ""
    wake(driver, sticky)
    clock.advance(100)
    driver.client.run_due()
    assert driver.decide().workflow_execution == sticky
    wake(driver, sticky)
    assert lists(driver, sticky) == [DECISIONS.name] * 3
    assert "DecisionTaskTimedOut" not in driver.names(sticky)


def test_what_waits_there_is_handed_to_whoever_leaves(driver, sticky, clock):
    wake(driver, sticky)
    task = leave(driver)
    assert task.workflow_execution == sticky
    assert task.events[0].event_id == task.previous_started_event_id
    assert leave(driver).task_token == ""
    answer(driver, task, task_list=DECISIONS)
    wake(driver, sticky)
    assert driver.poll_decision().workflow_execution == sticky


def test_what_comes_while_the_last_task_is_in_hand_waits_for_all(driver, sticky):
    wake(driver, sticky)
    task = leave(driver)
    wake(driver, sticky)
    assert leave(driver).task_token == ""
    assert driver.poll_decision().task_token == "", "one task at a time"
    answer(driver, task, task_list=DECISIONS)
    assert driver.poll_decision().workflow_execution == sticky


def test_a_task_that_waits_behind_one_in_hand_is_handed_out_too(driver, sticky):
    wake(driver, sticky)
    first = driver.poll_decision(task_list=OWN)
    wake(driver, sticky)
    assert leave(driver).task_token == ""
    answer(driver, first, task_list=DECISIONS)
    second = leave(driver)
    assert second.workflow_execution == sticky
    answer(driver, second)
    assert "DecisionTaskTimedOut" not in driver.names(sticky)


def test_an_answer_that_sends_an_execution_there_again_takes_the_list_into_use(driver, sticky):
    leave(driver)
    wake(driver, sticky)
    driver.decide(**STICKY)
    wake(driver, sticky)
    assert driver.poll_decision(task_list=OWN).workflow_execution == sticky


def test_a_move_for_good_is_not_undone(driver):
    execution = driver.start()
    driver.decide(task_list=OWN)
    leave(driver)
    wake(driver, execution)
    assert driver.poll_decision(task_list=OWN).workflow_execution == execution


def test_a_timer_and_an_activity_find_the_way_back(driver, clock):
    execution = driver.start()
    driver.decide(timer("t", 60), **STICKY)
    leave(driver)
    clock.advance(60)
    driver.client.run_due()
    assert driver.decide().workflow_execution == execution


def test_a_list_of_another_domain_is_another_list(driver):
    with pytest.raises(UnknownResourceFault):
        driver.client.call(LeaveTaskList(domain="nowhere", task_list=OWN))


def test_the_first_page_may_not_be_the_last(driver, sticky):
    for _ in range(1_100):
        wake(driver, sticky)
    task = leave(driver)
    page = driver.poll_decision(
        task_list=OWN,
        next_page_token=task.next_page_token,
        identity="me",
        start_at_previous_started_event=True,
    )
    assert page.events[0].event_id == task.events[-1].event_id + 1


@pytest.fixture(params=["file", "postgresql"])
def shared_url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{tmp_path / 'flowy.db'}"


def test_other_processes_know_of_it_and_it_outlives_them(shared_url, clock):
    with (
        closing(Service(shared_url, clock=clock)) as one,
        closing(Service(shared_url, clock=clock)) as other,
    ):
        driver = Driver(one).register()
        execution = driver.start()
        driver.decide(**STICKY)
        wake(driver, execution, other)
        answer(driver, driver.poll_decision(task_list=OWN))
        leave(driver)
        other._neighbours.look()
        wake(driver, execution, other)
        answer(driver, driver.poll_decision(), **STICKY)
        leave(driver)
    with closing(Service(shared_url, clock=clock)) as third:
        driver = Driver(third)
        wake(driver, execution)
        assert driver.poll_decision().workflow_execution == execution
        assert lists(driver, execution) == [
            DECISIONS.name,
            OWN.name,
            DECISIONS.name,
            DECISIONS.name,
        ]


def test_it_may_be_said_again_to_another_process(shared_url, clock):
    """An answer may be lost, and the next server be another one."""
    with (
        closing(Service(shared_url, clock=clock)) as one,
        closing(Service(shared_url, clock=clock)) as other,
    ):
        driver = Driver(one).register()
        execution = driver.start()
        driver.decide(**STICKY)
        wake(driver, execution, other)
        answer(driver, driver.poll_decision(task_list=OWN))
        assert leave(driver).task_token == leave(Driver(other)).task_token == ""
        wake(driver, execution, other)
        assert driver.poll_decision().workflow_execution == execution


def test_a_mark_is_dropped_when_no_execution_can_be_that_old(driver, sticky, clock):
    leave(driver)
    clock.advance(366 * DAY + 1)
    driver.client.sweep()
    database = driver.client._database
    key = {"of_domain": 1, "of_list": OWN.name}
    assert database.read(lambda session: session.all(left_lists.FIND, key)) == []
