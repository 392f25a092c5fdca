"""A machine and a graph finish with every process killed at random; each task is recorded once."""

import os
import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from flowy.cli import visibility
from flowy.decider.run import WorkflowRun
from flowy.errors import ServiceUnavailable
from flowy.swf import machine
from flowy.swf.connect import connect
from flowy.swf.starter import WorkflowStarter
from flowy.task import scanner
from tests.acceptance import durable_forms
from tests.chaos.servers import Server

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = "durable"
KILLS = 8
TURNS = 600


class Crowd:
    """A service on an SQLite file and two workers, all processes of their own.

    Args:
        folder: Where the database and the logs are.
        seed: Says whom the kills hit, and when.
    """

    def __init__(self, folder, seed):
        self.folder = folder
        self.server = Server(f"sqlite:///{folder / 'flowy.db'}", folder / "server.log")
        self.chance = random.Random(seed)
        self.pause = threading.Event()
        self.workers = [None, None]

    def start(self):
        self.server.start()
        assert self.server.wait_until_ready()
        self.workers = [self._worker(), self._worker()]

    def _worker(self):
        with (self.folder / "workers.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "flowy", "worker", durable_forms.__name__],
                cwd=ROOT,
                env={
                    **os.environ,
                    "FLOWY_ENDPOINT": self.server.address,
                    "FLOWY_DOMAIN": DOMAIN,
                    "DURABLE_WORK": str(self.folder),
                },
                stdout=log,
                stderr=log,
            )

    def kill_some(self):
        """Kill one process, or all of them, wherever they are, and start them again."""
        self.pause.wait(self.chance.uniform(0.2, 1.5))
        victims = self.chance.choice([("server",), (0,), (1,), (0, 1), ("server", 0, 1)])
        for victim in victims:
            if victim == "server":
                self.server.kill()
            else:
                self.workers[victim].kill()
                self.workers[victim].wait()
        if "server" in victims:
            self.server.start()
            assert self.server.wait_until_ready()
        for victim in victims:
            if victim != "server":
                self.workers[victim] = self._worker()

    def stop(self):
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.server.kill()


@pytest.fixture(params=[1, 2])
def crowd(request, tmp_path):
    crowd = Crowd(tmp_path, request.param)
    crowd.start()
    yield crowd
    crowd.stop()


def start(client, name, *args):
    """Start an execution as soon as the workers have registered its type."""
    for _ in range(TURNS):
        starter = WorkflowStarter(name, 1, client, DOMAIN)
        with starter.id(name):
            run_id = starter(*args)
        if run_id is not None:
            return
        threading.Event().wait(0.1)
    raise AssertionError("the workers did not register the type")


def finish(crowd, client, name, halted=lambda info: None):
    """Kill now and then, until the execution is closed; return its history."""
    kills = 0
    for _ in range(TURNS):
        if kills < KILLS:
            crowd.kill_some()
            kills += 1
        try:
            info = visibility.newest(client, DOMAIN, name, None)
            if info.close_status is not None:
                return list(visibility.history(client, DOMAIN, info.execution)), info
            halted(info)
        except ServiceUnavailable:
            pass  # it was killed between the question and the answer
        threading.Event().wait(0.1)
    raise AssertionError((crowd.folder / "workers.log").read_text()[-3000:])


def completed_inputs(history):
    """Return what each activity that completed was asked."""
    scheduled = {event.event_id: event.attributes for event in history}
    return [
        scheduled[event.attributes.scheduled_event_id]
        for event in history
        if type(event).__name__ == "ActivityTaskCompleted"
    ]


def assert_replays(name, history, info):
    definition = next(d for d in scanner.scan_workflows(durable_forms) if d.id.name == name)
    assert WorkflowRun(definition, info.execution).feed(history).decisions == ()


@pytest.mark.slow
def test_a_machine_finishes_and_each_task_is_recorded_once(crowd):
    client = connect(crowd.server.address)
    tokens = [{"parts": ["hat"]}, {"parts": ["coat", "belt"]}]
    answered = set()

    def approve(info):
        seen = machine.halted(
            DOMAIN, info.execution.workflow_id, info.execution.run_id, layer1=client
        )
        if seen is not None and seen.halt not in answered:
            machine.restart(
                DOMAIN,
                info.execution.workflow_id,
                "current",
                "current",
                layer1=client,
                halt=seen.halt,
                token={**seen.token, "approved": True},
            )
            answered.add(seen.halt)

    start(client, "durable-machine", tokens)
    history, info = finish(crowd, client, "durable-machine", approve)
    assert info.close_status == "COMPLETED", history[-1]
    hat, coat = msgspec.json.decode(history[-1].attributes.result)
    assert (hat["name"], hat["log"], hat["total"]) == ("token-1", ["pack hat"], 11)
    log = ["pack coat", "pack belt", "check", "check"]
    assert (coat["name"], coat["log"], coat["total"]) == ("token-2", log, 22)
    done = Counter(asked.activity_type.name for asked in completed_inputs(history))
    assert done == {"pack": 3, "check": 2, "weigh": 2, "price": 2}
    markers = [event for event in history if type(event).__name__ == "MarkerRecorded"]
    assert len(markers) == 2
    assert_replays("durable-machine", history, info)
    client.close()


@pytest.mark.slow
def test_a_graph_finishes_and_each_process_is_recorded_once(crowd):
    client = connect(crowd.server.address)
    start(client, "durable-graph", {f"leaf_{n}": {"number": n + 1} for n in range(4)})
    history, info = finish(crowd, client, "durable-graph")
    assert info.close_status == "COMPLETED", history[-1]
    results = msgspec.json.decode(history[-1].attributes.result)
    assert results["all"]["data"] == 1 + 2 + 3 + 4
    assert results["fail"]["error_type"] == "ValueError"
    done = Counter(msgspec.json.decode(asked.input)[0][0] for asked in completed_inputs(history))
    assert done == dict.fromkeys(results, 1)
    assert len(done) == 8
    assert_replays("durable-graph", history, info)
    client.close()
