"""How long it takes from a signal to the activity that its handler starts."""

import queue
import sys
import time

import pytest

from flowy.protocol.ids import TypeId
from flowy.protocol.requests.executions import (
    SignalWorkflowExecution,
    StartWorkflowExecution,
)
from flowy.service.http.serve import HttpServer
from flowy.service.server import Service
from flowy.swf.connect import connect
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import Activity, Signal, Workflow, on_signal
from tests.benchmarks.tables import quantile, show

pytestmark = pytest.mark.benchmark

DOMAIN, LIST = "benchmark", "signals"
COUNT = 300
started = queue.SimpleQueue()


@activity(name="note", version=1, task_list=LIST)
class Note(Activity):
    """Says when it runs."""

    def run(self, number):
        started.put((number, time.perf_counter()))


@workflow(name="listener", version=1, task_list=LIST)
class Listener(Workflow):
    """Starts an activity for each signal."""

    note = ActivityProxy("note", 1)
    end = Signal()

    @on_signal("tick")
    def tick(self, number):
        self.note(number)

    async def run(self):
        await self.end.get()


def latencies(client):
    worker = make_worker(client, DOMAIN, WorkerPlan(packages=sys.modules[__name__]))
    worker.start()
    kind = TypeId(name="listener", version="1")
    client.call(StartWorkflowExecution(domain=DOMAIN, workflow_id="listener", workflow_type=kind))
    taken = []
    for number in range(COUNT):
        before = time.perf_counter()
        signal(client, "tick", str(number))
        seen, at = started.get(timeout=30)
        assert seen == number
        taken.append((at - before) * 1e3)
    signal(client, "end", "null")
    worker.stop()
    worker.join()
    return taken


def signal(client, name, text):
    client.call(
        SignalWorkflowExecution(domain=DOMAIN, workflow_id="listener", signal_name=name, input=text)
    )


def test_from_a_signal_to_the_activity_that_its_handler_starts(tmp_path):
    rows = []
    with Service(f"sqlite:///{tmp_path}/http.sqlite") as service:
        server = HttpServer(service)
        address = server.start()
        for name, url in (
            ("in process", f"sqlite:///{tmp_path}/service.sqlite"),
            ("over HTTP", address),
        ):
            client = connect(url)
            taken = latencies(client)
            client.close()
            rows.append((name, f"{quantile(taken, 0.5):.2f}", f"{quantile(taken, 0.99):.2f}"))
        server.stop()
    show("From a signal to its handler's activity, ms", ("", "p50", "p99"), rows)
