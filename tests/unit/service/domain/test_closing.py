"""How executions end, and what is left of them."""

import pytest

from flowy.protocol.ids import TaskList, TypeId
from flowy.service.domain.description import describe
from flowy.service.domain.expiry import expire
from flowy.service.domain.limits import Limits


@pytest.mark.parametrize(
    ("decision", "attributes", "event", "status"),
    [
        ("CompleteWorkflowExecution", {"result": "r"}, "WorkflowExecutionCompleted", "COMPLETED"),
        ("FailWorkflowExecution", {"reason": "r"}, "WorkflowExecutionFailed", "FAILED"),
        ("CancelWorkflowExecution", {"details": "r"}, "WorkflowExecutionCanceled", "CANCELED"),
    ],
)
def test_a_closing_decision_is_the_last_event(world, ask, decision, attributes, event, status):
    world.start()
    world.decide(ask(decision, **attributes))
    assert world.names()[-2:] == ["DecisionTaskCompleted", event]
    closed = world.histories["run1"][-1]
    assert closed.attributes.decision_task_completed_event_id == 4
    assert getattr(closed.attributes, next(iter(attributes))) == "r"
    state = world.states["run1"]
    assert (state.close_status, state.closed_at) == (status, closed.event_timestamp)
    assert state.next_due is None


def test_open_things_do_not_hinder_a_close_and_vanish(world, ask, schedule):
    world.start()
    world.decide(schedule(), ask("StartTimer", timer_id="t", start_to_fire_timeout="5"))
    world.signal()
    world.decide(ask("CompleteWorkflowExecution"))
    assert world.tasks == {}
    world.sleep(10_000)
    assert world.names()[-1] == "WorkflowExecutionCompleted"
    counts = describe(world.states["run1"]).open_counts
    assert (counts.open_activity_tasks, counts.open_timers, counts.open_decision_tasks) == (0, 0, 0)


def test_things_opened_in_the_batch_that_closes_are_on_no_list(world, ask, schedule):
    world.start()
    world.decide(schedule(), ask("CompleteWorkflowExecution"))
    assert world.tasks == {}


def test_terminate_closes_at_once(world):
    world.start()
    world.take_decision()
    world.signal()
    world.terminate(reason="r", details="d")
    terminated = world.last("WorkflowExecutionTerminated").attributes
    assert world.names()[-1] == "WorkflowExecutionTerminated"
    assert terminated.cause == "OPERATOR_INITIATED"
    assert (terminated.reason, terminated.details) == ("r", "d")
    assert terminated.child_policy == "TERMINATE"
    assert world.tasks == {}


def test_an_execution_times_out_when_it_is_due(world):
    world.start(execution_start_to_close_timeout="60")
    world.sleep(99)
    timed_out = world.last("WorkflowExecutionTimedOut")
    assert world.names()[-1] == "WorkflowExecutionTimedOut"
    assert timed_out.event_timestamp == 1_000_060.0
    assert timed_out.attributes.timeout_type == "START_TO_CLOSE"
    assert world.states["run1"].close_status == "TIMED_OUT"


def test_nothing_is_recorded_after_the_execution_timed_out(world, ask):
    world.start(execution_start_to_close_timeout="60")
    world.decide(
        ask("StartTimer", timer_id="before", start_to_fire_timeout="59"),
        ask("StartTimer", timer_id="after", start_to_fire_timeout="61"),
    )
    world.sleep(100)
    assert world.names(since=6) == [
        "TimerFired",
        "DecisionTaskScheduled",
        "WorkflowExecutionTimedOut",
    ]


def test_continue_as_new_starts_the_next_run_with_the_types_settings(world, ask):
    world.start(task_list=TaskList(name="mine"), task_start_to_close_timeout="7", tag_list=("x",))
    world.decide(ask("ContinueAsNewWorkflowExecution", input="next", tag_list=("y",)))
    continued = world.histories["run1"][-1].attributes
    assert world.states["run1"].close_status == "CONTINUED_AS_NEW"
    assert continued.new_execution_run_id == "run2"
    assert continued.task_list.name == "deciders"
    assert continued.task_start_to_close_timeout == "30"
    started = world.histories["run2"][0].attributes
    assert world.names("run2") == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]
    assert world.execution("run2").workflow_id == "w"
    assert started.continued_execution_run_id == "run1"
    assert (started.input, started.tag_list) == ("next", ("y",))
    assert started.parent_initiated_event_id == 0
    assert world.lists() == [("decision", "deciders")]


def test_continue_as_new_switches_the_version(world, ask, types):
    newer = TypeId(name="flow", version="2")
    world.workflow_types[newer] = world.workflow_types[types["flow"]]
    world.start()
    world.decide(ask("ContinueAsNewWorkflowExecution", workflow_type_version="2"))
    assert world.states["run2"].workflow_type == newer


def test_continue_as_new_of_an_unknown_version_fails_and_wakes(world, ask):
    world.start()
    world.decide(ask("ContinueAsNewWorkflowExecution", workflow_type_version="9"))
    assert world.names(since=4) == [
        "ContinueAsNewWorkflowExecutionFailed",
        "DecisionTaskScheduled",
    ]
    failed = world.last("ContinueAsNewWorkflowExecutionFailed").attributes
    assert failed.cause == "WORKFLOW_TYPE_DOES_NOT_EXIST"


