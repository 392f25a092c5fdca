"""What a graph costs per node, beside ``concurrent.futures`` (or tasks) driving the same graph.

Each round runs both, one after the other; the ratio is the median over the rounds. The work is
nothing at all, so that the figures are overhead alone. Behind ``concurrent.futures`` stands the
least that can drive a graph: submit what is ready, take what has ended from a queue.
"""

import asyncio
import gc
import queue
import statistics
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from flowy.process import ProcessConfig, ProcessType, Workflow
from tests.benchmarks.graph_work import Nothing, NothingAsync, nothing, nothing_async

ROUNDS = 7
WORKERS = 2


def bag(size):
    return {f"n{number}": [] for number in range(size)}


def chain(size):
    return {f"n{number}": [f"n{number - 1}"] if number else [] for number in range(size)}


def layers(size, width=20):
    return {
        f"n{number}": [f"n{number - width}", f"n{number - number % width - 1}"]
        if number >= width
        else []
        for number in range(size)
    }


SHAPES = {"bag": bag, "chain": chain, "layers": layers}


def by_futures(executor: Executor, graph):
    left, dependents = _plan(graph)
    results, ended = {}, queue.SimpleQueue()

    def submit(name):
        future = executor.submit(nothing, {each: results[each] for each in graph[name]})
        future.add_done_callback(lambda future: ended.put((name, future)))

    for name in [name for name, count in left.items() if not count]:
        submit(name)
    while len(results) < len(graph):
        name, future = ended.get()
        results[name] = future.result()
        for dependent in dependents[name]:
            left[dependent] -= 1
            if not left[dependent]:
                submit(dependent)
    return results


async def by_tasks(graph):
    left, dependents = _plan(graph)
    results, over = {}, asyncio.Event()

    def start(name):
        data = {each: results[each] for each in graph[name]}
        task = asyncio.ensure_future(nothing_async(data))
        task.add_done_callback(lambda task: done(name, task.result()))

    def done(name, value):
        results[name] = value
        for dependent in dependents[name]:
            left[dependent] -= 1
            if not left[dependent]:
                start(dependent)
        if len(results) == len(graph):
            over.set()

    for name in [name for name, count in left.items() if not count]:
        start(name)
    await over.wait()
    return results


def _plan(graph):
    dependents = {name: [] for name in graph}
    for name, dependencies in graph.items():
        for each in dependencies:
            dependents[each].append(name)
    return {name: len(each) for name, each in graph.items()}, dependents


def build(process_type, graph):
    kind = NothingAsync if process_type is ProcessType.ASYNC else Nothing
    workflow = Workflow(max_threads=WORKERS, max_processes=WORKERS, progress=False)
    for name, dependencies in graph.items():
        process = kind(ProcessConfig(process_id=name, process_type=process_type))
        process.register_to(workflow, dependencies)
    return workflow


def measured(function, size):
    gc.collect()
    started = time.perf_counter()
    results = function()
    elapsed = time.perf_counter() - started
    assert len(results) == size
    return elapsed / size * 1e6


BASELINES = {
    ProcessType.THREAD: lambda: ThreadPoolExecutor(WORKERS),
    ProcessType.PROCESS: lambda: ProcessPoolExecutor(WORKERS),
    ProcessType.ASYNC: None,
}


@pytest.mark.benchmark
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("process_type", BASELINES, ids=lambda each: each.value)
def test_a_graphs_overhead_per_node(process_type, shape):
    size = 1000 if shape == "bag" else 400
    graph = SHAPES[shape](size)
    executor = BASELINES[process_type] and BASELINES[process_type]()
    ours, theirs = [], []
    loop = asyncio.new_event_loop()
    with build(process_type, graph) as workflow:
        for _ in range(ROUNDS + 1):
            theirs.append(
                measured(lambda: by_futures(executor, graph), size)
                if executor
                else measured(lambda: loop.run_until_complete(by_tasks(graph)), size)
            )
            ours.append(measured(lambda: loop.run_until_complete(workflow.execute()), size))
    loop.close()
    if executor:
        executor.shutdown()
    ratio = statistics.median(a / b for a, b in zip(ours[1:], theirs[1:], strict=True))
    print(  # noqa: T201 -- the figures are what it is for
        f"\n{process_type.value:8} {shape:7} {size} nodes: flowy.process "
        f"{statistics.median(ours[1:]):6.1f} µs a node, alone {statistics.median(theirs[1:]):6.1f} "
        f"µs, ratio {ratio:.2f}"
    )
