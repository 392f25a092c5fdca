"""Activities that were taken together: one that blocks holds up nobody else."""

import sys
import threading

import pytest

from flowy.clock import ManualClock
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.service.client import EmbeddedClient
from flowy.service.server import Service
from flowy.swf.scanner import activity, workflow
from flowy.swf.starter import WorkflowStarter
from flowy.swf.task import ActivityProxy
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import Activity, Workflow
from flowy.worker import together

DOMAIN, LIST = "together", "together"
PATIENCE = 20
START_TO_CLOSE = 30
EXECUTIONS = 60
BLOCKED = 31
"""The first of sixteen that a poller takes together, after 1, 2, 4, 8 and 16."""

done: set[int] = set()
is_blocked, may_end = threading.Event(), threading.Event()
changed = threading.Condition()


@activity(name="pass", version=1, task_list=LIST, start_to_close=START_TO_CLOSE)
class Pass(Activity):
    """Gives back its number; one of them waits when it is first asked to."""

    def run(self, number):
        """Return the number."""
        if number == BLOCKED and not is_blocked.is_set():
            is_blocked.set()
            may_end.wait()
        with changed:
            done.add(number)
            changed.notify_all()
        return number


@workflow(name="passing", version=1, task_list=LIST, workflow_duration=3600)
class Passing(Workflow):
    """One activity."""

    step = ActivityProxy("pass", 1)

    async def run(self, number):
        """Return its result."""
        return await self.step(number)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def client(clock):
    client = EmbeddedClient(Service("sqlite://", clock=clock).start(), owns_service=True)
    yield client
    may_end.set()
    client.close()


def make(client, clock, **plan):
    return make_worker(client, DOMAIN, WorkerPlan(packages=sys.modules[__name__], **plan), clock)


def names(client, execution):
    request = GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution)
    return [type(event).__name__ for event in client.call(request).events]


def wait_until_closed(client, executions):
    pause = threading.Event()
    for execution in executions:
        while names(client, execution)[-1] != "WorkflowExecutionCompleted":
            assert not pause.wait(0.005)


def test_one_that_blocks_holds_up_no_others(client, clock, monkeypatch):
    monkeypatch.setattr(together, "QUICK", 60.0)  # whatever else this machine has to do
    deciders = make(client, clock, does_activities=False)
    first, second = (make(client, clock, decides_workflows=False) for _ in range(2))
    start = WorkflowStarter("passing", 1, client, DOMAIN)
    executions = []
    for number in range(EXECUTIONS):
        with start.id(f"w{number}"):
            executions.append(ExecutionId(workflow_id=f"w{number}", run_id=start(number)))
    deciders.start()
    pause = threading.Event()
    for execution in executions:
        while "ActivityTaskScheduled" not in names(client, execution):
            assert not pause.wait(0.005)
    first.start()
    assert is_blocked.wait(PATIENCE)
    second.start()
    with changed:
        others = set(range(EXECUTIONS)) - {BLOCKED}
        assert changed.wait_for(lambda: done == others, PATIENCE)
    wait_until_closed(client, [executions[number] for number in others])
    held_up = [names(client, executions[number]) for number in others]
    assert sum("ActivityTaskFailed" in each for each in held_up) == together.MOST - 1
    clock.advance(START_TO_CLOSE + 1)
    wait_until_closed(client, executions)
    timed_out = [n for n, e in enumerate(executions) if "ActivityTaskTimedOut" in names(client, e)]
    assert timed_out == [BLOCKED]
    may_end.set()
    for worker in (first, second, deciders):
        worker.stop()
        assert worker.join(PATIENCE)