def test_continue_as_new_of_a_deprecated_type_fails(world, ask, types):
    world.start()
    world.workflow_types[types["flow"]] = world.workflow_types[types["old"]]
    world.decide(ask("ContinueAsNewWorkflowExecution"))
    cause = world.last("ContinueAsNewWorkflowExecutionFailed").attributes.cause
    assert cause == "WORKFLOW_TYPE_DEPRECATED"


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (0, "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        (1, "DEFAULT_TASK_LIST_UNDEFINED"),
        (2, "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        (3, "DEFAULT_CHILD_POLICY_UNDEFINED"),
    ],
)
def test_continue_as_new_without_defaults_fails(world, ask, types, given, cause):
    every = {
        "execution_start_to_close_timeout": "1",
        "task_list": TaskList(name="l"),
        "task_start_to_close_timeout": "1",
    }
    world.start(type_id=types["bare"], child_policy="ABANDON", **every)
    asked = dict(list(every.items())[:given])
    world.decide(ask("ContinueAsNewWorkflowExecution", **asked))
    assert world.last("ContinueAsNewWorkflowExecutionFailed").attributes.cause == cause


@pytest.mark.parametrize(
    ("decision", "refusal", "cause"),
    [
        (
            "ContinueAsNewWorkflowExecution",
            "RATE_EXCEEDED",
            "CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        ),
        ("CompleteWorkflowExecution", "OPERATION_NOT_PERMITTED", "OPERATION_NOT_PERMITTED"),
        ("FailWorkflowExecution", "OPERATION_NOT_PERMITTED", "OPERATION_NOT_PERMITTED"),
        ("CancelWorkflowExecution", "OPERATION_NOT_PERMITTED", "OPERATION_NOT_PERMITTED"),
    ],
)
def test_the_service_may_refuse(world, ask, decision, refusal, cause):
    world.refuse = lambda decision: refusal
    world.start()
    world.decide(ask(decision))
    assert world.last(f"{decision}Failed").attributes.cause == cause
    assert world.states["run1"].is_open


def test_a_history_that_is_full_is_terminated_with_its_last_event(make_world):
    world = make_world(Limits(events=6))
    world.start()
    world.signal()
    world.signal()
    assert world.states["run1"].is_open
    world.signal()
    assert world.states["run1"].event_count == 6
    terminated = world.histories["run1"][-1]
    assert world.names()[-1] == "WorkflowExecutionTerminated"
    assert terminated.attributes.cause == "EVENT_LIMIT_EXCEEDED"
    assert world.tasks == {}


def test_handing_out_a_task_never_closes_its_execution(make_world):
    world = make_world(Limits(events=3))
    world.start()
    token = world.take_decision()
    assert world.states["run1"].is_open
    world.answer(token)
    assert world.last("WorkflowExecutionTerminated").attributes.cause == "EVENT_LIMIT_EXCEEDED"


def test_a_full_history_takes_the_children_of_its_last_batch_with_it(make_world, ask, types):
    world = make_world(Limits(events=6))
    world.start()
    world.decide(ask("StartChildWorkflowExecution", workflow_id="c", workflow_type=types["flow"]))
    assert world.last("WorkflowExecutionTerminated").attributes.cause == "EVENT_LIMIT_EXCEEDED"
    cause = world.last("WorkflowExecutionTerminated", "run2").attributes.cause
    assert cause == "CHILD_POLICY_APPLIED"


def test_nothing_due_is_no_change(world):
    world.start()
    change = expire(world.states["run1"], world.context)
    assert change.events == ()
    assert change.messages == ()


def test_describe_tells_everything(world, ask, schedule):
    world.start(tag_list=("x",), task_priority="3", lambda_role="arn:role")
    world.decide(
        schedule(),
        ask("StartTimer", timer_id="t", start_to_fire_timeout="5"),
        ask("ScheduleLambdaFunction", id="l", name="f"),
        execution_context="ctx",
    )
    world.request_cancel()
    found = describe(world.states["run1"])
    assert found.execution_info.execution_status == "OPEN"
    assert found.execution_info.start_timestamp == 1_000_000.0
    assert found.execution_info.tag_list == ("x",)
    assert found.execution_info.cancel_requested is True
    assert found.execution_info.close_status is None
    assert found.execution_configuration.task_priority == "3"
    assert found.execution_configuration.task_start_to_close_timeout == "30"
    counts = found.open_counts
    assert counts.open_activity_tasks == 1
    assert counts.open_decision_tasks == 1
    assert counts.open_timers == 1
    assert counts.open_child_workflow_executions == 0
    assert counts.open_lambda_functions == 1
    assert found.latest_execution_context == "ctx"
    assert found.latest_activity_task_timestamp == 1_000_000.0


def test_a_waiting_and_a_started_decision_task_count_as_one(world):
    world.start()
    world.take_decision()
    world.signal()
    assert describe(world.states["run1"]).open_counts.open_decision_tasks == 1
