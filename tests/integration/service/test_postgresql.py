"""Several services on one PostgreSQL: they race, wake each other, and outlive its restarts."""

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress

import psycopg
import pytest

from flowy.clock import ManualClock
from flowy.errors import DatabaseError
from flowy.protocol.faults import (
    LimitExceededFault,
    TypeDeprecatedFault,
    UnknownResourceFault,
    WorkflowExecutionAlreadyStartedFault,
)
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCompleted,
)
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import (
    DescribeWorkflowExecution,
    SignalWorkflowExecution,
    TerminateWorkflowExecution,
)
from flowy.protocol.requests.workflow_types import DeprecateWorkflowType
from flowy.service.client import EmbeddedClient
from flowy.service.operations.quotas import Quotas
from flowy.service.server import Service
from tests.integration.service.driving import (
    DOMAIN,
    WORKFLOW,
    Driver,
    child,
    complete,
    schedule,
    timer,
)

STEPS = 4


@pytest.fixture
def services(postgresql_url: str) -> Iterator[list[Service]]:
    """Three services as three processes have them, with all their threads."""
    with ExitStack() as stack:
        yield [stack.enter_context(Service(postgresql_url)) for _ in range(3)]


def decide(client: EmbeddedClient) -> None:
    """Answer decision tasks until interrupted: a chain of activities, then the end."""
    driver = Driver(client)
    while (task := driver.poll_decision()).task_token:
        done = names(task.events)["ActivityTaskCompleted"]
        waits = done < names(task.events)["ActivityTaskScheduled"]
        if waits:
            decisions = ()
        else:
            decisions = (schedule(str(done)),) if done < STEPS else (complete(str(done)),)
        client.call(RespondDecisionTaskCompleted(task_token=task.task_token, decisions=decisions))


def act(client: EmbeddedClient) -> None:
    driver = Driver(client)
    while (task := driver.poll_activity()).task_token:
        client.call(RespondActivityTaskCompleted(task_token=task.task_token, result="r"))


def names(events: tuple[HistoryEvent, ...]) -> Counter[str]:
    return Counter(type(event).__name__ for event in events)


def wait_for(condition, seconds: float = 60) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not come true")


def test_services_share_the_work_and_each_task_is_done_once(services: list[Service]):
    Driver(services[0]).register()
    clients = [EmbeddedClient(service) for service in services]
    with ThreadPoolExecutor(12) as pool:
        workers = [pool.submit(work, client) for client in clients for work in (decide, act)]
        started = list(
            pool.map(lambda n: Driver(services[n % 3]).start(f"w-{n}"), range(30), timeout=60)
        )
        for n, execution in enumerate(started):
            with suppress(UnknownResourceFault):
                services[n % 2].call(
                    SignalWorkflowExecution(
                        domain=DOMAIN, workflow_id=execution.workflow_id, signal_name="s"
                    )
                )
        last = Driver(services[2])
        wait_for(lambda: all(is_closed(last, execution) for execution in started))
        for client in clients:
            client.interrupt()
        for worker in workers:
            worker.result(60)
    for execution in started:
        history = last.history(execution)
        assert [event.event_id for event in history] == list(range(1, len(history) + 1))
        found = names(history)
        assert found["ActivityTaskScheduled"] == STEPS
        assert found["ActivityTaskStarted"] == STEPS
        assert found["ActivityTaskCompleted"] == STEPS
        assert type(history[-1]).__name__ == "WorkflowExecutionCompleted"


def is_closed(driver: Driver, execution: ExecutionId) -> bool:
    request = DescribeWorkflowExecution(domain=DOMAIN, execution=execution)
    return driver.client.call(request).execution_info.execution_status == "CLOSED"


def test_one_of_many_racing_starts_wins(services: list[Service]):
    Driver(services[0]).register()

    def start(n: int) -> str:
        try:
            return Driver(services[n % 3]).start("same").run_id
        except WorkflowExecutionAlreadyStartedFault:
            return ""

    with ThreadPoolExecutor(9) as pool:
        run_ids = list(pool.map(start, range(18)))
    assert len([run_id for run_id in run_ids if run_id]) == 1


