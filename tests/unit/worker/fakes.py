"""A service that answers as a test told it to, and a clock that jumps instead of waiting."""

from collections import defaultdict, deque

from flowy.protocol.executions import Run
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.requests.activity_tasks import PollForActivityTask, RecordActivityTaskHeartbeat
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.requests.executions import StartWorkflowExecution
from flowy.protocol.requests.extensions import LeaveTaskList
from flowy.protocol.tasks import ActivityTask, ActivityTaskStatus, DecisionTask
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.task.registry import Registry
from flowy.worker.poller import Source
from flowy.worker.stop import Stop

EXECUTION = ExecutionId(workflow_id="order-7", run_id="run-1")
TYPE = TypeId(name="resize", version="1")


class JumpingClock:
    """Whoever waits finds himself at the end of his wait."""

    def __init__(self, now=1_000.0):
        self.moment = now
        self.pauses = []

    def now(self):
        return self.moment

    def wait(self, condition, until):
        assert until is not None, "this wait would never end"
        self.pauses.append(until - self.moment)
        self.moment = until


class FakeClient:
    """Answers each kind of request with what was queued for it; an exception is raised."""

    def __init__(self):
        self.sent = []
        self.interrupted = 0
        self._queues = defaultdict(deque)
        self._otherwise = {
            LeaveTaskList: DecisionTask(),
            PollForActivityTask: ActivityTask(),
            PollForDecisionTask: DecisionTask(),
            RecordActivityTaskHeartbeat: ActivityTaskStatus(cancel_requested=False),
            StartWorkflowExecution: Run(run_id="run-1"),
        }

    def answer(self, request_class, *answers):
        self._queues[request_class].extend(answers)

    def always(self, request_class, answer):
        self._otherwise[request_class] = answer

    def call(self, request):
        self.sent.append(request)
        queue = self._queues[type(request)]
        answer = queue.popleft() if queue else self._otherwise.get(type(request))
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def of(self, request_class):
        return [request for request in self.sent if isinstance(request, request_class)]

    def interrupt(self):
        self.interrupted += 1

    def close(self):
        pass


def source(client, clock=None, task_list="images"):
    clock = clock or JumpingClock()
    return Source(
        client=client,
        domain="photos",
        task_list=task_list,
        clock=clock,
        stop=Stop(clock),
        identity="me",
        chance=lambda: 1.0,
    )


def activities(factory, type_id=TYPE, **settings):
    settings = {
        "task_list": "images",
        "heartbeat": None,
        "schedule_to_close": 420,
        "schedule_to_start": 120,
        "start_to_close": 300,
        **settings,
    }
    registry = Registry()
    registry.add(ActivityDefinition(id=type_id, factory=factory, **settings))
    return registry


def workflows(factory, type_id=TYPE):
    registry = Registry()
    registry.add(
        WorkflowDefinition(
            id=type_id,
            task_list="images",
            workflow_duration=3600,
            decision_duration=60,
            factory=factory,
        )
    )
    return registry


def activity_task(input="[[], {}]", type_id=TYPE):
    return ActivityTask(
        task_token="token",
        started_event_id=6,
        activity_id="0",
        workflow_execution=EXECUTION,
        activity_type=type_id,
        input=input,
    )
