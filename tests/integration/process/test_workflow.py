"""Graphs: what runs, what is skipped, what is refused, on each strategy."""

import asyncio
import gc
import io
import json
import threading
import weakref

import pytest
from rich.console import Console

from flowy.errors import DefinitionError
from flowy.execution.process_pool import ProcessPool
from flowy.execution.thread_pool import ThreadPool
from flowy.process import (
    BaseProcess,
    ProcessConfig,
    ProcessError,
    ProcessId,
    ProcessResult,
    ProcessState,
    ProcessType,
    Workflow,
    WorkflowNode,
    WorkflowPoolManager,
    create_workflow,
)
from flowy.process.workflow.progress import RunProgress
from tests.integration.process import processes as p


@pytest.fixture(autouse=True)
def let_go():
    p.NEVER.clear()
    yield
    p.NEVER.set()


@pytest.fixture
def manager():
    return WorkflowPoolManager()


@pytest.fixture
def workflow(manager):
    with Workflow(process_id="w", pool_manager=manager) as workflow:
        yield workflow


def states(workflow):
    return {key: node.process.metadata.state.name for key, node in workflow.nodes.items()}


def run(workflow, initial_data=None):
    return asyncio.run(workflow.execute(initial_data))


@pytest.mark.parametrize("process_type", p.ALL)
def test_results_go_to_dependents_by_id(workflow, process_type):
    p.Value(p.config("a", process_type), 1).register_to(workflow)
    p.Value(p.config(ProcessId("b", 0), process_type), 2).register_to(workflow)
    p.Sum(p.config("c", process_type), ["a", ProcessId("b", 0)]).register_to(
        workflow, ["a", ProcessId("b", 0)]
    )
    p.Inputs(p.config("d", process_type)).register_to(workflow, ["c", "a"])
    results = run(workflow)
    assert all(isinstance(result, ProcessResult) for result in results.values())
    assert {key: result.unwrap() for key, result in results.items()} == {
        "a": 1,
        "b_0": 2,
        "c": 3,
        "d": {"c": 3, "a": 1},
    }
    assert workflow.results is results
    assert set(states(workflow).values()) == {"COMPLETED"}
    assert workflow.nodes["c"].process.metadata.result is results["c"]


def test_only_processes_without_dependencies_get_initial_data(workflow):
    for name in ("a", "b"):
        p.Inputs(p.config(name)).register_to(workflow)
    p.Inputs(p.config("c")).register_to(workflow, ["a"])
    results = run(workflow, {"a": {"x": 1}, "c": {"y": 2}, "unknown": 3})
    assert {key: result.data for key, result in results.items()} == {
        "a": {"x": 1},
        "b": {},
        "c": {"a": {"x": 1}},
    }


def test_an_empty_workflow_has_no_results(workflow):
    assert run(workflow) == {}


@pytest.mark.parametrize("process_type", p.ALL)
def test_a_required_process_that_fails_fast_ends_the_workflow(workflow, process_type):
    p.Fails(p.config("a", process_type)).register_to(workflow)
    p.Inputs(p.config("b", process_type)).register_to(workflow, ["a"])
    p.Inputs(p.config("c", process_type)).register_to(workflow, ["b"])
    with pytest.raises(ProcessError, match=r"^Critical node a failed: a is bad$"):
        run(workflow)
    assert states(workflow) == {"a": "FAILED", "b": "SKIPPED", "c": "SKIPPED"}
    assert workflow.results["a"].error_message == "ValueError: a is bad"
    assert workflow.results["c"].error_type == "ProcessSkipped"


@pytest.mark.parametrize("process_type", p.ALL)
def test_what_runs_beside_a_critical_failure_is_cancelled(workflow, process_type):
    p.Hangs(p.config("long", process_type)).register_to(workflow)
    p.Fails(p.config("a", process_type)).register_to(workflow)
    with pytest.raises(ProcessError, match=r"^Critical node a failed"):
        run(workflow)
    assert states(workflow) == {"long": "FAILED", "a": "FAILED"}
    assert workflow.results["long"].error_type == "CancelledError"


