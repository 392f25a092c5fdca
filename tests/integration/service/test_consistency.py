"""Whatever happens: states in memory, rows and task lists say what the stored events say."""

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.clock import ManualClock
from flowy.errors import Fault
from flowy.protocol import decisions as d
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.activity_tasks import (
    RecordActivityTaskHeartbeat,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import (
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
    TerminateWorkflowExecution,
)
from flowy.protocol.requests.extensions import LeaveTaskList
from flowy.service.server import Service
from flowy.service.store import tasks
from flowy.service.store.schema import executions as execution_rows
from flowy.service.store.states import States
from tests.integration.service.driving import (
    DECISIONS as DECISIONS_LIST,
)
from tests.integration.service.driving import (
    DOMAIN,
    Driver,
    child,
    complete,
    schedule,
    timer,
)

NAMES = st.sampled_from(["a", "b", "c"])
DECISIONS = st.one_of(
    st.builds(schedule, NAMES, heartbeat_timeout=st.sampled_from(["NONE", "3"])),
    st.builds(schedule, NAMES, schedule_to_start_timeout=st.just("2")),
    st.builds(timer, NAMES, st.integers(0, 9)),
    st.builds(child, NAMES),
    st.builds(lambda name: d.CancelTimer(attributes=d.CancelTimerAttributes(timer_id=name)), NAMES),
    st.builds(
        lambda name: d.RequestCancelActivityTask(
            attributes=d.RequestCancelActivityTaskAttributes(activity_id=name)
        ),
        NAMES,
    ),
)
OWN = TaskList(name="own")
BATCHES = st.tuples(
    st.lists(DECISIONS, max_size=3),
    st.sampled_from([(), (), (), (complete(),)]),
    st.sampled_from([{}, {"task_list": OWN, "task_list_schedule_to_start_timeout": "5"}]),
)
STEPS = st.one_of(
    st.tuples(st.just("start"), NAMES),
    st.tuples(st.just("signal"), NAMES),
    st.tuples(st.just("cancel"), NAMES),
    st.tuples(st.just("terminate"), NAMES),
    st.tuples(st.just("poll decision"), st.sampled_from([DECISIONS_LIST, OWN])),
    st.tuples(st.just("leave"), st.none()),
    st.tuples(st.just("decide"), BATCHES),
    st.tuples(st.just("poll activity"), st.none()),
    st.tuples(st.just("beat"), st.integers(0, 3)),
    st.tuples(st.just("answer"), st.booleans()),
    st.tuples(st.just("wait"), st.integers(1, 40)),
)


class World:
    """Carries out steps with whatever tokens it has; refusals are part of the game."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.service = Service(clock=self.clock)
        self.driver = Driver(self.service).register()
        self.decisions: list[str] = []
        self.activities: list[str] = []
        self.steps = {
            "start": self.driver.start,
            "signal": lambda name: self.call(
                SignalWorkflowExecution(domain=DOMAIN, workflow_id=name, signal_name="s")
            ),
            "cancel": lambda name: self.call(
                RequestCancelWorkflowExecution(domain=DOMAIN, workflow_id=name)
            ),
            "terminate": lambda name: self.call(
                TerminateWorkflowExecution(domain=DOMAIN, workflow_id=name)
            ),
            "poll decision": self.poll_decision,
            "decide": self.decide,
            "poll activity": self.poll_activity,
            "beat": self.beat,
            "answer": self.answer,
            "wait": self.wait,
            "leave": self.leave,
        }

    def call(self, request: Any) -> Any:
        return self.service.call(request)

    def carry_out(self, step: tuple[str, Any]) -> None:
        name, argument = step
        with contextlib.suppress(Fault):
            self.steps[name](argument)

    def poll_decision(self, task_list: TaskList) -> None:
        task = self.driver.poll_decision(task_list=task_list)
        self.decisions += filter(None, [task.task_token])

    def leave(self, _: None) -> None:
        task = self.call(LeaveTaskList(domain=DOMAIN, task_list=OWN))
        self.decisions += filter(None, [task.task_token])

    def poll_activity(self, _: None) -> None:
        self.activities += filter(None, [self.driver.poll_activity().task_token])

    def decide(self, batch: Any) -> None:
        if self.decisions:
            token, decisions = self.decisions.pop(0), (*batch[0], *batch[1])
            self.call(
                RespondDecisionTaskCompleted(task_token=token, decisions=decisions, **batch[2])
            )

    def beat(self, number: int) -> None:
        if number < len(self.activities):
            self.call(RecordActivityTaskHeartbeat(task_token=self.activities[number]))

    def answer(self, succeeds: bool) -> None:
        if self.activities:
            kind = RespondActivityTaskCompleted if succeeds else RespondActivityTaskFailed
            self.call(kind(task_token=self.activities.pop(0)))

    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.service.run_due()

    def check(self) -> None:
        database = self.service._database
        raw = database._session._raw
        kept = self.service._dispatch._shared.states
        every = raw.execute(f"SELECT id, close_status, next_due FROM {execution_rows}").fetchall()
        for key, close_status, next_due in every:
            anew = database.write(lambda session, key=key: States().load(session, key))
            here = database.write(lambda session, key=key: kept.load(session, key))
            assert here.state.snapshot() == anew.state.snapshot()
            assert close_status == here.state.close_status
            due = here.state.next_due if here.state.is_open else None
            if due is None:
                assert close_status is None or next_due is None
            else:
                assert next_due is not None
                assert next_due <= due
            assert _listed(raw, key) == _waiting(here.state)


def _listed(raw: Any, key: int) -> set[int]:
    rows = raw.execute(f"SELECT scheduled_event_id FROM {tasks.tasks} WHERE execution = ?", (key,))
    return {row[0] for row in rows}


def _waiting(state: Any) -> set[int]:
    if not state.is_open:
        return set()
    found = {key for key, activity in state.activities.items() if not activity.started_event_id}
    if state.waiting is not None and state.started is None:
        found.add(state.waiting.scheduled_event_id)
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=5, max_size=60))
def test_memory_rows_and_lists_agree_with_the_events(steps: list[tuple[str, Any]]):
    world = World()
    try:
        for number, step in enumerate(steps):
            world.carry_out(step)
            if number % 10 == 9:
                world.check()
        world.check()
    finally:
        world.service.close()
