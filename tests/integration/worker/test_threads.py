"""Workers in threads of their own, on the embedded service and the real clock."""

import threading

import pytest

from flowy.clock import SystemClock
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.activity_tasks import RecordActivityTaskHeartbeat
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.tasks import ActivityTaskStatus
from flowy.service.client import EmbeddedClient
from flowy.service.server import Service
from flowy.swf.starter import WorkflowStarter
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.worker.heartbeat import Beaten, Heartbeat, Pulse
from tests.acceptance import scenarios
from tests.unit.worker.fakes import FakeClient

PATIENCE = 20


@pytest.fixture
def client(tmp_path):
    client = EmbeddedClient(Service(f"sqlite:///{tmp_path}/flowy.db").start(), owns_service=True)
    yield client
    client.close()


def history(client, execution):
    return client.call(GetWorkflowExecutionHistory(domain="threads", execution=execution)).events


def test_workers_in_threads_serve_until_they_are_stopped(client):
    plan = WorkerPlan(packages=scenarios, threads=2)
    worker = make_worker(client, "threads", plan)
    closed = threading.Event()
    start = WorkflowStarter("SimpleDependency", scenarios.VERSION, client, "threads")
    worker.start()
    executions = []
    for number in range(5):
        with start.id(f"run-{number}"):
            executions.append(ExecutionId(workflow_id=f"run-{number}", run_id=start()))
    for execution in executions:
        while type(history(client, execution)[-1]).__name__ != "WorkflowExecutionCompleted":
            assert not closed.wait(0.01)
    worker.stop()
    assert worker.join(PATIENCE)
    assert {history(client, e)[-1].attributes.result for e in executions} == {"170"}


def test_one_worker_serves_several_domains(client):
    domains = ["threads", "others"]
    worker = make_worker(client, domains, WorkerPlan(packages=scenarios, threads=1))
    worker.start()
    waiting = threading.Event()
    for domain in domains:
        start = WorkflowStarter("SimpleDependency", scenarios.VERSION, client, domain)
        with start.id("one"):
            execution = ExecutionId(workflow_id="one", run_id=start())
        request = GetWorkflowExecutionHistory(domain=domain, execution=execution)
        while type(client.call(request).events[-1]).__name__ != "WorkflowExecutionCompleted":
            assert not waiting.wait(0.01)
    worker.stop()
    assert worker.join(PATIENCE)


def test_workers_that_wait_leave_at_once(client):
    worker = make_worker(client, "threads", WorkerPlan(packages=scenarios))
    worker.start()
    worker.stop()
    assert worker.join(PATIENCE)


def beating(client, clock):
    return Heartbeat(Beaten(client=client, task_token="t", name="pack", timeout=0.03), clock)


def test_an_activity_is_heartbeated_until_it_ends():
    client, clock = FakeClient(), SystemClock()
    beats = threading.Semaphore(0)

    def answer(_request):
        beats.release()
        return ActivityTaskStatus(cancel_requested=False)

    client.always(RecordActivityTaskHeartbeat, answer)
    pulse = Pulse(clock)
    beats_of_task = pulse.begin(beating(client, clock))
    for _ in range(3):
        assert beats.acquire(timeout=PATIENCE)
    beats_of_task.end()
    pulse.close()
    assert len(client.sent) >= 3


def test_an_unexpected_error_of_the_client_does_not_end_the_heartbeats(caplog):
    client, clock = FakeClient(), SystemClock()
    beats = threading.Semaphore(0)

    def answer(_request):
        beats.release()
        raise ValueError("a defect of the client")

    client.always(RecordActivityTaskHeartbeat, answer)
    pulse = Pulse(clock)
    pulse.begin(beating(client, clock))
    for _ in range(3):
        assert beats.acquire(timeout=PATIENCE)
    pulse.close()
    assert "a defect of the client" in caplog.text