def test_without_fail_fast_the_rest_goes_on_and_dependents_are_skipped(workflow):
    p.Fails(p.config("a", fail_fast=False)).register_to(workflow)
    p.Inputs(p.config("b")).register_to(workflow, ["a"])
    p.Inputs(p.config("c")).register_to(workflow, ["b"])
    p.Value(p.config("d"), 4).register_to(workflow)
    p.Inputs(p.config("e")).register_to(workflow, ["d"])
    p.Inputs(p.config("f")).register_to(workflow, ["d", "c"])
    results = run(workflow)
    assert states(workflow) == {
        "a": "FAILED",
        "b": "SKIPPED",
        "c": "SKIPPED",
        "d": "COMPLETED",
        "e": "COMPLETED",
        "f": "SKIPPED",
    }
    assert results["e"].data == {"d": 4}
    assert results["b"].error == (
        "process 'b' was skipped: its required dependency 'a' gave no result"
    )
    with pytest.raises(ProcessError, match="ProcessSkipped"):
        results["c"].unwrap()


@pytest.mark.parametrize("fail_fast", [True, False])
def test_dependents_of_an_optional_process_run_without_its_result(workflow, fail_fast):
    p.Fails(p.config("a", fail_fast=fail_fast)).register_to(workflow, required=False)
    p.Value(p.config("b"), 2).register_to(workflow)
    p.Inputs(p.config("c")).register_to(workflow, ["a", "b"])
    assert run(workflow)["c"].data == {"b": 2}
    assert states(workflow) == {"a": "FAILED", "b": "COMPLETED", "c": "COMPLETED"}


def test_dependents_of_an_optional_process_that_was_skipped_run_too(workflow):
    p.Fails(p.config("a", fail_fast=False)).register_to(workflow)
    p.Inputs(p.config("b")).register_to(workflow, ["a"], required=False)
    p.Inputs(p.config("c")).register_to(workflow, ["b"])
    assert run(workflow)["c"].data == {}
    assert states(workflow) == {"a": "FAILED", "b": "SKIPPED", "c": "COMPLETED"}


@pytest.mark.parametrize(
    ("dependencies", "text"),
    [
        ({"a": [], "b": ["nowhere"]}, "'b' depends on 'nowhere'"),
        ({"a": [], "b": ["c"], "c": ["b"]}, "has a cycle"),
    ],
)
def test_a_graph_that_cannot_be_completed_is_refused_before_anything_runs(
    workflow, dependencies, text
):
    for name, names in dependencies.items():
        p.Inputs(p.config(name)).register_to(workflow, names)
    with pytest.raises(DefinitionError, match=text):
        run(workflow)
    assert set(states(workflow).values()) == {"WAITING"}
    assert workflow.results == {}


def test_a_second_process_of_the_same_id_is_refused(workflow):
    first = p.Value(p.config("a"), 1).register_to(workflow)
    with pytest.raises(DefinitionError, match="has a process 'a' already"):
        p.Value(p.config("a"), 2).register_to(workflow)
    assert workflow.nodes["a"].process is first


def test_a_node_that_is_added_by_hand_belongs_to_the_workflow(workflow):
    process = p.Value(p.config("a"), 1)
    workflow.add_node(WorkflowNode(process=process, dependencies=[], required=True))
    assert process._workflow is workflow
    assert run(workflow)["a"].data == 1


def test_a_process_starts_as_soon_as_its_own_dependencies_have_ended(workflow):
    """In rounds, `after` could not start before `slow` ends; and `slow` waits for it."""
    passed = threading.Event()

    class Slow(BaseProcess):
        def process(self, input_data):
            return passed.wait(20.0)

    class After(BaseProcess):
        def process(self, input_data):
            passed.set()

    Slow(p.config("slow", "thread")).register_to(workflow)
    p.Value(p.config("quick", "thread"), 1).register_to(workflow)
    After(p.config("after", "thread")).register_to(workflow, ["quick"])
    results = run(workflow)
    assert next(iter(results)) == "quick"
    assert results["slow"].data is True


def test_a_workflow_runs_again_and_not_twice_at_a_time(workflow):
    p.DoubleAsync(p.config("a")).register_to(workflow)
    assert run(workflow, {"a": 1})["a"].data == 2
    assert run(workflow, {"a": 2})["a"].data == 4

    async def twice():
        both = [workflow.execute({"a": 1}), workflow.execute({"a": 2})]
        return await asyncio.gather(*both, return_exceptions=True)

    first, second = asyncio.run(twice())
    assert first["a"].data == 2
    assert isinstance(second, ProcessError)
    assert "'w' is being executed already" in str(second)


