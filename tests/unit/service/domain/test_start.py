"""How executions begin."""

import pytest

from flowy.protocol.faults import (
    DefaultUndefinedFault,
    LimitExceededFault,
    TypeDeprecatedFault,
    UnknownResourceFault,
    ValidationException,
    WorkflowExecutionAlreadyStartedFault,
)
from flowy.protocol.ids import TaskList, TypeId
from flowy.service.domain.limits import Limits


def test_a_start_records_itself_and_a_decision_task_with_one_timestamp(world):
    world.start(input="[]", tag_list=("x",))
    started, scheduled = world.histories["run1"]
    assert world.names() == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]
    assert (started.event_id, scheduled.event_id) == (1, 2)
    assert started.event_timestamp == scheduled.event_timestamp == world.now
    attributes = started.attributes
    assert attributes.execution_start_to_close_timeout == "3600"
    assert attributes.task_start_to_close_timeout == "30"
    assert attributes.child_policy == "TERMINATE"
    assert attributes.task_list == TaskList(name="deciders")
    assert attributes.parent_initiated_event_id == 0
    assert attributes.input == "[]"
    assert scheduled.attributes.schedule_to_start_timeout == "NONE"
    assert scheduled.attributes.start_to_close_timeout == "30"
    assert world.lists() == [("decision", "deciders")]


def test_what_a_start_asks_for_wins_over_the_defaults(world):
    world.start(
        task_list=TaskList(name="mine"),
        task_priority="7",
        execution_start_to_close_timeout="10",
        task_start_to_close_timeout="NONE",
        child_policy="ABANDON",
        lambda_role="arn:role",
    )
    attributes = world.histories["run1"][0].attributes
    assert attributes.task_list.name == "mine"
    assert attributes.task_priority == "7"
    assert attributes.execution_start_to_close_timeout == "10"
    assert attributes.task_start_to_close_timeout == "NONE"
    assert attributes.child_policy == "ABANDON"
    assert attributes.lambda_role == "arn:role"
    (task,) = world.tasks.values()
    assert (task.task_list, task.priority) == ("mine", 7)


def test_an_unknown_type_is_named(world):
    with pytest.raises(UnknownResourceFault) as caught:
        world.start(type_id=TypeId(name="no", version="2"))
    assert caught.value.message == "Unknown type: WorkflowType=[name=no, version=2]"


def test_a_deprecated_type_starts_nothing(world, types):
    with pytest.raises(TypeDeprecatedFault) as caught:
        world.start(type_id=types["old"])
    assert caught.value.message == "WorkflowType=[name=old, version=1]"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((), "executionStartToCloseTimeout"),
        (("execution_start_to_close_timeout",), "taskList"),
        (("execution_start_to_close_timeout", "task_list"), "taskStartToCloseTimeout"),
        (
            ("execution_start_to_close_timeout", "task_list", "task_start_to_close_timeout"),
            "childPolicy",
        ),
    ],
)
def test_missing_defaults_are_named_in_the_services_order(world, types, given, missing):
    every = {
        "execution_start_to_close_timeout": "1",
        "task_list": TaskList(name="l"),
        "task_start_to_close_timeout": "1",
    }
    with pytest.raises(DefaultUndefinedFault) as caught:
        world.start(type_id=types["bare"], **{name: every[name] for name in given})
    assert caught.value.message == missing


def test_a_workflow_has_one_open_run_at_most(world):
    world.start()
    with pytest.raises(WorkflowExecutionAlreadyStartedFault):
        world.start()
    world.terminate()
    assert world.start() != "run1"


def test_a_domain_has_so_many_open_executions_at_most(make_world):
    world = make_world(Limits(open_executions=1))
    world.start("one")
    with pytest.raises(LimitExceededFault, match="1 open"):
        world.start("two")


@pytest.mark.parametrize(
    "members",
    [
        {"workflow_id": "a:b"},
        {"workflow_id": "a/b"},
        {"workflow_id": "a|b"},
        {"workflow_id": "a\x7fb"},
        {"workflow_id": "arn"},
        {"type_id": TypeId(name="x\n", version="1")},
        {"type_id": TypeId(name="x", version="1|2")},
        {"task_list": TaskList(name="a\x00")},
        {"task_priority": "2147483648"},
        {"task_priority": "high"},
        {"execution_start_to_close_timeout": "NONE"},
        {"execution_start_to_close_timeout": "31536001"},
        {"execution_start_to_close_timeout": "-1"},
        {"task_start_to_close_timeout": "1.5"},
        {"task_start_to_close_timeout": ""},
        {"task_start_to_close_timeout": "٣"},
    ],
)
def test_members_that_make_no_sense_are_refused(world, members):
    with pytest.raises(ValidationException):
        world.start(**members)
    assert world.states == {}


def test_the_name_learn_is_not_the_literal_arn(world):
    assert world.start("learn") == "run1"
