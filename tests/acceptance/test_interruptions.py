"""Workers that die, restart or meet bad input: nothing is lost, and nothing stands still."""

import pytest

from flowy.cli import visibility
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.requests.executions import StartWorkflowExecution
from tests.acceptance import scenarios
from tests.acceptance.scenarios import TASK_LIST, VERSION
from tests.acceptance.stage import Stage


@pytest.fixture
def stage():
    stage = Stage(scenarios, TASK_LIST, VERSION)
    yield stage
    stage.close()


def names(history):
    return [type(event).__name__ for event in history]


def finish(stage, execution):
    """Play on until nothing is left to do, and return the history."""
    while stage.step():
        pass
    return stage.history(execution)


def test_a_decider_killed_between_poll_and_answer_is_replaced_after_the_decisions_timeout(stage):
    execution = stage.start("ActivityReturn")
    assert stage.decisions.poll() is not None
    stage.restart_decider()
    history = finish(stage, execution)
    assert names(history)[:5] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskTimedOut",
        "DecisionTaskScheduled",
    ]
    assert history[-1].attributes.result == '"hello"'


def test_a_decider_killed_after_its_answer_goes_on_from_the_history(stage):
    execution = stage.start("SimpleDependency")
    for _ in range(4):
        stage.step()
        stage.restart_decider()
    assert finish(stage, execution)[-1].attributes.result == "170"


def test_an_activity_whose_worker_is_killed_is_tried_again_after_its_timeout(stage):
    execution = stage.start("ActivityReturn")
    stage.step()
    assert stage.activities.poll() is not None
    history = finish(stage, execution)
    assert "ActivityTaskTimedOut" in names(history)
    scheduled = [e for e in history if type(e).__name__ == "ActivityTaskScheduled"]
    assert [event.attributes.activity_id for event in scheduled] == ["0", "1~0.2"]
    assert history[-1].attributes.result == '"hello"'


def test_a_decision_of_a_worker_that_lost_its_task_changes_nothing(stage):
    execution = stage.start("ActivityReturn")
    late = stage.decisions.poll()
    stage.clock.advance(61)
    stage.service.run_due()
    stage.decisions.handle(late)
    history = finish(stage, execution)
    assert names(history).count("ActivityTaskScheduled") == 1
    assert history[-1].attributes.result == '"hello"'


def test_an_unknown_workflow_type_waits_for_a_worker_that_serves_it(stage, caplog):
    stage.start("SimpleReturn")
    served = stage.decisions._registry._definitions
    definition = served.pop(next(type_id for type_id in served if type_id.name == "SimpleReturn"))
    task = stage.decisions.poll()
    stage.decisions.handle(task)
    assert f"workflow SimpleReturn {VERSION}" in caplog.text
    served[definition.id] = definition
    history = finish(stage, task.workflow_execution)
    assert history[-1].attributes.result == '"hello"'


@pytest.mark.parametrize(
    "input", ["{", "[]", "[[],[]]", '[["too", "many"], {}]', '[[], {"no": 1}]']
)
def test_undecodable_input_and_wrong_arguments_fail_the_execution_and_the_worker_goes_on(
    stage, input
):
    stage.client.call(
        StartWorkflowExecution(
            domain=stage.domain,
            workflow_id="bad",
            workflow_type=type_of(stage),
            input=input,
        )
    )
    while stage.step():
        pass
    assert names(stage.play("SimpleReturn"))[-1] == "WorkflowExecutionCompleted"
    bad = newest(stage, "bad")
    assert names(bad)[-1] == "WorkflowExecutionFailed"
    assert bad[-1].attributes.reason


def test_the_decider_polls_for_new_events_only_and_gets_the_whole_history_when_it_is_new(stage):
    execution = stage.start("Sequence", 5)
    for _ in range(6):
        stage.step()
    kept = stage.decisions.cache
    assert kept.hits > 0
    assert kept.misses == 1
    task = stage.client.call(
        PollForDecisionTask(
            domain=stage.domain,
            task_list=TaskList(name=TASK_LIST),
            start_at_previous_started_event=True,
        )
    )
    assert task.events[0].event_id > 1
    stage.restart_decider()
    stage.decisions.handle(task)
    assert finish(stage, execution)[-1].attributes.result == "60"


def type_of(stage):
    return next(d.id for d in stage.decisions._registry if d.id.name == "SimpleReturn")


def newest(stage, workflow_id):

    info = visibility.newest(stage.client, stage.domain, workflow_id)
    return stage.history(info.execution)
