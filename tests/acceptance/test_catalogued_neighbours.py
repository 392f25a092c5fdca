"""Machines and graphs are runs too: whatever tells one catalogue."""

import asyncio
import contextlib
import json
import pickle

import pytest

from flowy.catalog.database import DB
from flowy.catalog.executions import ExecutionCatalogue
from flowy.catalog.run import RunManager
from flowy.errors import HaltProcessing, ProcessError, WorkflowError
from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.engine_db import DbWorkflowEngine
from flowy.machine.patterns import PARALLEL_SPLIT
from flowy.machine.store import MachineObject, MachineStore
from flowy.process import BaseProcess, ProcessConfig, ProcessType, Workflow
from flowy.volume.manager import open_volume


@pytest.fixture
def catalogue(tmp_path):
    made = ExecutionCatalogue(f"sqlite:///{tmp_path}/runs.db", f"{tmp_path}/files")
    yield made
    made.close()


@pytest.fixture
def listed(catalogue, tmp_path):
    """Return what the catalogue has: workflow, group, state with messages or result, run id."""

    def look():
        database = DB(f"sqlite:///{tmp_path}/runs.db")
        with database.session() as session:
            runs = RunManager(session, open_volume(tmp_path / "files"))
            found = [(run, run.state()) for run in runs.list_all_runs()]
            lines = [
                (run.workflow.name, run.group.name, str(state), said(runs, run, state))
                for run, state in found
            ]
        database.close()
        return lines

    return look


def said(runs, run, state):
    if run.is_success():
        if not state.files:
            return None
        with runs.get_runfile(run.run_id, key="result.json").open() as stream:
            return json.load(stream)
    return getattr(state, "messages", None)


def add(obj, eng):
    obj.append(len(obj))


def halt(obj, eng):
    eng.halt("look at it")


def stop(obj, eng):
    eng.stop()


def fail(obj, eng):
    raise ZeroDivisionError("no such letter")


def made(catalogue, *tasks):
    engine = GenericWorkflowEngine(catalog=catalogue)
    engine.callbacks.replace(list(tasks))
    return engine


def test_a_machine_is_a_run_with_its_tokens_as_the_result(catalogue, listed):
    made(catalogue, add, add).process([[], [5]])
    kind = ("GenericWorkflowEngine", "flowy.machine")
    assert listed() == [(*kind, "SUCCESS", [[0, 1], [5, 1, 2]])]


def test_a_halted_machine_is_one_run_until_its_end_wherever_it_goes_on(catalogue, listed):
    engine = made(catalogue, add, halt, add)
    with pytest.raises(HaltProcessing):
        engine.process([[], []])
    kind = ("GenericWorkflowEngine", "flowy.machine")
    assert listed() == [(*kind, "RUNNING", None)]
    elsewhere = pickle.loads(pickle.dumps(engine))
    elsewhere.catalog = catalogue
    with pytest.raises(HaltProcessing):
        elsewhere.restart("current", "next")
    elsewhere.restart("current", "next")
    assert listed() == [(*kind, "SUCCESS", [[0, 1], [0, 1]])]
    elsewhere.callbacks.replace([add])
    elsewhere.process([[]])
    assert [state for _, _, state, _ in listed()] == ["SUCCESS", "SUCCESS"]


def test_a_machine_that_fails_or_is_stopped_says_so(catalogue, listed):
    with pytest.raises(ZeroDivisionError):
        made(catalogue, fail).process([[]])
    made(catalogue, stop).process([[], []])
    assert [(state, messages) for _, _, state, messages in listed()] == [
        ("ERROR", ["ZeroDivisionError: no such letter"]),
        ("CANCELED", ["it was stopped at token 0 of 2"]),
    ]


def test_what_tasks_begin_is_part_of_the_run(catalogue, listed):
    def again(obj, eng):
        if len(obj) < 3:
            eng.restart("current", "first")

    engine = made(catalogue, add, again, PARALLEL_SPLIT(add))
    engine.process([[]])
    engine.branches.join()
    assert len(listed()) == 1


