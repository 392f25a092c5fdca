"""Fan-outs, functions and restarts on the service itself: limits are met, nothing is lost."""

import asyncio
import sys
import threading
from contextlib import closing
from functools import partial

from flowy.protocol.events.activity import ScheduleActivityTaskFailed
from flowy.protocol.events.timer import TimerStarted
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.service.client import EmbeddedClient
from flowy.service.operations.quotas import Quotas
from flowy.service.server import Service
from flowy.swf.boilerplate import workflow_starter
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, LambdaProxy, WorkflowProxy
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import Activity, Signal, TaskError, Workflow
from flowy.testing import Environment, environment

HERE = sys.modules[__name__]


@activity("Square", 1, "limits")
class Square(Activity):
    def run(self, number):
        return number * number


@workflow("Fan", 1, "limits")
class Fan(Workflow):
    square = ActivityProxy("Square", 1)

    async def run(self, count):
        return sum(await asyncio.gather(*(self.square(number) for number in range(count))))


@workflow("Sub", 1, "limits")
class Sub(Workflow):
    go = Signal()

    async def run(self, number):
        return number + await self.go.get()


@workflow("Parents", 1, "limits")
class Parents(Workflow):
    sub = WorkflowProxy("Sub", 1, cancellation="wait", task_priority=3, tags=["sub"])

    async def run(self, count):
        children = [self.sub(number) for number in range(count)]
        for child in children:
            child.signal("go", 1)
        waits = self.sub(0)
        await waits.started
        waits.cancel()
        found = sum(await asyncio.gather(*children))
        try:
            await waits
        except asyncio.CancelledError:
            return found
        except TaskError as error:
            return repr(error)


@workflow("Calls", 1, "limits")
class Calls(Workflow):
    upper = LambdaProxy("upper")
    fails = LambdaProxy("fails", retry=0)

    async def run(self, word):
        try:
            await self.fails(word)
        except TaskError as error:
            self.marker("failed", [error.task.kind, error.reason])
        return await self.upper(word)


def history(client, domain, workflow_id, run_id):
    execution = ExecutionId(workflow_id=workflow_id, run_id=run_id)
    return client.call(GetWorkflowExecutionHistory(domain=domain, execution=execution)).events


def test_a_fan_out_over_the_limit_of_the_service_is_done_in_full(monkeypatch):
    few = partial(Service, limits=Quotas(open_activities=5))
    monkeypatch.setattr(environment, "Service", few)
    with Environment(HERE) as env:
        fan = env.start(Fan, 40)
        assert env.result(fan) == sum(number * number for number in range(40))
        events = env.history(fan)
    refused = [event for event in events if isinstance(event, ScheduleActivityTaskFailed)]
    assert 0 < len(refused) < 60


def test_an_answer_that_is_too_long_for_a_request_is_sent_in_parts():
    with Environment(HERE) as env:
        fan = env.start(Long, 60)
        assert env.result(fan) == 60 * 30_000
        timers = [event for event in env.history(fan) if isinstance(event, TimerStarted)]
    assert len(timers) == 2
    assert all(one.attributes.timer_id.startswith("flowy.more-") for one in timers)


@activity("Length", 1, "limits")
class Length(Activity):
    def run(self, text):
        return len(text)


@workflow("Long", 1, "limits")
class Long(Workflow):
    length = ActivityProxy("Length", 1)

    async def run(self, count):
        # Chance, so that compression does not make it short.
        texts = [
            "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=30_000))
            for _ in range(count)
        ]
        return sum(await asyncio.gather(*map(self.length, texts)))


def test_children_are_signalled_and_one_is_cancelled_and_waited_for():
    with Environment(HERE) as env:
        assert env.run(Parents, 5) == sum(number + 1 for number in range(5))


def test_functions_are_invoked_and_markers_stand_in_the_history():
    def fails(text):
        raise ValueError(text)

    functions = {"upper": lambda text: text.upper(), "fails": fails}
    with Service(functions=functions) as service, closing(EmbeddedClient(service)) as client:
        worker = make_worker(client, "docs", WorkerPlan(packages=HERE))
        worker.start()
        starter = workflow_starter("docs", "Calls", 1, layer1=client, lambda_role="role")
        with starter.id("one"):
            run_id = starter("word")
        for _ in range(300):
            events = history(client, "docs", "one", run_id)
            if type(events[-1]).__name__ == "WorkflowExecutionCompleted":
                break
            threading.Event().wait(0.05)
        worker.stop()
        assert worker.join(10)
    assert events[-1].attributes.result == '"WORD"'
    (marker,) = [event for event in events if type(event).__name__ == "MarkerRecorded"]
    assert marker.attributes.details == '["lambda","ValueError"]'
