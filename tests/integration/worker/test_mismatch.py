"""What becomes of executions whose code has changed under them, on the embedded service."""

from dataclasses import replace

import pytest

from flowy.errors import DefinitionError
from flowy.task import scanner
from flowy.task.decorators import workflow
from flowy.task.registry import Registry
from flowy.worker.decisions import DecisionPoller
from flowy.worker.settings import DeciderSettings
from tests.acceptance.stage import Stage
from tests.integration.replay import changed, flows


@pytest.fixture
def stage():
    stage = Stage(flows, flows.TASK_LIST)
    yield stage
    stage.close()


def deploy(stage, module, policy="hold"):
    """Replace the decider by one with other code; return what it meets."""
    registry, met = Registry(), []
    for definition in scanner.scan_workflows(module):
        registry.add(replace(definition, on_mismatch=policy))
    stage.decisions.close()
    settings = DeciderSettings(mismatched=met.append)
    stage.decisions = DecisionPoller(stage.decisions.source, registry, settings=settings)
    return met


def begun(stage):
    """Start an execution and make its first two decisions."""
    execution = stage.start("Plain", 7)
    for _ in range(4):
        assert stage.step()
    kinds = [type(event).__name__ for event in stage.history(execution)]
    assert kinds.count("ActivityTaskScheduled") == 2
    return execution


def run_on(stage, execution, until, most=60):
    for _ in range(most):
        kinds = [type(event).__name__ for event in stage.history(execution)]
        if kinds.count(until) or not stage.step():
            break
    return kinds


def test_an_execution_is_held_until_the_code_follows_its_history_again(stage, caplog):
    execution = begun(stage)
    met = deploy(stage, changed)
    for _ in range(8):
        assert stage.step()
    kinds = [type(event).__name__ for event in stage.history(execution)]
    assert len(met) >= 2, "it is tried again when its task has timed out"
    assert kinds.count("DecisionTaskTimedOut") >= len(met) - 1, "and never before that"
    assert kinds.count("DecisionTaskCompleted") == 2, "nothing was decided"
    assert [mismatch.times for mismatch in met] == list(range(1, len(met) + 1))
    assert execution in stage.decisions.mismatches.held
    deploy(stage, flows)
    assert (
        run_on(stage, execution, "WorkflowExecutionCompleted")[-1] == "WorkflowExecutionCompleted"
    )
    assert stage.decisions.mismatches.held == {}


def test_the_log_says_event_history_code_and_line_once(stage, caplog):
    execution = begun(stage)
    met = deploy(stage, changed)
    for _ in range(8):
        stage.step()
    errors = [each for each in caplog.records if each.levelname == "ERROR"]
    (error,) = errors
    text = error.getMessage()
    assert str(execution) in text
    assert "event 11: history has ScheduleActivityTask" in text
    assert "changed.py:" in text
    assert " in Plain.run" in text
    assert any("still held, tried 2 times" in message for message in caplog.messages)
    assert met[0].error.place.endswith(" in Plain.run")


def test_a_decider_that_kept_the_run_is_not_confused_by_a_new_one(stage):
    execution = begun(stage)
    kept = stage.decisions
    new = DecisionPoller(kept.source, scanner.scan_workflows(changed))
    stage.decisions = new
    assert stage.step()
    assert stage.step()
    stage.decisions = kept
    assert (
        run_on(stage, execution, "WorkflowExecutionCompleted")[-1] == "WorkflowExecutionCompleted"
    )
    new.close()


def test_an_execution_fails_where_its_type_says_so(stage):
    execution = begun(stage)
    (met,) = [deploy(stage, changed, "fail")]
    assert run_on(stage, execution, "WorkflowExecutionFailed")[-1] == "WorkflowExecutionFailed"
    last = stage.history(execution)[-1]
    assert "event 11: history has ScheduleActivityTask" in last.attributes.reason
    assert "changed.py:" in last.attributes.details
    assert [mismatch.policy for mismatch in met] == ["fail"]


def test_a_hook_that_fails_does_not_stop_the_worker(stage, caplog):
    execution = begun(stage)

    def broken(_mismatch):
        raise RuntimeError("no metrics today")

    source = stage.decisions.source
    stage.decisions.close()
    stage.decisions = DecisionPoller(
        source, scanner.scan_workflows(changed), settings=DeciderSettings(mismatched=broken)
    )
    assert stage.step()
    assert stage.step()
    assert "no metrics today" in caplog.text
    deploy(stage, flows)
    assert (
        run_on(stage, execution, "WorkflowExecutionCompleted")[-1] == "WorkflowExecutionCompleted"
    )


def test_a_policy_that_is_none_is_refused_where_it_stands():
    with pytest.raises(DefinitionError, match=r'"hold" or "fail", not \'ignore\''):
        workflow("Order", 1, "shop", on_mismatch="ignore")