def test_cancelling_a_workflow_stops_what_runs_and_skips_the_rest(workflow):
    for process_type in p.ALL:
        p.Hangs(p.config(process_type.value, process_type)).register_to(workflow)
    p.Inputs(p.config("later")).register_to(workflow, ["thread"])

    async def story():
        running = asyncio.create_task(workflow.execute())
        await asyncio.sleep(0.1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(story())
    assert states(workflow) == {
        "async": "FAILED",
        "thread": "FAILED",
        "process": "FAILED",
        "later": "SKIPPED",
    }


def test_an_overridden_run_is_honoured_and_its_exception_a_failure(workflow):
    class Special(BaseProcess):
        async def run(self, input_data):
            if input_data:
                raise KeyError("special")
            return (await super().run(input_data)).__class__.failure("none", "None", 0.0)

        def process(self, input_data):
            return 1

    Special(p.config("a")).register_to(workflow, required=False)
    assert run(workflow)["a"].error_message == "None: none"
    assert run(workflow, {"a": 1})["a"].error_message == "KeyError: 'special'"


def test_a_process_that_cannot_begin_fails_and_takes_nothing_with_it(workflow):
    class Busy(BaseProcess):
        def begin(self, input_data):
            raise ProcessError("it is busy elsewhere")

    Busy(p.config("a")).register_to(workflow, required=False)
    p.Inputs(p.config("b")).register_to(workflow, ["a"])
    results = run(workflow)
    assert results["a"].error_message == "ProcessError: it is busy elsewhere"
    assert results["b"].data == {}
    Busy(p.config("c")).register_to(workflow)
    with pytest.raises(ProcessError, match=r"^Critical node c failed: it is busy elsewhere$"):
        run(workflow)


def test_cancelling_a_workflow_cancels_the_tasks_of_overridden_runs(workflow):
    class Special(BaseProcess):
        async def run(self, input_data):
            return await asyncio.get_running_loop().create_future()

    Special(p.config("a")).register_to(workflow)

    async def story():
        running = asyncio.create_task(workflow.execute())
        await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(story())
    assert workflow.results["a"].error == "process 'a' was cancelled with its workflow"


def test_no_pool_is_made_before_it_is_needed(workflow, manager):
    p.DoubleAsync(p.config("a")).register_to(workflow)
    run(workflow, {"a": 1})
    pools = manager.get_or_create_pools("w")
    assert dict(pools) == {}
    p.Value(p.config("b", "thread"), 1).register_to(workflow)
    run(workflow, {"a": 1})
    assert list(pools) == [ProcessType.THREAD]


def test_the_pool_manager_is_one_and_gives_the_same_pools_for_the_same_id(manager):
    assert WorkflowPoolManager.get_instance() is WorkflowPoolManager.get_instance()
    pools = manager.get_or_create_pools("x", max_threads=2, max_processes=1)
    assert manager.get_or_create_pools("x") is pools
    assert manager.get_or_create_pools("y") is not pools
    assert WorkflowPoolManager().get_or_create_pools("x") is not pools
    assert isinstance(pools, dict)
    assert isinstance(pools[ProcessType.THREAD], ThreadPool)
    assert isinstance(pools[ProcessType.PROCESS], ProcessPool)
    threads = pools[ProcessType.THREAD]
    manager.cleanup_pools("x")
    manager.cleanup_pools("x")
    assert threads.closed
    assert manager.get_or_create_pools("x") is not pools


def test_get_pools_lends_both_executors(workflow, manager):
    with workflow.get_pools() as (threads, processes):
        assert threads.submit(lambda: 1).result(20.0) == 1
        assert processes.submit(abs, -2).result(20.0) == 2
    assert threads is manager.get_or_create_pools("w")[ProcessType.THREAD]
    assert not threads.closed


def test_a_pool_that_was_closed_is_replaced(workflow):
    p.Value(p.config("a", "thread"), 1).register_to(workflow)
    p.Value(p.config("b", "process"), 2).register_to(workflow)
    with workflow.get_pools() as (threads, processes):
        threads.shutdown()
        processes.shutdown()
    assert {key: each.data for key, each in run(workflow).items()} == {"a": 1, "b": 2}
    workflow.shutdown()
    assert {key: each.data for key, each in run(workflow).items()} == {"a": 1, "b": 2}


def test_a_thread_that_never_comes_back_does_not_stop_the_next(manager):
    with Workflow(max_threads=1, pool_manager=manager) as workflow:
        p.Hangs(p.config("a", "thread", timeout=0.05)).register_to(workflow, required=False)
        p.Value(p.config("b", "thread"), 1).register_to(workflow)
        results = run(workflow)
    assert (results["a"].success, results["b"].data) == (False, 1)


def test_max_threads_and_max_processes_bound_the_pools(manager):
    inside, most, lock = [], [], threading.Lock()

    class Counts(BaseProcess):
        def process(self, input_data):
            with lock:
                inside.append(1)
                most.append(len(inside))
            p.NEVER.wait(0.01)
            with lock:
                inside.pop()

    workflow = create_workflow(max_processes=1, max_threads=3, process_id="bounded")
    assert (workflow.max_processes, workflow.max_threads) == (1, 3)
    for _ in range(12):
        Counts(ProcessConfig(process_type="thread")).register_to(workflow)
    run(workflow)
    workflow.shutdown()
    assert max(most) <= 3


def test_pools_go_with_their_workflow(manager):
    workflow = Workflow(pool_manager=manager)
    assert workflow.process_id == f"workflow_{id(workflow)}"
    p.Value(p.config("a", "thread"), 1).register_to(workflow)
    run(workflow)
    name, threads = (
        workflow.process_id,
        manager.get_or_create_pools(workflow.process_id)[ProcessType.THREAD],
    )
    seen = weakref.ref(workflow)
    del workflow
    for _ in range(1000):  # the thread may still be on its way back to the pool
        gc.collect()
        if seen() is None:
            break
        p.NEVER.wait(0.001)
    assert seen() is None
    assert not manager.has_pools(name)
    while not threads.closed:
        p.NEVER.wait(0.001)


def test_another_executor_can_take_a_pools_place(workflow, manager):
    ran = []

    class Recording(ThreadPool):
        def submit(self, fn, /, *args, **kwargs):
            ran.append(fn)
            return super().submit(fn, *args, **kwargs)

    manager.get_or_create_pools("w")[ProcessType.PROCESS] = Recording(1)
    p.Value(p.config("a", "process"), 1).register_to(workflow)
    assert run(workflow)["a"].data == 1
    assert len(ran) == 1


def test_the_json_shows_the_graph_its_states_and_results(workflow):
    p.Value(p.config("a"), {1, 2}).register_to(workflow)
    p.Fails(p.config("b", fail_fast=False)).register_to(workflow, ["a"], required=False)
    run(workflow)
    described = json.loads(workflow.to_json())
    assert described["nodes"] == {
        "a": {
            "process_id": "a",
            "dependencies": [],
            "required": True,
            "state": "completed",
            "retry_count": 0,
            "last_error": None,
        },
        "b": {
            "process_id": "b",
            "dependencies": ["a"],
            "required": False,
            "state": "failed",
            "retry_count": 0,
            "last_error": "b is bad",
        },
    }
    assert described["results"]["a"]["data"] == "{1, 2}"
    assert described["results"]["b"]["error_type"] == "ValueError"
    assert described["results"]["a"]["start_time"] == workflow.results["a"].start_time.isoformat()


def test_a_long_run_shows_a_bar_and_a_short_one_does_not():
    async def story(patience, pause):
        console = Console(file=io.StringIO(), force_terminal=True, width=80)
        progress = RunProgress("Workflow w", 3, patience=patience, console=console)
        progress.advance("first")
        await asyncio.sleep(pause)
        progress.advance("second")
        progress.close()
        return console.file.getvalue()

    shown = asyncio.run(story(0.0, 0.01))
    assert "Workflow w" in shown
    assert "2/3" in shown
    assert "second" in shown
    assert asyncio.run(story(3600.0, 0.0)) == ""


def test_nobody_is_shown_a_bar_who_cannot_see_it():
    async def story(shown):
        console = Console(file=io.StringIO(), force_terminal=False, width=80)
        progress = RunProgress("Workflow w", 3, shown=shown, patience=0.0, console=console)
        await asyncio.sleep(0.01)
        progress.close()
        return console.file.getvalue()

    assert asyncio.run(story(None)) == ""
    assert "0/3" in asyncio.run(story(True))


def test_the_state_of_every_node_is_a_state(workflow):
    p.Value(p.config("a"), 1).register_to(workflow)
    run(workflow)
    assert workflow.nodes["a"].process.metadata.state is ProcessState.COMPLETED
