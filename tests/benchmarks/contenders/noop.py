"""Workflows of activities that do nothing, and what runs them to their end in this process.

An execution's end is seen when the service has acknowledged the decision that closes it: by then it
is durable.
"""

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from flowy.protocol.decisions import CompleteWorkflowExecution
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.swf.scanner import activity, workflow
from flowy.swf.starter import WorkflowStarter
from flowy.swf.task import ActivityProxy
from flowy.swf.workers import WorkerPlan, make_worker
from flowy.task import Activity, Workflow

DOMAIN, LIST = "benchmark", "noop"
STARTERS = 16
"""Threads that start executions which are to run at once."""


@activity(name="noop", version=1, task_list=LIST)
class Noop(Activity):
    """Gives back what it gets."""

    def run(self, value):
        """Return the value."""
        return value


@workflow(name="seq", version=1, task_list=LIST, workflow_duration=3600)
class Chain(Workflow):
    """Runs activities one after the other."""

    noop = ActivityProxy("noop", 1, retry=0)

    async def run(self, steps):
        """Return the last result."""
        value = 0
        for step in range(steps):
            value = await self.noop(step)
        return value


@workflow(name="par", version=1, task_list=LIST, workflow_duration=3600, max_open_tasks=3_000)
class Fan(Workflow):
    """Runs activities all at once."""

    noop = ActivityProxy("noop", 1, retry=0)

    async def run(self, steps):
        """Return the sum of the results."""
        return sum(await asyncio.gather(*[self.noop(step) for step in range(steps)]))


class Ends:
    """An ``SwfClient`` that tells when executions have closed.

    Args:
        client: What carries out the calls.
    """

    def __init__(self, client):
        self._client = client
        self._closed = threading.Condition()
        self.count = 0
        for name in ("interrupt", "close"):
            setattr(self, name, getattr(client, name))
        if getattr(client, "exchange", None) is None:
            self.exchange = None

    def call(self, request):
        """Carry out a call, and count the executions that it closes."""
        answer = self._client.call(request)
        self._look(request)
        return answer

    def exchange(self, answers, poll, most):
        """Carry out answers and begin a poll, and count as well."""
        exchanged = self._client.exchange(answers, poll, most)
        for answer in answers:
            self._look(answer)
        return exchanged

    def _look(self, request):
        if type(request) is not RespondDecisionTaskCompleted or not request.decisions:
            return
        if type(request.decisions[-1]) is CompleteWorkflowExecution:
            with self._closed:
                self.count += 1
                self._closed.notify_all()

    def wait(self, count):
        """Wait until that many executions have closed."""
        with self._closed:
            self._closed.wait_for(lambda: self.count >= count)


class Stage:
    """A worker and starters at a client.

    Args:
        client: The service.
        threads: Pollers of each kind.
    """

    def __init__(self, client, threads=1):
        self.ends = Ends(client)
        plan = WorkerPlan(packages=sys.modules[__name__], threads=threads)
        self._worker = make_worker(self.ends, DOMAIN, plan)
        self._worker.start()
        self._starters = {
            kind: WorkflowStarter(kind, 1, client, DOMAIN, LIST, 60, 3600)
            for kind in ("seq", "par")
        }
        self._starting = ThreadPoolExecutor(STARTERS)

    def one(self, kind, steps):
        """Run one execution to its end."""
        self.many(1, steps, kind)

    def many(self, executions, steps, kind="seq"):
        """Run several executions, started together, to their ends."""
        until = self.ends.count + executions
        if executions == 1:
            self._start(kind, steps)
        else:
            list(self._starting.map(lambda _: self._start(kind, steps), range(executions)))
        self.ends.wait(until)

    def _start(self, kind, steps):
        if self._starters[kind](steps) is None:
            raise RuntimeError("an execution was not started; the log says why")

    def close(self):
        """Stop the worker."""
        self._starting.shutdown()
        self._worker.stop()
        self._worker.join()
