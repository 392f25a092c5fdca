"""Rates and metrics of several worker processes: what the histories and the ports tell."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest

from flowy.protocol.events.activity import ActivityTaskStarted
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.swf.starter import WorkflowStarter
from flowy.swf.workers import WorkerPlan, make_worker

PATIENCE = 60
PROCESSES = 3
THREADS = 2
RATE = 8
TASKS = 40
ROUNDED = 0.002
"""Seconds by which two times of events may be too near."""

MODULE = """
import asyncio
from flowy import Activity, ActivityProxy, Workflow, activity, workflow

@activity("quick", 1, "rated")
class Quick(Activity):
    def run(self, number):
        return number

@workflow("many", 1, "rated")
class Many(Workflow):
    quick = ActivityProxy("quick", 1)
    async def run(self, number):
        return sum(await asyncio.gather(*(self.quick(n) for n in range(number))))
"""


@pytest.fixture
def rated(tmp_path, monkeypatch):
    (tmp_path / "rated.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("rated")
    del sys.modules["rated"]


@pytest.fixture
def workers(tmp_path, address, rated):
    running = []

    def start(*options):
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "flowy", "worker", "rated", "--activities"),
                *("--address", address, "--processes", str(PROCESSES), *options),
            ],
            cwd=tmp_path,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        process.stdout.close()


def serving(process, number=PROCESSES):
    """Wait until so many processes serve, and return what they have said."""
    lines = []
    while sum("serving rated" in line for line in lines) < number:
        lines.append(process.stdout.readline())
        assert lines[-1], lines
    return lines


def run(client, rated):
    """Run the workflow, and return its history."""
    plan = WorkerPlan(packages=rated, does_activities=False)
    decider = make_worker(client, "default", plan)
    decider.start()
    start = WorkflowStarter("many", 1, client, "default")
    with start.id("many"):
        execution = ExecutionId(workflow_id="many", run_id=start(TASKS))
    waiting, events = threading.Event(), ()
    while not events or type(events[-1]).__name__ != "WorkflowExecutionCompleted":
        waiting.wait(0.05)
        request = GetWorkflowExecutionHistory(domain="default", execution=execution)
        events = client.call(request).events
    decider.stop()
    assert decider.join(PATIENCE)
    return events


@pytest.mark.slow
def test_a_rate_is_that_of_all_processes_together(workers, client, rated):
    serving(workers("--rate", str(RATE), "--threads", str(THREADS)))
    events = run(client, rated)
    assert events[-1].attributes.result == str(sum(range(TASKS)))
    starts = [event for event in events if isinstance(event, ActivityTaskStarted)]
    at = [event.event_timestamp for event in starts]
    assert len(at) == TASKS
    assert len({event.attributes.identity for event in starts}) > 1
    # However slow the machine is: so many polls may have been let through before, and there is
    # what a full bucket holds.
    at_once = RATE + PROCESSES * THREADS
    for first in range(TASKS):
        for last in range(first, TASKS):
            taken, seconds = last - first + 1, at[last] - at[first]
            assert taken <= at_once + RATE * (seconds + ROUNDED), (first, last, at)


def free_ports(number):
    """Return the first of so many ports in a row that are free."""
    for first in range(20_000 + os.getpid() % 10_000, 60_000, number):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + number):
                probe = stack.enter_context(socket.socket())
                probe.bind(("127.0.0.1", port))
            return first
    raise AssertionError("no ports are free")


def scraped(port):
    with urllib.request.urlopen(f"http://localhost:{port}/metrics", timeout=PATIENCE) as answer:
        text = answer.read().decode()
    done = re.findall(
        r'flowy_activities_total\{outcome="completed",type="quick 1"\} ([0-9.]+)', text
    )
    return sum(map(float, done))


@pytest.mark.slow
def test_each_process_has_a_port_of_its_own_and_so_has_its_successor(workers, client, rated):
    first = free_ports(PROCESSES)
    process = workers("--metrics-port", str(first))
    said = "".join(serving(process))
    ports = sorted(int(port) for port in re.findall(r"http://localhost:(\d+)/metrics", said))
    assert ports == list(range(first, first + PROCESSES))
    run(client, rated)
    counts = [scraped(port) for port in ports]
    assert sum(counts) == TASKS
    (killed,) = re.findall(r"process (\d+) is worker 1", said)
    os.kill(int(killed), signal.SIGKILL)
    (again,) = re.findall(r"http://localhost:(\d+)/metrics", "".join(serving(process, 1)))
    assert int(again) == ports[1]
    counts[1] = 0
    assert [scraped(port) for port in ports] == counts