def test_tokens_that_json_cannot_say_leave_no_result(catalogue, listed):
    made(catalogue, lambda obj, eng: None).process([object()])
    assert [(state, result) for _, _, state, result in listed()] == [("SUCCESS", None)]


def test_a_stored_machine_that_is_mended_after_an_error_is_another_run(catalogue, listed, tmp_path):
    def revive(store, task):
        engine = DbWorkflowEngine.from_uuid(uuid, records=store)
        engine.catalog = catalogue
        engine.callbacks.replace([nothing, task])
        return engine

    def nothing(obj, eng):
        pass

    with contextlib.closing(MachineStore(f"sqlite:///{tmp_path}/machine.db")) as store:
        engine = DbWorkflowEngine.with_name("letters", records=store)
        engine.catalog = catalogue
        engine.callbacks.replace([halt, fail])
        uuid = engine.uuid
        with pytest.raises(HaltProcessing):
            engine.process([MachineObject(data=[])])
    assert [(name, state) for name, _, state, _ in listed()] == [("letters", "RUNNING")]
    with contextlib.closing(MachineStore(f"sqlite:///{tmp_path}/machine.db")) as store:
        with pytest.raises(WorkflowError):
            revive(store, fail).resume()
        revive(store, nothing).resume()
    assert [(name, state) for name, _, state, _ in listed()] == [
        ("letters", "ERROR"),
        ("letters", "SUCCESS"),
    ]


class Number(BaseProcess):
    async def process(self, input_data):
        return {name: result.data for name, result in input_data.items()} or 7


class Broken(BaseProcess):
    async def process(self, input_data):
        raise ValueError("no paper")


class Waiting(BaseProcess):
    def __init__(self, config):
        super().__init__(config)
        self.began = asyncio.Event()

    async def process(self, input_data):
        self.began.set()
        await asyncio.Event().wait()


def graph(catalogue, *kinds):
    workflow = Workflow(process_id="report", progress=False, catalog=catalogue)
    previous = []
    for kind in kinds:
        config = ProcessConfig(process_id=kind.__name__, process_type=ProcessType.ASYNC)
        kind(config).register_to(workflow, previous)
        previous = [kind.__name__]
    return workflow


def test_a_graph_is_a_run_with_its_results(catalogue, listed):
    asyncio.run(graph(catalogue, Number).execute({"Number": {}}))
    ((name, group, state, result),) = listed()
    assert (name, group, state) == ("report", "flowy.process", "SUCCESS")
    assert (result["Number"]["success"], result["Number"]["data"]) == (True, 7)


def test_a_graph_that_fails_is_an_error_and_each_execution_a_run(catalogue, listed):
    workflow = graph(catalogue, Number, Broken)
    for _ in range(2):
        with pytest.raises(ProcessError):
            asyncio.run(workflow.execute())
    assert [(state, messages) for _, _, state, messages in listed()] == [
        ("ERROR", ["ProcessError: Critical node Broken failed: no paper"])
    ] * 2


def test_a_graph_that_is_cancelled_is_canceled(catalogue, listed):
    async def cancelled():
        workflow = graph(catalogue, Waiting)
        task = asyncio.ensure_future(workflow.execute())
        await workflow.nodes["Waiting"].process.began.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancelled())
    assert [(state, messages) for _, _, state, messages in listed()] == [
        ("CANCELED", ["it was cancelled"])
    ]


def test_a_catalogue_that_is_broken_stops_neither(catalogue, monkeypatch, caplog):
    def broken(*_):
        raise OSError("the disk is on fire")

    for name in ("pending", "closed"):
        monkeypatch.setattr(catalogue, name, broken)
    engine = made(catalogue, add)
    tokens = [[]]
    engine.process(tokens)
    assert tokens == [[0]]
    results = asyncio.run(graph(catalogue, Number).execute())
    assert results["Number"].success
    assert caplog.text.count("the catalogue was not told that") == 4
