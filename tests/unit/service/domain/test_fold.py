"""The fold of a history."""

import pytest

from flowy.protocol.decisions import DECISION_CLASSES
from flowy.protocol.event import Event
from flowy.protocol.events.decision import DecisionTaskScheduled, DecisionTaskScheduledAttributes
from flowy.protocol.ids import ExecutionId, TaskList
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.service.domain.decision_task import complete_decision_task
from flowy.service.domain.decisions import RULES
from flowy.service.domain.expiry import expire
from flowy.service.domain.fold import fold

EXECUTION = ExecutionId(workflow_id="w", run_id="r")


def test_a_history_that_does_not_begin_with_a_start_is_refused():
    event: Event = DecisionTaskScheduled(
        event_id=1,
        event_timestamp=1.0,
        attributes=DecisionTaskScheduledAttributes(task_list=TaskList(name="l")),
    )
    with pytest.raises(ValueError, match="begins with"):
        fold(EXECUTION, [event])
    with pytest.raises(ValueError, match="begins with None"):
        fold(EXECUTION, [])


def test_every_decision_has_a_rule():
    assert set(RULES) == set(DECISION_CLASSES)


def test_tables_are_alphabetical():
    assert [cls.__name__ for cls in RULES] == sorted(cls.__name__ for cls in RULES)


def test_a_command_leaves_the_state_as_it_is(world, ask, schedule, types):
    world.start()
    world.decide(schedule("x"), ask("StartTimer", timer_id="t", start_to_fire_timeout="5"))
    world.signal()
    token = world.take_decision()
    state = world.states["run1"]
    before = state.snapshot()
    decisions = (
        schedule("y"),
        ask("RequestCancelActivityTask", activity_id="x"),
        ask("CancelTimer", timer_id="t"),
        ask("StartChildWorkflowExecution", workflow_id="c", workflow_type=types["flow"]),
        ask("ContinueAsNewWorkflowExecution"),
    )
    request = RespondDecisionTaskCompleted(task_token="t", decisions=decisions)
    change = complete_decision_task(state, token, request, world.context)
    assert len(change.events) == 7
    world.now += 10_000
    assert expire(state, world.context).closes == "TIMED_OUT"
    assert state.snapshot() == before


def test_a_heartbeat_of_something_that_is_over_is_ignored(world, schedule):
    world.start()
    world.decide(schedule())
    state = world.states["run1"]
    before = state.snapshot()
    state.heartbeat(5, world.now, "not started")
    state.heartbeat(99, world.now, "unknown")
    assert state.snapshot() == before


def test_a_state_does_not_hold_the_input(world):
    world.start(input="x" * 30_000)
    assert world.states["run1"].settings.input is None
    assert world.histories["run1"][0].attributes.input == "x" * 30_000
