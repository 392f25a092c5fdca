"""The documented class, line by line: its example, its source's behaviour, its printed words."""

import asyncio
import datetime as dt

import pytest

from flowy.process.workflow.core import Workflow, WorkflowPoolManager
from flowy.process.workflow.process import (
    BaseProcess,
    ProcessConfig,
    ProcessId,
    ProcessMetadata,
    ProcessResult,
    ProcessState,
    ProcessType,
)
from tests.integration.process import processes as p


def processed(input_data):
    return {key: value.upper() for key, value in input_data.items()}


class MyProcess(BaseProcess):
    def __init__(self):
        super().__init__(ProcessConfig(process_type=ProcessType.THREAD, process_id="my_process"))

    async def execute(self, input_data: dict) -> dict:
        # Implement process logic here
        return processed(input_data)


def test_the_documented_example():
    process = MyProcess()
    assert process.config.process_id == "my_process"
    assert process.metadata == ProcessMetadata(process_id="my_process", state=ProcessState.WAITING)
    result = asyncio.run(process.run({"greeting": "hello"}))
    assert isinstance(result, ProcessResult)
    assert (result.success, result.data) == (True, {"greeting": "HELLO"})
    assert result.error is None
    assert isinstance(result.start_time, dt.datetime)
    assert result.start_time <= result.end_time <= dt.datetime.now()  # noqa: DTZ005, TID251
    assert result.execution_time == pytest.approx(
        (result.end_time - result.start_time).total_seconds(), abs=1e-3
    )
    assert process.metadata.state is ProcessState.COMPLETED
    assert asyncio.run(process.execute({"greeting": "hello"})) == {"greeting": "HELLO"}


def test_the_documented_example_in_a_workflow():
    with Workflow() as workflow:
        MyProcess().register_to(workflow)
        results = asyncio.run(workflow.execute({"my_process": {"a": "b"}}))
    assert results["my_process"].data == {"a": "B"}


@pytest.mark.parametrize("process_type", p.ALL)
def test_a_process_without_a_workflow_says_so_when_it_is_executed(process_type, capsys):
    process = p.Double(ProcessConfig(process_type=process_type, process_id="lonely"))
    result = asyncio.run(process.execute(21))
    assert (result.success, result.data) == (True, 42)
    assert capsys.readouterr().out == (
        "Warning: Process lonely is not attached to a workflow. Using standalone pool manager.\n"
    )
    assert process.metadata.state is ProcessState.WAITING


@pytest.mark.parametrize("process_type", p.ALL)
def test_a_process_with_a_workflow_uses_its_pools_in_silence(process_type, capsys):
    manager = WorkflowPoolManager()
    workflow = Workflow(process_id="parent", pool_manager=manager)
    process = p.Double(ProcessConfig(process_type=process_type, process_id="child"))
    process.set_workflow(workflow)
    assert asyncio.run(process.execute(21)).data == 42
    assert manager.has_pools("parent")
    assert capsys.readouterr().out == ""
    workflow.shutdown()


def test_the_base_class_has_no_work_of_its_own():
    with pytest.raises(NotImplementedError, match=r"^Subclasses must implement process\(\)$"):
        p.Empty(ProcessConfig()).process(None)
    result = asyncio.run(p.Empty(ProcessConfig()).run(None))
    assert (result.success, result.error_type) == (False, "NotImplementedError")


@pytest.mark.parametrize("process_type", p.ALL)
def test_run_goes_from_waiting_through_running_to_completed(process_type):
    process = p.Double(ProcessConfig(process_type=process_type))

    async def story():
        assert process.metadata.state is ProcessState.WAITING
        running = asyncio.create_task(process.run(4))
        await asyncio.sleep(0)
        assert process.metadata.state is ProcessState.RUNNING
        return await running

    result = asyncio.run(story())
    metadata = process.metadata
    assert (metadata.state, metadata.progress) == (ProcessState.COMPLETED, 100.0)
    assert metadata.result is result
    assert metadata.start_time <= metadata.end_time == result.end_time


@pytest.mark.parametrize("process_type", p.ALL)
def test_a_failure_comes_back_as_a_result(process_type):
    process = p.Fails(ProcessConfig(process_type=process_type, process_id="f"))
    result = asyncio.run(process.run(None))
    assert (result.success, result.data) == (False, None)
    assert (result.error, result.error_type) == ("f is bad", "ValueError")
    assert result.error_message == "ValueError: f is bad"
    assert process.metadata.state is ProcessState.FAILED
    assert process.metadata.last_error == "f is bad"


def test_get_process_result_unpacks_a_dependency():
    moment = dt.datetime(2026, 1, 1)  # noqa: DTZ001
    times = {"execution_time": 0.0, "start_time": moment, "end_time": moment}
    results = {
        "good": ProcessResult(success=True, data=5, **times),
        "part_0": ProcessResult(success=True, data=6, **times),
        "bad": ProcessResult(success=False, **times),
        "bare": 7,
    }
    assert BaseProcess.get_process_result(results, ProcessId("good")) == 5
    assert BaseProcess.get_process_result(results, ProcessId("part", 0)) == 6
    assert BaseProcess.get_process_result(results, "good") == 5
    for process_id, text in {
        "none": "^Required process none not found in input data$",
        "bad": "^Process bad did not complete successfully$",
        "bare": "^Expected ProcessResult for bare, got <class 'int'>$",
    }.items():
        with pytest.raises(ValueError, match=text):
            BaseProcess.get_process_result(results, ProcessId(process_id))


def test_register_to_takes_strings_and_ids_and_returns_the_process():
    workflow = Workflow()
    first = p.Value(p.config(ProcessId("first", 0)), 1)
    assert first.register_to(workflow) is first
    second = p.Value(p.config("second"), 2).register_to(workflow, [ProcessId("first", 0)])
    third = p.Sum(p.config("third"), ["first_0", "second"])
    third.register_to(workflow, dependencies=["first_0", ProcessId("second")], required=False)
    assert second.config.process_id == "second"
    assert workflow.execution_graph == {
        "first_0": [],
        "second": ["first_0"],
        "third": ["first_0", "second"],
    }
    assert [node.required for node in workflow.nodes.values()] == [True, True, False]
    assert asyncio.run(workflow.execute())["third"].data == 3


def test_the_package_offers_every_documented_name():
    import flowy.process
    import flowy.process.workflow

    for name in flowy.process.__all__:
        assert getattr(flowy.process, name) is getattr(flowy.process.workflow, name)
    assert {"BaseProcess", "ProcessConfig", "ProcessResult", "ProcessId", "ProcessError"} <= set(
        flowy.process.__all__
    )
