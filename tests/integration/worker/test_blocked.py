"""A worker that runs ends code which blocks it, and serves the others."""

import threading

import pytest

from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.service.client import EmbeddedClient
from flowy.service.server import Service
from flowy.swf.scanner import workflow
from flowy.swf.starter import WorkflowStarter
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import Workflow
from flowy.worker.settings import DeciderSettings
from tests.integration.worker import test_blocked

RELEASED = threading.Event()


@workflow("Blocks", 1, "blocked")
class Blocks(Workflow):
    def run(self):
        while not RELEASED.is_set():
            pass


@workflow("Quick", 1, "blocked")
class Quick(Workflow):
    def run(self):
        return "done"


@pytest.fixture
def client(tmp_path):
    client = EmbeddedClient(Service(f"sqlite:///{tmp_path}/flowy.db").start(), owns_service=True)
    yield client
    client.close()


def test_code_that_blocks_is_ended_and_others_are_decided(client, caplog):
    plan = WorkerPlan(
        packages=test_blocked,
        does_activities=False,
        deciding=DeciderSettings(warn_after=0.1, fail_after=0.3),
    )
    worker = make_worker(client, "blocked", plan)
    ids = {}
    for name in ("Blocks", "Quick"):
        starter = WorkflowStarter(name, 1, client, "blocked")
        with starter.id(name):
            ids[name] = ExecutionId(workflow_id=name, run_id=starter())
    worker.start()
    pause = threading.Event()
    for _ in range(2_000):
        events = client.call(
            GetWorkflowExecutionHistory(domain="blocked", execution=ids["Quick"])
        ).events
        if type(events[-1]).__name__ == "WorkflowExecutionCompleted":
            break
        assert not pause.wait(0.01)
    RELEASED.set()
    worker.stop()
    assert worker.join(20)
    assert events[-1].attributes.result == '"done"'
    (warning,) = [each for each in caplog.messages if "holds up the decision" in each]
    assert "while not RELEASED.is_set()" in warning
    ended = [each for each in caplog.messages if "held up the decision" in each]
    assert len(ended) == 1
    assert str(ids["Blocks"]) in ended[0]
