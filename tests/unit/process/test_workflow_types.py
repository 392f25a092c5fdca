"""Every value of processes and graphs, member by member."""

import datetime as dt
import itertools

import pytest

from flowy.errors import DefinitionError, ProcessError
from flowy.execution.outcome import Outcome, Status
from flowy.process.workflow.states import BUSY
from flowy.process.workflow.workflow_types import (
    ProcessConfig,
    ProcessId,
    ProcessMetadata,
    ProcessResult,
    ProcessState,
    ProcessType,
    RetryStrategy,
    WorkflowNode,
)

MOMENT = dt.datetime(2026, 1, 31, 12, 0, 0)  # noqa: DTZ001
LEGAL = {
    ("WAITING", "RUNNING"),
    ("WAITING", "SKIPPED"),
    ("RUNNING", "COMPLETED"),
    ("RUNNING", "FAILED"),
    ("FAILED", "RETRYING"),
    ("RETRYING", "RUNNING"),
    ("RETRYING", "FAILED"),
}


def result(**changes):
    fields = {"success": True, "execution_time": 1.5, "start_time": MOMENT, "end_time": MOMENT}
    return ProcessResult(**{**fields, **changes})


def test_the_types_are_three():
    assert {each.name: each.value for each in ProcessType} == {
        "ASYNC": "async",
        "THREAD": "thread",
        "PROCESS": "process",
    }


def test_the_states_are_six_with_lower_case_values():
    assert {each.name: each.value for each in ProcessState} == {
        name: name.lower()
        for name in ("WAITING", "RUNNING", "COMPLETED", "FAILED", "RETRYING", "SKIPPED")
    }


@pytest.mark.parametrize(("source", "target"), list(itertools.product(ProcessState, ProcessState)))
def test_only_legal_moves_are_made(source, target):
    metadata = ProcessMetadata(process_id="p", state=source)
    if (source.name, target.name) in LEGAL:
        metadata.move(target)
        assert metadata.state is target
    else:
        with pytest.raises(ProcessError, match=f"'p' cannot go from {source.name} to"):
            metadata.move(target)
        assert metadata.state is source


@pytest.mark.parametrize("state", ProcessState)
def test_a_process_that_is_not_being_run_may_begin_anew(state):
    metadata = ProcessMetadata(process_id="p", state=state, retries=2, last_error="x")
    if state in BUSY:
        with pytest.raises(ProcessError, match=f"'p' is {state.name} already"):
            metadata.reset()
    else:
        metadata.reset()
        assert metadata == ProcessMetadata(process_id="p")


def test_a_retry_strategy_has_the_documented_defaults():
    strategy = RetryStrategy()
    assert (strategy.max_retries, strategy.delay_seconds, strategy.backoff_factor) == (3, 1.0, 2.0)
    policy = strategy.policy()
    assert (policy.attempts, policy.delay, policy.backoff) == (4, 1.0, 2.0)
    with pytest.raises(DefinitionError):
        RetryStrategy(max_retries=-1)


def test_a_config_has_the_documented_defaults():
    config = ProcessConfig(process_id="p")
    assert config.process_type is ProcessType.ASYNC
    assert config.retry_strategy is None
    assert config.timeout is None
    assert config.validation_rules is None
    assert config.fail_fast is True


def test_a_config_without_an_id_gets_the_next_one():
    first, second = ProcessConfig().process_id, ProcessConfig().process_id
    prefix, number = first.rsplit("_", 1)
    assert (prefix, second) == ("proc", f"proc_{int(number) + 1}")


def test_a_config_takes_names_of_types_and_structured_ids():
    config = ProcessConfig(process_type="thread", process_id=ProcessId("resize", 2))
    assert (config.process_type, config.process_id) == (ProcessType.THREAD, "resize_2")


@pytest.mark.parametrize("wrong", [{"process_type": "fibre"}, {"timeout": 0}, {"timeout": -1.0}])
def test_a_config_that_can_never_work_is_refused(wrong):
    with pytest.raises(DefinitionError, match="process 'p'"):
        ProcessConfig(process_id="p", **wrong)


def test_metadata_have_the_documented_defaults():
    metadata = ProcessMetadata(process_id="p")
    assert (metadata.process_id, metadata.state) == ("p", ProcessState.WAITING)
    assert (metadata.retries, metadata.retry_count, metadata.progress) == (0, 0, 0.0)
    nothing = (metadata.start_time, metadata.end_time, metadata.last_error, metadata.result)
    assert nothing == (None, None, None, None)


def test_retry_count_is_another_name_for_retries():
    assert ProcessMetadata(process_id="p", retries=4).retry_count == 4


def test_a_result_has_the_documented_members():
    good = result(data=7)
    assert (good.success, good.data, good.execution_time) == (True, 7, 1.5)
    assert (good.start_time, good.end_time) == (MOMENT, MOMENT)
    assert (good.error, good.error_type, good.error_message) == (None, None, None)


@pytest.mark.parametrize(
    ("error", "error_type", "message"),
    [
        ("bad", "ValueError", "ValueError: bad"),
        ("bad", None, "bad"),
        (None, None, None),
        ("", "ValueError", None),
    ],
)
def test_the_error_message_combines_type_and_text(error, error_type, message):
    assert result(success=False, error=error, error_type=error_type).error_message == message


def test_unwrap_gives_the_value_or_raises():
    assert result(data=7).unwrap() == 7
    with pytest.raises(ProcessError, match=r"^ValueError: bad$"):
        result(success=False, error="bad", error_type="ValueError").unwrap()


def test_the_dict_form_has_iso_times():
    assert result(data=[1]).model_dump() == {
        "success": True,
        "data": [1],
        "execution_time": 1.5,
        "start_time": "2026-01-31T12:00:00",
        "end_time": "2026-01-31T12:00:00",
        "error": None,
        "error_type": None,
    }


def test_an_outcome_becomes_a_result():
    outcome = Outcome(
        status=Status.FAILED, error=KeyError("x"), started=10.0, ended=12.0, attempts=1
    )
    made = ProcessResult.of(outcome)
    assert (made.success, made.error, made.error_type) == (False, "'x'", "KeyError")
    assert (made.execution_time, made.end_time - made.start_time) == (
        2.0,
        dt.timedelta(seconds=2),
    )


def test_a_value_that_is_a_result_already_is_not_wrapped_again():
    inner = result(data=3)
    outcome = Outcome(status=Status.SUCCEEDED, value=inner, started=0.0, ended=0.0, attempts=1)
    assert ProcessResult.of(outcome) is inner


def test_a_process_id_is_its_name_with_its_index_zero_too():
    assert str(ProcessId("load")) == "load"
    assert str(ProcessId("load", 0)) == "load_0"
    assert str(ProcessId("load", index=7)) == "load_7"
    assert ProcessId("load") == ("load", None)


def test_a_node_knows_what_it_misses_and_when_it_can_run():
    node = WorkflowNode(process=None, dependencies=["a", ProcessId("b", 1)])
    assert (node.dependencies, node.required) == (["a", "b_1"], True)
    assert node.validate_dependencies(["a"]) == ["b_1"]
    assert node.validate_dependencies(["a", "b_1", "c"]) == []
    assert not node.can_execute(["b_1"])
    assert node.can_execute(["a", "b_1"])
    assert WorkflowNode(process=None).can_execute([])
