"""Child executions: start, outcome, child policy, continuation."""

import pytest

from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.service.domain.delivery import deliver
from flowy.service.domain.limits import Limits
from flowy.service.domain.messages import ApplyChildPolicy

CHILD = ExecutionId(workflow_id="c", run_id="run2")
PARENT = ExecutionId(workflow_id="w", run_id="run1")


@pytest.fixture
def start_child(ask, types):
    def make(workflow_id="c", **attributes):
        attributes.setdefault("workflow_type", types["flow"])
        return ask("StartChildWorkflowExecution", workflow_id=workflow_id, **attributes)

    return make


@pytest.fixture
def family(world, start_child):
    world.start()
    world.decide(start_child(input="in", control="ctl", tag_list=("x",)))
    return world


def test_a_child_start_records_initiated_then_started_and_wakes(family):
    assert family.names(since=4) == [
        "StartChildWorkflowExecutionInitiated",
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]
    initiated = family.last("StartChildWorkflowExecutionInitiated").attributes
    assert initiated.execution_start_to_close_timeout == "3600"
    assert initiated.task_list == TaskList(name="deciders")
    assert initiated.child_policy == "TERMINATE"
    assert (initiated.control, initiated.decision_task_completed_event_id) == ("ctl", 4)
    started = family.last("ChildWorkflowExecutionStarted").attributes
    assert (started.workflow_execution, started.initiated_event_id) == (CHILD, 5)


def test_the_child_knows_its_parent(family):
    attributes = family.histories["run2"][0].attributes
    assert family.names("run2") == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]
    assert attributes.parent_workflow_execution == PARENT
    assert attributes.parent_initiated_event_id == 5
    assert (attributes.input, attributes.tag_list) == ("in", ("x",))


@pytest.mark.parametrize(
    ("decision", "attributes", "event", "expected"),
    [
        ("CompleteWorkflowExecution", {"result": "r"}, "ChildWorkflowExecutionCompleted", "r"),
        ("FailWorkflowExecution", {"reason": "r"}, "ChildWorkflowExecutionFailed", "r"),
        ("CancelWorkflowExecution", {"details": "r"}, "ChildWorkflowExecutionCanceled", "r"),
    ],
)
def test_the_parent_hears_how_a_child_closed(family, ask, decision, attributes, event, expected):
    family.decide()
    family.decide(ask(decision, **attributes), run_id="run2")
    assert family.names()[-2:] == [event, "DecisionTaskScheduled"]
    heard = family.last(event).attributes
    assert heard.workflow_execution == CHILD
    assert (heard.initiated_event_id, heard.started_event_id) == (5, 6)
    assert getattr(heard, next(iter(attributes))) == expected
    assert family.states["run1"].children == {}


def test_the_parent_hears_of_a_childs_termination(family):
    family.terminate("run2")
    assert family.last("ChildWorkflowExecutionTerminated").attributes.started_event_id == 6


def test_the_parent_hears_of_a_childs_timeout(world, start_child):
    world.start()
    world.decide(start_child(execution_start_to_close_timeout="10"))
    world.sleep(10)
    assert world.names("run2")[-1] == "WorkflowExecutionTimedOut"
    assert world.last("ChildWorkflowExecutionTimedOut").attributes.timeout_type == "START_TO_CLOSE"


def test_a_closed_parent_hears_nothing(family, ask):
    family.decide(ask("CompleteWorkflowExecution"))
    family.decide(ask("CompleteWorkflowExecution"), run_id="run2")
    assert family.names()[-1] == "WorkflowExecutionCompleted"


def test_closing_by_decision_leaves_children_alone(family, ask):
    family.decide(ask("CompleteWorkflowExecution"))
    assert family.states["run2"].is_open
    assert family.names("run2", since=2) == []


def test_terminate_policy_terminates_children_and_theirs(family, start_child):
    family.decide(start_child("grandchild"), run_id="run2")
    family.terminate()
    for run_id in ("run2", "run3"):
        terminated = family.last("WorkflowExecutionTerminated", run_id).attributes
        assert terminated.cause == "CHILD_POLICY_APPLIED"
    assert family.names()[-1] == "WorkflowExecutionTerminated", "a closed parent hears nothing"
    assert family.tasks == {}


def test_request_cancel_policy_asks_children(family):
    family.terminate(child_policy="REQUEST_CANCEL", reason="r", details="d")
    terminated = family.last("WorkflowExecutionTerminated").attributes
    assert terminated.child_policy == "REQUEST_CANCEL"
    assert (terminated.reason, terminated.details) == ("r", "d")
    assert terminated.cause == "OPERATOR_INITIATED"
    requested = family.last("WorkflowExecutionCancelRequested", "run2").attributes
    assert requested.cause == "CHILD_POLICY_APPLIED"
    assert requested.external_workflow_execution == PARENT
    assert family.states["run2"].cancel_requested


def test_abandon_policy_leaves_children_alone(family):
    family.terminate(child_policy="ABANDON")
    assert family.names("run2", since=2) == []


def test_a_parent_that_times_out_applies_its_own_policy(world, start_child):
    world.start(child_policy="REQUEST_CANCEL", execution_start_to_close_timeout="60")
    world.decide(start_child())
    world.sleep(60)
    assert world.last("WorkflowExecutionTimedOut").attributes.child_policy == "REQUEST_CANCEL"
    assert world.last("WorkflowExecutionTimedOut").event_timestamp == 1_000_060.0
    assert "WorkflowExecutionCancelRequested" in world.names("run2")


