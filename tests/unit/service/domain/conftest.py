"""A world without a database: the rules, a dictionary of executions, and a clock to be moved."""

from collections import deque
from typing import Any

import pytest

from flowy.protocol import decisions as d
from flowy.protocol.event import Event
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.registration import (
    ActivityTypeConfiguration,
    ActivityTypeDetail,
    ActivityTypeInfo,
    WorkflowTypeConfiguration,
    WorkflowTypeDetail,
    WorkflowTypeInfo,
)
from flowy.protocol.requests.activity_tasks import RespondActivityTaskCompleted
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import (
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    StartWorkflowExecution,
    TerminateWorkflowExecution,
)
from flowy.service.domain import activity_task, decision_task, intervention
from flowy.service.domain.change import Change, QueuedTask
from flowy.service.domain.context import CommandContext
from flowy.service.domain.delivery import deliver
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.expiry import expire
from flowy.service.domain.fold import apply, fold
from flowy.service.domain.limits import Limits
from flowy.service.domain.start import start
from flowy.service.domain.tokens import TaskToken

WORK = TypeId(name="work", version="1")
FLOW = TypeId(name="flow", version="1")
OLD = TypeId(name="old", version="1")
BARE = TypeId(name="bare", version="1")

FLOW_DEFAULTS = WorkflowTypeConfiguration(
    default_task_start_to_close_timeout="30",
    default_execution_start_to_close_timeout="3600",
    default_task_list=TaskList(name="deciders"),
    default_child_policy="TERMINATE",
)
WORK_DEFAULTS = ActivityTypeConfiguration(
    default_task_list=TaskList(name="workers"),
    default_task_schedule_to_start_timeout="100",
    default_task_schedule_to_close_timeout="500",
    default_task_start_to_close_timeout="200",
    default_task_heartbeat_timeout="NONE",
)


def workflow_type(type_id, status="REGISTERED", defaults=FLOW_DEFAULTS):
    info = WorkflowTypeInfo(workflow_type=type_id, status=status, creation_date=0.0)
    return WorkflowTypeDetail(type_info=info, configuration=defaults)


def activity_type(type_id, status="REGISTERED", defaults=WORK_DEFAULTS):
    info = ActivityTypeInfo(activity_type=type_id, status=status, creation_date=0.0)
    return ActivityTypeDetail(type_info=info, configuration=defaults)


