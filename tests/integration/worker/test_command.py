"""`flowy worker` and `flowy dev` as processes: signals, hand back, exit status."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from flowy.protocol.events.activity import ActivityTaskFailed, ActivityTaskScheduled
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.swf.http import HttpClient
from flowy.swf.starter import WorkflowStarter
from flowy.transport.failure import HANDED_BACK

PATIENCE = 60
MODULE = """
import threading
from flowy import Activity, ActivityProxy, Workflow, activity, workflow

WORD = "first"

@activity("wait", 1, "shop")
class Wait(Activity):
    def run(self, seconds):
        print("working", flush=True)
        threading.Event().wait(seconds)
        return [self.attempt, WORD]

@workflow("order", 1, "shop")
class Order(Workflow):
    wait = ActivityProxy("wait", 1, retry=0)
    def run(self, seconds=0):
        return self.wait(seconds)
"""


@pytest.fixture
def flowy(tmp_path):
    (tmp_path / "boutique.py").write_text(MODULE)
    running = []

    def start(*arguments, **options):
        process = subprocess.Popen(
            [sys.executable, "-m", "flowy", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


def until(process, text):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return line
    raise AssertionError(f"{text!r} was never printed: {''.join(lines)}")


def start_order(client, workflow_id, *args):
    start = WorkflowStarter("order", 1, client, "default")
    with start.id(workflow_id):
        return ExecutionId(workflow_id=workflow_id, run_id=start(*args))


def history(client, execution):
    return client.call(GetWorkflowExecutionHistory(domain="default", execution=execution)).events


def closed(client, execution):
    waiting = threading.Event()
    for _ in range(PATIENCE * 50):
        events = history(client, execution)
        if type(events[-1]).__name__ == "WorkflowExecutionCompleted":
            return events
        waiting.wait(0.02)
    raise AssertionError([type(event).__name__ for event in events])


def test_what_is_not_done_in_the_grace_time_is_handed_back_and_done_by_another(
    flowy, address, client
):
    worker = ["worker", "boutique", "--address", address]
    first = flowy(*worker, "--grace", "0.2")
    until(first, "serving boutique")
    execution = start_order(client, "slow", 1.5)
    until(first, "working")
    first.send_signal(signal.SIGTERM)
    assert first.wait(PATIENCE) == 3
    second = flowy(*worker)
    events = closed(client, execution)
    (failed,) = [event for event in events if isinstance(event, ActivityTaskFailed)]
    assert HANDED_BACK in failed.attributes.details
    ids = [e.attributes.activity_id for e in events if isinstance(e, ActivityTaskScheduled)]
    assert ids == ["0", "1~0.1"]
    assert events[-1].attributes.result == '[1,"first"]'
    assert not [event for event in events if "TimedOut" in type(event).__name__]
    second.send_signal(signal.SIGTERM)
    assert second.wait(PATIENCE) == 0


def test_a_task_in_hand_is_finished_in_the_grace_time(flowy, address, client):
    worker = flowy("worker", "boutique", "--address", address, "--strategy", "thread")
    until(worker, "serving boutique")
    execution = start_order(client, "short", 0.5)
    until(worker, "working")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    answered = [type(event).__name__ for event in history(client, execution)]
    assert "ActivityTaskCompleted" in answered


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_all_processes_of_a_terminal_hear_lets_them_finish(flowy, address, client, number):
    """The supervisor hears it and passes it on: a worker hears of the same wish twice."""
    arguments = ("worker", "boutique", "--address", address, "--processes", "2")
    workers = flowy(*arguments, start_new_session=True)
    until(workers, "serving boutique")
    until(workers, "serving boutique")
    execution = start_order(client, f"terminal {number.name}", 0.5)
    until(workers, "working")
    os.killpg(workers.pid, number)
    assert workers.wait(PATIENCE) == 0
    answered = [type(event).__name__ for event in history(client, execution)]
    assert "ActivityTaskCompleted" in answered


def test_options_that_cannot_be_are_told_in_one_line(flowy, address):
    arguments = ("worker", "boutique", "--address", address, "--processes", "1")
    worker = flowy(*arguments, "--strategy", "subprocess")
    said = worker.communicate(timeout=PATIENCE)[0]
    assert "Error: there is no strategy 'subprocess'; there are inline" in said
    assert said.count("Error: ") == 1
    assert "Traceback" not in said
    assert worker.returncode == 1


def test_a_port_that_is_taken_ends_dev_at_once(flowy, address):
    dev = flowy("dev", "boutique", "--port", address.rpartition(":")[2], "--db", "sqlite://")
    assert "cannot listen" in dev.communicate(timeout=PATIENCE)[0]
    assert dev.returncode == 2


def test_a_second_signal_ends_at_once(flowy, address, client):
    worker = flowy("worker", "boutique", "--address", address)
    until(worker, "serving boutique")
    start_order(client, "endless", 120)
    until(worker, "working")
    worker.send_signal(signal.SIGTERM)
    while worker.poll() is None:
        worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == -signal.SIGTERM


def test_dev_serves_a_module_and_goes_on_with_changed_code(flowy, tmp_path):
    dev = flowy("dev", "boutique", "--port", "0", "--db", "sqlite:///dev.db")
    line = until(dev, "serving boutique")
    client = HttpClient(line.split()[3].rstrip(","))
    assert closed(client, start_order(client, "before"))[-1].attributes.result == '[1,"first"]'
    client.close()
    (tmp_path / "boutique.py").write_text(MODULE.replace('"first"', '"changed"'))
    client = HttpClient(until(dev, "serving boutique").split()[3].rstrip(","))
    assert closed(client, start_order(client, "after"))[-1].attributes.result == '[1,"changed"]'
    client.close()
    dev.send_signal(signal.SIGINT)
    assert dev.wait(PATIENCE) == 0
