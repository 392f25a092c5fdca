"""The client in this process: polls that wait, are woken at once, and lose nothing."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowy.clock import ManualClock, SystemClock
from flowy.errors import FlowyError
from flowy.protocol.faults import (
    LimitExceededFault,
    SerializationException,
    UnknownResourceFault,
    ValidationException,
)
from flowy.protocol.requests.activity_tasks import RespondActivityTaskCompleted
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.domains import DescribeDomain
from flowy.protocol.requests.executions import SignalWorkflowExecution
from flowy.service.client import EmbeddedClient
from flowy.service.operations.quotas import Quotas
from flowy.service.server import Service
from tests.integration.service.driving import DOMAIN, Driver, complete, schedule

TIMEOUT = 20.0


class Background:
    """A call on a thread of its own."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._result: Any = None
        self._thread = threading.Thread(target=self._run, args=(call,), daemon=True)
        self._thread.start()

    def _run(self, call: Callable[[], Any]) -> None:
        try:
            self._result = call()
        except FlowyError as error:
            self._result = error

    def result(self) -> Any:
        self._thread.join(TIMEOUT)
        assert not self._thread.is_alive(), "the call does not come back"
        return self._result


def until(condition: Callable[[], bool]) -> None:
    deadline = threading.Event()
    for _ in range(int(TIMEOUT / 0.002)):
        if condition():
            return
        deadline.wait(0.002)
    raise AssertionError("it did not come to that in time")


@pytest.fixture
def service(url: str, clock: ManualClock) -> Iterator[Service]:
    """A service without threads: whatever wakes a poll here is the commit itself."""
    service = Service(url, clock=clock)
    yield service
    service.close()


@pytest.fixture
def client(service: Service) -> EmbeddedClient:
    return EmbeddedClient(service)


@pytest.fixture
def driver(client: EmbeddedClient) -> Driver:
    return Driver(client).register()


def parked(service: Service, count: int) -> Callable[[], bool]:
    def all_wait() -> bool:
        notifier = service.notifier
        return sum(notifier.count(queue) for queue in notifier.watched()) == count

    return all_wait


def test_a_poll_is_woken_by_the_commit_that_makes_its_task(driver: Driver, service: Service):
    poll = Background(driver.poll_decision)
    until(parked(service, 1))
    execution = driver.start()
    assert poll.result().workflow_execution == execution
    assert service.notifier.watched() == []


def test_one_task_wakes_one_of_many_and_each_task_goes_to_one(driver: Driver, service: Service):
    polls = [Background(driver.poll_decision) for _ in range(10)]
    until(parked(service, 10))
    for number in range(10):
        driver.start(f"w{number}")
    taken = {poll.result().workflow_execution.workflow_id for poll in polls}
    assert taken == {f"w{number}" for number in range(10)}


def test_an_activity_poll_is_woken_by_the_decision(driver: Driver, service: Service):
    poll = Background(driver.poll_activity)
    until(parked(service, 1))
    driver.start()
    driver.decide(schedule(input="x"))
    assert poll.result().input == "x"


def test_a_poll_comes_back_empty_after_a_minute(
    driver: Driver, service: Service, clock: ManualClock
):
    poll = Background(driver.poll_decision)
    until(parked(service, 1))
    until(lambda: bool(clock._waiting))
    clock.advance(59.9)
    assert service.notifier.watched()
    clock.advance(0.1)
    assert poll.result().task_token == ""
    assert service.notifier.watched() == []


def test_an_interrupted_client_polls_no_more(
    driver: Driver, client: EmbeddedClient, service: Service
):
    polls = [Background(driver.poll_decision), Background(driver.poll_activity)]
    until(parked(service, 2))
    client.interrupt()
    assert [poll.result().task_token for poll in polls] == ["", ""]
    execution = driver.start()
    assert driver.poll_decision().task_token == ""
    assert Driver(EmbeddedClient(service)).poll_decision().workflow_execution == execution


def test_requests_are_checked_as_on_the_wire(client: EmbeddedClient):
    with pytest.raises(ValidationException):
        client.call(DescribeDomain(name=""))
    with pytest.raises(SerializationException):
        client.call(DescribeDomain(name=5))
    with pytest.raises(UnknownResourceFault, match="Unknown domain: x"):
        client.call(DescribeDomain(name="x"))


def test_a_poll_of_an_unknown_domain_is_refused(client: EmbeddedClient):
    with pytest.raises(UnknownResourceFault, match=f"Unknown domain: {DOMAIN}"):
        Driver(client).poll_decision()
    with pytest.raises(UnknownResourceFault, match=f"Unknown domain: {DOMAIN}"):
        Driver(client).poll_activity()


def test_too_many_polls_at_one_list_are_refused(clock: ManualClock):
    service = Service(clock=clock, limits=Quotas(pollers=2))
    client = EmbeddedClient(service, owns_service=True)
    driver = Driver(client).register()
    polls = [Background(driver.poll_decision) for _ in range(2)]
    until(parked(service, 2))
    with pytest.raises(LimitExceededFault):
        driver.poll_decision()
    client.interrupt()
    for poll in polls:
        poll.result()
    client.close()


def test_deciders_and_workers_on_threads_finish_everything(url: str):
    """Eight threads carry forty executions of three steps, on the system's clock."""
    executions, steps = 40, 3
    with Service(url, clock=SystemClock()) as service:
        client = EmbeddedClient(service)
        driver = Driver(client).register()
        finished = threading.Semaphore(0)

        def decide() -> None:
            while (task := driver.poll_decision()).task_token:
                done = sum(type(event).__name__ == "ActivityTaskCompleted" for event in task.events)
                decision = complete() if done == steps else schedule(str(done))
                _respond(driver, task.task_token, decision)
                if done == steps:
                    finished.release()

        def work() -> None:
            while _work(driver):
                pass

        threads = [threading.Thread(target=each) for each in [decide, work] * 4]
        for thread in threads:
            thread.start()
        runs = [driver.start(f"w{number}") for number in range(executions)]
        for _ in runs:
            assert finished.acquire(timeout=TIMEOUT)
        client.interrupt()
        for thread in threads:
            thread.join(TIMEOUT)
            assert not thread.is_alive()
        for run in runs:
            history = driver.history(run)
            assert [event.event_id for event in history] == list(range(1, len(history) + 1))
            assert type(history[-1]).__name__ == "WorkflowExecutionCompleted"


def _respond(driver: Driver, token: str, decision: Any) -> None:
    driver.client.call(RespondDecisionTaskCompleted(task_token=token, decisions=(decision,)))


def _work(driver: Driver) -> bool:
    task = driver.poll_activity()
    if task.task_token:
        driver.client.call(RespondActivityTaskCompleted(task_token=task.task_token))
    return bool(task.task_token)


def test_a_signal_wakes_the_decider_that_idles(driver: Driver, service: Service):
    driver.start()
    driver.decide()
    poll = Background(driver.poll_decision)
    until(parked(service, 1))
    driver.client.call(SignalWorkflowExecution(domain=DOMAIN, workflow_id="soup", signal_name="s"))
    assert poll.result().events[-1].event_id == 7
