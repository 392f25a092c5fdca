"""A whole supervisor is replaced under load, by SIGTERM alone, and no task times out."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from flowy.protocol.events.decision import DecisionTaskCompleted, DecisionTaskScheduled
from flowy.protocol.events.timer import TimerStarted
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import (
    GetWorkflowExecutionHistory,
    SignalWorkflowExecution,
)
from flowy.service.http.serve import HttpServer
from flowy.service.server import Service
from flowy.swf.connect import connect
from flowy.swf.starter import WorkflowStarter

PATIENCE = 120
PROCESSES = 2
MODULE = """
import asyncio, threading
from flowy import Activity, ActivityProxy, Signal, Workflow, activity, workflow

@activity("step", 1, "rolling", strategy="thread", heartbeat=600)
class Step(Activity):
    def run(self, number, seconds):
        threading.Event().wait(seconds)
        return number + 1

@workflow("busy", 1, "rolling", decision_duration=600)
class Busy(Workflow):
    step = ActivityProxy("step", 1, retry=0)
    async def run(self, number):
        for _ in range(6):
            number = max(await asyncio.gather(self.step(number, 0.1), self.step(number - 9, 0)))
        return number

@workflow("quiet", 1, "rolling", decision_duration=600)
class Quiet(Workflow):
    step = ActivityProxy("step", 1, retry=0)
    go_on = Signal()
    async def run(self, number):
        number = await self.step(number, 0)
        await asyncio.wait_for(self.go_on.get(), 3_600)
        return await self.step(number, 0)
"""


@pytest.fixture(params=["http", "postgresql"])
def address(request, tmp_path):
    """One server for all processes, or one in each of them, on the same database."""
    if request.param == "postgresql":
        yield request.getfixturevalue("postgresql_url")
        return
    with Service(f"sqlite:///{tmp_path / 'flowy.db'}") as service:
        front = HttpServer(service)
        yield front.start()
        front.stop()


@pytest.fixture
def client(address):
    client = connect(address)
    yield client
    client.close()


@pytest.fixture
def supervisors(tmp_path, address):
    (tmp_path / "rolled.py").write_text(MODULE)
    running = []

    def start(*options, processes=PROCESSES):
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "flowy", "worker", "rolled", "--address", address),
                *("--processes", str(processes), "--deciders", "2", "--sticky"),
                *("--sticky-timeout", "3600", "--slots", "thread=4", *options),
            ],
            cwd=tmp_path,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        for _ in range(processes):
            assert "serving rolled" in process.stdout.readline()
        return process

    yield start
    for process in running:
        process.kill()
        process.wait(PATIENCE)
        process.stdout.close()


def begin(client, kind, number):
    start = WorkflowStarter(kind, 1, client, "default")
    with start.id(f"{kind}-{number}"):
        return ExecutionId(workflow_id=f"{kind}-{number}", run_id=start(number))


def history(client, execution):
    return client.call(GetWorkflowExecutionHistory(domain="default", execution=execution)).events


def until(client, execution, kind):
    waiting = threading.Event()
    for _ in range(PATIENCE * 20):
        events = history(client, execution)
        if any(isinstance(event, kind) for event in events):
            return
        assert "Closed" not in type(events[-1]).__name__
        waiting.wait(0.05)
    raise AssertionError(events[-4:])


def closed(client, execution):
    waiting = threading.Event()
    for _ in range(PATIENCE * 20):
        events = history(client, execution)
        if type(events[-1]).__name__ == "WorkflowExecutionCompleted":
            return events
        waiting.wait(0.05)
    raise AssertionError(events[-4:])


def wake(client, execution):
    client.call(
        SignalWorkflowExecution(
            domain="default", workflow_id=execution.workflow_id, signal_name="go_on"
        )
    )


def was_quiet(events):
    """Whether its last answer had sent it to a list that its next task did not go to."""
    sent_to, lists = None, []
    for event in events:
        if isinstance(event, DecisionTaskCompleted) and event.attributes.task_list is not None:
            sent_to = event.attributes.task_list.name
        if isinstance(event, DecisionTaskScheduled):
            lists.append((event.attributes.task_list.name, sent_to))
    return any(sent_to is not None and went_to != sent_to for went_to, sent_to in lists)


@pytest.mark.slow
def test_no_task_times_out_when_a_supervisor_is_replaced(supervisors, client):
    old = supervisors()
    quiet = [begin(client, "quiet", number) for number in range(6)]
    for execution in quiet:
        until(client, execution, TimerStarted)
    busy = [begin(client, "busy", number) for number in range(10)]
    new = supervisors()
    old.send_signal(signal.SIGTERM)
    busy += [begin(client, "busy", number) for number in range(10, 20)]
    assert old.wait(PATIENCE) == 0
    for execution in quiet:
        wake(client, execution)
    histories = {each.workflow_id: closed(client, each) for each in (*quiet, *busy)}
    new.send_signal(signal.SIGTERM)
    assert new.wait(PATIENCE) == 0
    timeouts = {
        (name, type(event).__name__)
        for name, events in histories.items()
        for event in events
        if type(event).__name__.endswith("TimedOut")
    }
    assert timeouts == set()
    for name, events in histories.items():
        kind, _, number = name.partition("-")
        expected = int(number) + (2 if kind == "quiet" else 6)
        assert events[-1].attributes.result == str(expected)
    assert all(was_quiet(histories[each.workflow_id]) for each in quiet)


def own_lists(client, begun):
    """Return the lists that decisions of executions went to, but for the one that all share."""
    return {
        event.attributes.task_list.name
        for execution in begun
        for event in closed(client, execution)
        if isinstance(event, DecisionTaskScheduled)
    } - {"rolling"}


@pytest.mark.slow
@pytest.mark.parametrize("address", ["http"], indirect=True)
def test_a_supervisor_of_the_same_name_has_the_lists_of_the_one_before(supervisors, client):
    found = []
    for turn, name in enumerate(("shop 1", "shop 1", "shop 2")):
        supervisor = supervisors("--name", name, "--deciders", "1", processes=1)
        numbers = range(turn * 2, turn * 2 + 2)
        found.append(own_lists(client, [begin(client, "busy", number) for number in numbers]))
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(PATIENCE) == 0
    first, again, other = found
    assert len(first) == 1
    assert again == first
    assert not other & first