@pytest.mark.parametrize(
    ("parent", "initiated_event_id"),
    [(PARENT, 6), (ExecutionId(workflow_id="w", run_id="run9"), 5)],
)
def test_policy_does_not_reach_the_child_of_another(family, parent, initiated_event_id):
    message = ApplyChildPolicy(
        workflow_id="c",
        parent=parent,
        initiated_event_id=initiated_event_id,
        policy="TERMINATE",
    )
    change = deliver(family.states["run2"], message, family.context)
    assert (change.events, change.messages) == ((), ())


def test_a_child_that_continues_stays_the_same_child(family, ask):
    family.decide()
    family.decide(ask("ContinueAsNewWorkflowExecution", input="again"), run_id="run2")
    started = family.histories["run3"][0].attributes
    assert started.parent_workflow_execution == PARENT
    assert started.parent_initiated_event_id == 5
    assert started.continued_execution_run_id == "run2"
    assert family.names()[-1] == "DecisionTaskCompleted", "the parent hears nothing of it"
    assert len(family.states["run1"].children) == 1
    family.decide(ask("CompleteWorkflowExecution", result="r"), run_id="run3")
    assert family.last("ChildWorkflowExecutionCompleted").attributes.result == "r"
    assert family.states["run1"].children == {}


def test_policy_reaches_the_successor_of_a_child(family, ask):
    family.decide(ask("ContinueAsNewWorkflowExecution"), run_id="run2")
    family.terminate()
    cause = family.last("WorkflowExecutionTerminated", "run3").attributes.cause
    assert cause == "CHILD_POLICY_APPLIED"


def test_a_workflow_that_runs_already_fails_after_its_initiation(world, start_child):
    world.start("c")
    world.start("w")
    world.decide(start_child(control="ctl"), run_id="run2")
    assert world.names("run2", since=4) == [
        "StartChildWorkflowExecutionInitiated",
        "StartChildWorkflowExecutionFailed",
        "DecisionTaskScheduled",
    ]
    failed = world.last("StartChildWorkflowExecutionFailed", "run2").attributes
    assert failed.cause == "WORKFLOW_ALREADY_RUNNING"
    assert (failed.initiated_event_id, failed.decision_task_completed_event_id) == (5, 4)
    assert (failed.workflow_id, failed.control) == ("c", "ctl")
    assert world.states["run2"].children == {}
    assert world.names("run1", since=2) == []


def fails_with(world, cause):
    assert world.names(since=4) == ["StartChildWorkflowExecutionFailed", "DecisionTaskScheduled"]
    failed = world.last("StartChildWorkflowExecutionFailed").attributes
    assert (failed.cause, failed.initiated_event_id, failed.control) == (cause, 0, "ctl")


def test_an_unknown_type_fails_without_initiation(world, start_child):
    world.start()
    world.decide(start_child(workflow_type=TypeId(name="no", version="1"), control="ctl"))
    fails_with(world, "WORKFLOW_TYPE_DOES_NOT_EXIST")


def test_a_deprecated_type_fails_without_initiation(world, start_child, types):
    world.start()
    world.decide(start_child(workflow_type=types["old"], control="ctl"))
    fails_with(world, "WORKFLOW_TYPE_DEPRECATED")


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (0, "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        (1, "DEFAULT_TASK_LIST_UNDEFINED"),
        (2, "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        (3, "DEFAULT_CHILD_POLICY_UNDEFINED"),
    ],
)
def test_missing_defaults_fail_without_initiation(world, start_child, types, given, cause):
    every = {
        "execution_start_to_close_timeout": "1",
        "task_list": TaskList(name="l"),
        "task_start_to_close_timeout": "1",
    }
    asked = dict(list(every.items())[:given])
    world.start()
    world.decide(start_child(workflow_type=types["bare"], control="ctl", **asked))
    fails_with(world, cause)


def test_so_many_children_are_open_at_most(make_world, start_child):
    world = make_world(Limits(open_children=1))
    world.start()
    world.decide(start_child("a"), start_child("b"))
    cause = world.last("StartChildWorkflowExecutionFailed").attributes.cause
    assert cause == "OPEN_CHILDREN_LIMIT_EXCEEDED"


def test_so_many_executions_are_open_at_most(make_world, start_child):
    world = make_world(Limits(open_executions=2))
    world.start()
    world.decide(start_child("a"), start_child("b"))
    cause = world.last("StartChildWorkflowExecutionFailed").attributes.cause
    assert cause == "OPEN_WORKFLOWS_LIMIT_EXCEEDED"
    assert world.count_open() == 2


@pytest.mark.parametrize(
    ("refusal", "cause"),
    [
        ("RATE_EXCEEDED", "CHILD_CREATION_RATE_EXCEEDED"),
        ("OPERATION_NOT_PERMITTED", "OPERATION_NOT_PERMITTED"),
    ],
)
def test_the_service_may_refuse(world, start_child, refusal, cause):
    world.refuse = lambda decision: refusal
    world.start()
    world.decide(start_child(control="ctl"))
    fails_with(world, cause)


def test_a_child_started_in_the_batch_that_closes_runs_on(world, start_child, ask):
    world.start()
    world.decide(start_child(), ask("CompleteWorkflowExecution"))
    assert world.names()[-1] == "WorkflowExecutionCompleted"
    assert world.states["run2"].is_open
