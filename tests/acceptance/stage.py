"""A service, a decider and an activity worker on one clock and one thread: nobody ever waits."""

import math
from dataclasses import replace

from flowy.clock import ManualClock
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.validation import decode
from flowy.protocol.wire import encode
from flowy.service.server import Service
from flowy.swf import registration
from flowy.swf.starter import WorkflowStarter
from flowy.task import scanner
from flowy.transport.packing import PACKING
from flowy.worker.activities import ActivityPoller
from flowy.worker.decisions import DecisionPoller
from flowy.worker.poller import Source
from flowy.worker.stop import Stop

CLOSES = {
    "WorkflowExecutionCanceled",
    "WorkflowExecutionCompleted",
    "WorkflowExecutionContinuedAsNew",
    "WorkflowExecutionFailed",
    "WorkflowExecutionTerminated",
    "WorkflowExecutionTimedOut",
}


class ImpatientClient:
    """Calls a service as the wire would, but a poll that finds nothing does not wait."""

    def __init__(self, service):
        self._service = service

    def call(self, request):
        return self._service.call(decode(type(request), encode(request)))

    def interrupt(self):
        pass

    def close(self):
        pass


class Stage:
    """Plays executions of a module's workflows to their end.

    Args:
        module: Holds the workflows and activities.
        task_list: The list that all of them use.
        version: The version that all of them have.
        domain: The domain that is made.
        url: The service's database.
        clock: One that is moved by hand.
        wrap: What stands between workers and service: a function of the client.
        payloads: How texts travel.
    """

    def __init__(
        self,
        module,
        task_list,
        version=1,
        domain="acceptance",
        url="sqlite://",
        clock=None,
        wrap=None,
        payloads=None,
    ):
        self.clock = clock or ManualClock()
        self.service = Service(url, clock=self.clock)
        self.client = ImpatientClient(self.service)
        if wrap is not None:
            self.client = wrap(self.client)
        self.domain = domain
        self.version = version
        source = Source(
            client=self.client,
            domain=domain,
            task_list=task_list,
            clock=self.clock,
            stop=Stop(self.clock),
            packing=PACKING if payloads is None else payloads.packing(domain),
        )
        self._workflows = scanner.scan_workflows(module)
        self._activities = scanner.scan_activities(module)
        registration.register(source, [*self._workflows, *self._activities])
        self._source = source
        self.runs = {}
        """The last run of each workflow."""
        self.activities = ActivityPoller(source, self._activities)
        self.decisions = None
        self.restart_decider()

    def restart_decider(self):
        """Begin with a decider that remembers nothing."""
        if self.decisions is not None:
            self.decisions.close()
        self.decisions = DecisionPoller(self._source, self._workflows)

    def use(self, payloads):
        """Go on with workers whose texts travel in another way."""
        self._source = replace(self._source, packing=payloads.packing(self.domain))
        self.activities.close()
        self.activities = ActivityPoller(self._source, self._activities)
        self.restart_decider()

    def close(self):
        self.decisions.close()
        self.activities.close()
        self.service.stop()
        self.service.close()

    def start(self, name, *args, **kwargs):
        """Start an execution whose workflow id is the workflow's name."""
        return self.start_as(name, name, *args, **kwargs)

    def start_as(self, workflow_id, name, *args, **kwargs):
        """Start an execution with a workflow id."""
        starter = WorkflowStarter(
            name, self.version, self.client, self.domain, packing=self._source.packing
        )
        with starter.id(workflow_id):
            run_id = starter(*args, **kwargs)
        assert run_id is not None
        self.runs[name] = run_id
        return ExecutionId(workflow_id=workflow_id, run_id=run_id)

    def step(self, until=math.inf):
        """Do one task, or else move the clock to what is due next.

        Returns:
            False when nothing is left to do by then.
        """
        for poller in (self.decisions, self.activities):
            task = poller.poll()
            if task is not None:
                poller.handle(task)
                return True
        due = self.service.next_due()
        if due is None or due > until:
            return False
        self.clock.advance(max(0.0, due - self.clock.now()))
        self.service.run_due()
        return True

    def play(self, name, *args, restart=False, **kwargs):
        """Start an execution and return its history once it is closed."""
        execution = self.start(name, *args, **kwargs)
        for _ in range(1_000):
            history = self.history(execution)
            if type(history[-1]).__name__ in CLOSES:
                return history
            if restart:
                self.restart_decider()
            assert self.step(), "nothing is left to do, and the execution is open"
        raise AssertionError("the execution did not come to an end")

    def history(self, execution):
        request = GetWorkflowExecutionHistory(domain=self.domain, execution=execution)
        return self.client.call(request).events