class World:
    """Carries changes out: stores events, applies them, keeps the lists, delivers messages."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.now = 1_000_000.0
        self.limits = limits or Limits()
        self.lambda_available = True
        self.refuse: Any = lambda decision: None
        self.workflow_types = {
            FLOW: workflow_type(FLOW),
            OLD: workflow_type(OLD, "DEPRECATED"),
            BARE: workflow_type(BARE, defaults=WorkflowTypeConfiguration()),
        }
        self.activity_types = {
            WORK: activity_type(WORK),
            OLD: activity_type(OLD, "DEPRECATED"),
            BARE: activity_type(BARE, defaults=ActivityTypeConfiguration()),
        }
        self.states: dict[str, ExecutionState] = {}
        self.histories: dict[str, list[Event]] = {}
        self.tasks: dict[tuple[str, int], QueuedTask] = {}
        self.runs = 0

    # ports of the context

    def workflow_type(self, type_id: TypeId) -> WorkflowTypeDetail | None:
        return self.workflow_types.get(type_id)

    def activity_type(self, type_id: TypeId) -> ActivityTypeDetail | None:
        return self.activity_types.get(type_id)

    def has_open(self, workflow_id: str) -> bool:
        return self.find(workflow_id) is not None

    def count_open(self) -> int:
        return sum(state.is_open for state in self.states.values())

    def new_run_id(self) -> str:
        self.runs += 1
        return f"run{self.runs}"

    @property
    def context(self) -> CommandContext:
        return CommandContext(
            now=self.now,
            types=self,
            executions=self,
            new_run_id=self.new_run_id,
            limits=self.limits,
            refuse=self.refuse,
            lambda_available=self.lambda_available,
        )

    # what a store does

    def find(self, workflow_id: str, run_id: str | None = None) -> ExecutionState | None:
        for state in self.states.values():
            known = state.execution
            if (
                state.is_open
                and known.workflow_id == workflow_id
                and run_id in (None, known.run_id)
            ):
                return state
        return None

    def store(self, change: Change) -> Change:
        waiting = deque(self._store_one(change))
        while waiting:
            message = waiting.popleft()
            found = self.find(message.workflow_id, message.run_id)
            waiting.extend(self._store_one(deliver(found, message, self.context)))
        return change

    def _store_one(self, change: Change):
        run_id = change.execution.run_id
        if change.starts:
            assert run_id not in self.states
            self.states[run_id] = fold(change.execution, change.events)
            self.histories[run_id] = list(change.events)
        else:
            for event in change.events:
                apply(self.states[run_id], event)
                self.histories[run_id].append(event)
        for key in [key for key in self.tasks if key[0] == run_id]:
            if change.closes or key[1] in change.dequeued:
                del self.tasks[key]
        for task in change.queued:
            assert (run_id, task.scheduled_event_id) not in self.tasks
            self.tasks[run_id, task.scheduled_event_id] = task
        return change.messages

    # what people do

    def start(self, workflow_id="w", type_id=FLOW, **members) -> str:
        request = StartWorkflowExecution(
            domain="d", workflow_id=workflow_id, workflow_type=type_id, **members
        )
        return self.store(start(request, self.context)).execution.run_id

    def sleep(self, seconds: float) -> None:
        """Move the clock on; every timeout up to then is recorded."""
        self.now += seconds
        for state in list(self.states.values()):
            due = state.next_due
            if due is not None and due <= self.now:
                self.store(expire(state, self.context))

    def take_decision(self, run_id="run1", identity="decider") -> TaskToken:
        change = decision_task.start_decision_task(self.states[run_id], identity, self.context)
        self.store(change)
        started = change.events[0]
        return TaskToken(
            "decision", 1, run_id, started.attributes.scheduled_event_id, started.event_id
        )

    def answer(self, token: TaskToken, *decisions: d.Decision, **members) -> Change:
        request = RespondDecisionTaskCompleted(task_token="t", decisions=decisions, **members)
        state = self.states[token.run_id]
        return self.store(decision_task.complete_decision_task(state, token, request, self.context))

    def decide(self, *decisions: d.Decision, run_id="run1", **members) -> Change:
        """Take the waiting decision task and answer it."""
        return self.answer(self.take_decision(run_id), *decisions, **members)

    def take_activity(self, activity_id="a", run_id="run1") -> TaskToken:
        state = self.states[run_id]
        scheduled_event_id = state.activity_ids[activity_id]
        assert (run_id, scheduled_event_id) in self.tasks
        change = activity_task.start_activity_task(
            state, scheduled_event_id, "worker", self.context
        )
        self.store(change)
        return TaskToken("activity", 1, run_id, scheduled_event_id, change.events[0].event_id)

    def complete_activity(self, token: TaskToken, result="r") -> Change:
        request = RespondActivityTaskCompleted(task_token="t", result=result)
        state = self.states[token.run_id]
        return self.store(activity_task.complete_activity_task(state, token, request, self.context))

    def heartbeat(self, token: TaskToken, details: str | None = None) -> bool:
        state = self.states[token.run_id]
        status = activity_task.heartbeat(state, token)
        state.heartbeat(token.scheduled_event_id, self.now, details)
        return status.cancel_requested

    def signal(self, run_id="run1", name="s") -> Change:
        state = self.states[run_id]
        request = SignalWorkflowExecution(
            domain="d", workflow_id=state.execution.workflow_id, run_id=run_id, signal_name=name
        )
        return self.store(intervention.signal(state, request, self.context))

    def request_cancel(self, run_id="run1") -> Change:
        state = self.states[run_id]
        request = RequestCancelWorkflowExecution(
            domain="d", workflow_id=state.execution.workflow_id
        )
        return self.store(intervention.request_cancel(state, request, self.context))

    def terminate(self, run_id="run1", **members) -> Change:
        state = self.states[run_id]
        request = TerminateWorkflowExecution(
            domain="d", workflow_id=state.execution.workflow_id, **members
        )
        return self.store(intervention.terminate(state, request, self.context))

    # what tests look at

    def names(self, run_id="run1", since=0) -> list[str]:
        return [type(event).__name__ for event in self.histories[run_id][since:]]

    def last(self, event_name: str, run_id="run1") -> Event:
        return next(
            event
            for event in reversed(self.histories[run_id])
            if type(event).__name__ == event_name
        )

    def execution(self, run_id="run1") -> ExecutionId:
        return self.states[run_id].execution

    def lists(self) -> list[tuple[str, str]]:
        return [(task.kind, task.task_list) for task in self.tasks.values()]


def make_decision(name: str, /, **attributes) -> d.Decision:
    return getattr(d, name)(attributes=getattr(d, f"{name}Attributes")(**attributes))


@pytest.fixture(scope="session")
def make_world():
    return World


@pytest.fixture
def world():
    return World()


@pytest.fixture(scope="session")
def ask():
    """Make a decision by name and attributes."""
    return make_decision


@pytest.fixture(scope="session")
def schedule():
    """Make a decision to schedule an activity."""

    def make(activity_id="a", activity_type=WORK, **attributes):
        return make_decision(
            "ScheduleActivityTask",
            activity_id=activity_id,
            activity_type=activity_type,
            **attributes,
        )

    return make


@pytest.fixture(scope="session")
def types():
    """The types that exist: flow and work have all defaults, bare none, old is deprecated."""
    return {"flow": FLOW, "work": WORK, "old": OLD, "bare": BARE}
