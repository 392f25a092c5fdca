"""Executors that others wrote, Dask's distributed cluster among them."""

import asyncio
import concurrent.futures
import multiprocessing
import os

import pytest

from flowy.errors import WorkerLost
from flowy.execution.call import Call
from flowy.execution.execution import Limits
from flowy.execution.outcome import Status
from flowy.execution.retry import RetryPolicy
from flowy.execution.runner import Runner
from flowy.execution.strategies.executor import ExecutorStrategy
from flowy.process import ProcessId, ProcessType, Workflow, WorkflowPoolManager
from tests.contract import strategy_calls as calls
from tests.integration.process import processes

SOON = 60.0


@pytest.fixture
def runner():
    with Runner() as runner:
        yield runner


def test_an_executor_that_broke_is_made_anew(runner):
    made = []

    def make():
        context = multiprocessing.get_context("forkserver")
        made.append(concurrent.futures.ProcessPoolExecutor(1, mp_context=context))
        return made[-1]

    strategy = ExecutorStrategy(make)
    outcome = runner.start(Call(function=calls.die, arguments=(1,)), strategy).outcome(SOON)
    assert isinstance(outcome.error, WorkerLost)
    limits = Limits(retry=RetryPolicy(attempts=3, delay=0.01, retry_on=(WorkerLost,)))
    call = Call(function=calls.answer, arguments=(3,))
    assert runner.start(call, strategy, limits).outcome(SOON).value == 6
    assert len(made) == 2
    strategy.close()
    for executor in made:
        executor.shutdown()


def test_a_borrowed_executor_stays_open(runner):
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        strategy = ExecutorStrategy.over(executor)
        assert runner.run(Call(function=calls.answer, arguments=(3,)), strategy).value == 6
        strategy.close()
        assert executor.submit(calls.answer, 1).result(SOON) == 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_calls_run_on_a_dask_cluster_of_two_workers(runner, tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = set(client.run(os.getpid).values())
        strategy = ExecutorStrategy.over(client.get_executor(pure=False))
        running = [
            runner.start(Call(function=worker_and_square, arguments=(number,)), strategy)
            for number in range(40)
        ]
        values = [each.outcome(SOON).unwrap() for each in running]
        failed = runner.start(Call(function=calls.fail, arguments=("bad",)), strategy)
        limits = Limits(retry=RetryPolicy(attempts=3, delay=0.01))
        retried = runner.start(
            Call(function=calls.fail_until, arguments=(str(tmp_path / "count"), 2)),
            strategy,
            limits,
        )
        assert failed.outcome(SOON).status is Status.FAILED
        assert str(failed.outcome().error) == "bad"
        assert retried.outcome(SOON).attempts == 3
        graph = graph_on(client.get_executor(pure=False))
    assert [square for _, square in values] == [number**2 for number in range(40)]
    assert {process_id for process_id, _ in values} == workers
    assert len(workers) == 2
    assert os.getpid() not in workers
    assert graph["total"].data == sum(range(6))


def worker_and_square(number):
    calls.NEVER.wait(0.02)
    return os.getpid(), number**2


def graph_on(executor):
    parts = [ProcessId("part", number) for number in range(6)]
    with Workflow(process_id="on-dask", pool_manager=WorkflowPoolManager()) as workflow:
        for number, part in enumerate(parts):
            processes.Value(processes.config(part, "process"), number).register_to(workflow)
        total = processes.Sum(processes.config("total", "process"), parts)
        total.register_to(workflow, parts)
        pools = workflow.pool_manager.get_or_create_pools("on-dask")
        pools[ProcessType.PROCESS] = executor
        results = asyncio.run(workflow.execute())
        del pools[ProcessType.PROCESS]
    return results