def test_racing_answers_to_one_task_are_taken_once(services: list[Service]):
    driver = Driver(services[0]).register()
    execution = driver.start()
    driver.decide(*(schedule(str(n)) for n in range(6)))
    tokens = [driver.poll_activity().task_token for _ in range(6)]

    def answer(n: int) -> int:
        try:
            services[n % 3].call(RespondActivityTaskCompleted(task_token=tokens[n // 3]))
        except UnknownResourceFault:
            return 0
        return 1

    with ThreadPoolExecutor(9) as pool:
        taken = list(pool.map(answer, range(18)))
    assert [sum(taken[n * 3 : n * 3 + 3]) for n in range(6)] == [1] * 6
    assert names(driver.history(execution))["ActivityTaskCompleted"] == 6


def test_a_parked_poll_is_woken_by_another_process(services: list[Service]):
    Driver(services[0]).register()
    with ThreadPoolExecutor(2) as pool:
        for n in range(5):
            poll = pool.submit(Driver(EmbeddedClient(services[1])).poll_decision)
            wait_for(lambda: services[1].notifier.watched())
            execution = Driver(services[2]).start(f"w-{n}")
            task = poll.result(10)
            assert task.workflow_execution == execution
            services[0].call(
                RespondDecisionTaskCompleted(task_token=task.task_token, decisions=(complete(),))
            )


def test_a_timer_is_fired_by_whoever_is_left(postgresql_url: str):
    with Service(postgresql_url) as one:
        driver = Driver(one).register()
        execution = driver.start()
        driver.decide(timer("t", 1))
    with Service(postgresql_url) as two:
        driver = Driver(two)
        wait_for(lambda: "TimerFired" in driver.names(execution), 20)
        assert driver.names(execution).count("TimerFired") == 1


def test_states_that_another_process_has_moved_on_are_caught_up(
    postgresql_url: str, clock: ManualClock
):
    """Without threads nobody hears of the other: each finds out when it is too late."""
    with (
        closing(Service(postgresql_url, clock=clock)) as one,
        closing(Service(postgresql_url, clock=clock)) as two,
    ):
        first, second = Driver(one).register(), Driver(two)
        execution = first.start()
        second.decide(schedule("1", heartbeat_timeout="10"))
        task = first.poll_activity()
        two.call(RecordActivityTaskHeartbeat(task_token=task.task_token))
        clock.advance(8)
        one.call(RecordActivityTaskHeartbeat(task_token=task.task_token, details="\x00\x01"))
        clock.advance(8)
        assert two.run_due() == 0 or first.names(execution)[-1] == "ActivityTaskStarted"
        two.call(RespondActivityTaskCompleted(task_token=task.task_token))
        first.decide(complete())
        found = second.names(execution)
        assert found[-1] == "WorkflowExecutionCompleted"
        assert one.call(DescribeWorkflowExecution(domain=DOMAIN, execution=execution)) == two.call(
            DescribeWorkflowExecution(domain=DOMAIN, execution=execution)
        )


@pytest.mark.parametrize("knows", [True, False])
def test_a_type_that_another_process_deprecated_is_not_used(
    postgresql_url: str, clock: ManualClock, knows: bool
):
    with (
        closing(Service(postgresql_url, clock=clock)) as one,
        closing(Service(postgresql_url, clock=clock)) as two,
    ):
        driver = Driver(one).register()
        driver.start("a")
        driver.decide(complete())
        one._database._listener.has_company = knows
        two.call(DeprecateWorkflowType(domain=DOMAIN, workflow_type=WORKFLOW))
        with pytest.raises(TypeDeprecatedFault):
            driver.start("b")


def test_the_quota_of_open_executions_counts_those_of_all(postgresql_url: str):
    limits = Quotas(open_executions=10)
    with (
        Service(postgresql_url, limits=limits) as one,
        Service(postgresql_url, limits=limits) as two,
    ):
        Driver(one).register()
        drivers = [Driver(one), Driver(two)]
        for n in range(10):
            drivers[n % 2].start(str(n))
        wait_for(lambda: is_refused(drivers[0]))
        wait_for(lambda: is_refused(drivers[1]))


def is_refused(driver: Driver) -> bool:
    try:
        driver.start("eleventh")
    except (LimitExceededFault, WorkflowExecutionAlreadyStartedFault):
        return True
    return False


def test_broken_connections_are_replaced(postgresql, services: list[Service], postgresql_url: str):
    driver = Driver(services[0]).register()
    execution = driver.start()
    for _ in range(3):
        postgresql.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'flowy %'"
        )
        driver.decide(schedule(str(len(driver.history(execution)))))
        driver.act()
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(Driver(EmbeddedClient(services[1])).poll_activity)
        wait_for(lambda: services[1].notifier.watched())
        Driver(services[2]).decide(schedule("last"))
        assert poll.result(15).activity_id == "last"


def test_children_in_other_processes_are_told(services: list[Service]):
    first, second, third = (Driver(service) for service in services)
    parent = first.register().start("parent")
    first.decide(*(child(f"child-{n}", child_policy="TERMINATE") for n in range(5)))
    for _ in range(5):
        second.decide(schedule())
    third.client.call(TerminateWorkflowExecution(domain=DOMAIN, workflow_id="parent"))
    assert names(second.history(parent))["ChildWorkflowExecutionStarted"] == 5
    for n in range(5):
        with pytest.raises(UnknownResourceFault):
            third.client.call(
                SignalWorkflowExecution(domain=DOMAIN, workflow_id=f"child-{n}", signal_name="late")
            )


def test_an_empty_database_says_what_to_run(postgresql):
    url = postgresql.empty_database()
    with pytest.raises(DatabaseError, match="flowy db upgrade"):
        Service(url)
    postgresql.drop(url)


def test_a_newer_database_is_refused(postgresql_url: str):
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("UPDATE flowy_service_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match=r"9999.*newer"):
        Service(postgresql_url)


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(DatabaseError, match="nowhere"):
        Service("postgresql://flowy:secret@127.0.0.1:1/nowhere")


def test_without_psycopg_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for module in [name for name in sys.modules if name.startswith("flowy.db.p")]:
        monkeypatch.delitem(sys.modules, module)
    with pytest.raises(DatabaseError, match=r"pip install flowy\[postgresql\]"):
        Service("postgresql://flowy@localhost/flowy")
