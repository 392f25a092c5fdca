"""Single processes: how the settings make them run, on each strategy."""

import asyncio
import os
import threading

import pytest

from flowy.process import BaseProcess, ProcessConfig, ProcessError, ProcessState, RetryStrategy
from tests.integration.process import processes as p


@pytest.fixture(autouse=True)
def let_go():
    p.NEVER.clear()
    yield
    p.NEVER.set()


def run(process, input_data=None):
    return asyncio.run(process.run(input_data))


def test_an_overridden_execute_runs_where_the_settings_say():
    here = run(p.Overridden(p.config("a", "async")), {"in": 1})
    assert here.data == {"in": 1, "seen": os.getpid(), "thread": "MainThread"}
    thread = run(p.Overridden(p.config("t", "thread")), {"in": 1})
    assert thread.data["seen"] == os.getpid()
    assert thread.data["thread"].startswith("flowy-")
    process = run(p.Overridden(p.config("p", "process")), {"in": 1})
    assert process.data["seen"] != os.getpid()


@pytest.mark.parametrize("process_type", p.ALL)
def test_an_overridden_execute_need_not_be_a_coroutine(process_type):
    assert run(p.OverriddenPlain(p.config("x", process_type)), 1).data == 2


@pytest.mark.parametrize("process_type", ["async", "thread"])
def test_an_overridden_execute_may_call_the_one_it_overrides(process_type, capsys):
    result = run(p.Extended(p.config("x", process_type)), 4)
    assert (result.success, result.data) == (True, 10)
    assert "Warning: Process x is not attached" in capsys.readouterr().out


@pytest.mark.parametrize("process_type", p.ALL)
def test_process_may_be_a_coroutine_function(process_type):
    assert run(p.DoubleAsync(p.config("x", process_type)), 4).data == 8


def test_a_plain_process_of_type_async_does_not_block_the_loop():
    class Blocks(BaseProcess):
        def process(self, input_data):
            assert threading.current_thread() is not threading.main_thread()
            return passed.wait(20.0)

    passed = threading.Event()

    async def story():
        running = asyncio.create_task(Blocks(ProcessConfig()).run(None))
        await asyncio.sleep(0.01)
        passed.set()
        return await running

    assert asyncio.run(story()).data is True


@pytest.mark.parametrize(
    ("process", "what"),
    [
        (p.HangsAsync(p.config("a", "async", timeout=0.1)), "was interrupted"),
        (p.Hangs(p.config("b", "async", timeout=0.1)), "was abandoned"),
        (p.Hangs(p.config("c", "thread", timeout=0.1)), "was abandoned"),
        (p.Hangs(p.config("d", "process", timeout=0.1)), "was killed"),
    ],
)
def test_a_timeout_holds_for_every_strategy_and_tells_what_became_of_the_work(process, what):
    result = run(process)
    assert (result.success, result.error_type) == (False, "TimeoutError")
    assert f"process '{process.config.process_id}' ran longer than its timeout of 0.1 s" in (
        result.error
    )
    assert what in result.error
    assert 0.1 <= result.execution_time < 10.0
    assert process.metadata.state is ProcessState.FAILED


@pytest.mark.parametrize("process_type", p.ALL)
def test_retries_show_retrying_and_count(process_type, tmp_path):
    strategy = RetryStrategy(max_retries=2, delay_seconds=0.05, backoff_factor=2.0)
    process = p.Flaky(
        p.config("flaky", process_type, retry_strategy=strategy), tmp_path / "count", 2
    )
    seen = []
    record = type(process.metadata).move

    def move(state):
        record(process.metadata, state)
        seen.append((state.name, process.metadata.last_error))

    process.metadata.move = move
    reset = process.metadata.reset
    process.metadata.reset = lambda: (reset(), process.metadata.__dict__.update(move=move))[0]

    result = run(process)
    assert (result.success, result.data) == (True, 3)
    assert process.metadata.retries == process.metadata.retry_count == 2
    assert seen == [
        ("RUNNING", None),
        ("FAILED", "attempt 1"),
        ("RETRYING", "attempt 1"),
        ("RUNNING", "attempt 1"),
        ("FAILED", "attempt 2"),
        ("RETRYING", "attempt 2"),
        ("RUNNING", "attempt 2"),
        ("COMPLETED", "attempt 2"),
    ]
    assert result.execution_time >= 0.05 + 0.1


def test_attempts_that_are_used_up_leave_the_last_error(tmp_path):
    strategy = RetryStrategy(max_retries=1, delay_seconds=0.001)
    process = p.Flaky(p.config("flaky", retry_strategy=strategy), tmp_path / "count", 9)
    result = run(process)
    assert (result.success, result.error_message) == (False, "ConnectionError: attempt 2")
    assert (process.metadata.state, process.metadata.retries) == (ProcessState.FAILED, 1)


def test_only_the_named_exceptions_are_tried_again(tmp_path):
    strategy = RetryStrategy(max_retries=5, delay_seconds=0.001, retry_on=(KeyError,))
    process = p.Flaky(p.config("flaky", retry_strategy=strategy), tmp_path / "count", 9)
    assert run(process).error == "attempt 1"
    assert process.metadata.retries == 0


@pytest.mark.parametrize("process_type", p.ALL)
def test_a_run_can_be_cancelled(process_type):
    process = p.Hangs(p.config("x", process_type))

    async def story():
        running = asyncio.create_task(process.run(None))
        await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(story())
    assert process.metadata.state is ProcessState.FAILED
    assert process.metadata.result.error_type == "CancelledError"


def test_a_run_can_be_cancelled_between_two_attempts(tmp_path):
    strategy = RetryStrategy(max_retries=5, delay_seconds=3600.0)
    process = p.Flaky(p.config("x", retry_strategy=strategy), tmp_path / "count", 9)

    async def story():
        running = asyncio.create_task(process.run(None))
        while process.metadata.state is not ProcessState.RETRYING:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(story())
    assert process.metadata.state is ProcessState.FAILED


def test_a_process_runs_again_after_its_end_but_not_twice_at_a_time():
    process = p.DoubleAsync(p.config("x"))
    assert [run(process, 1).data, run(process, 2).data] == [2, 4]

    async def story():
        return await asyncio.gather(process.run(1), process.run(2), return_exceptions=True)

    first, second = asyncio.run(story())
    assert first.data == 2
    assert isinstance(second, ProcessError)
    assert "process 'x' is RUNNING already" in str(second)
    assert process.metadata.state is ProcessState.COMPLETED


def test_a_process_object_that_cannot_travel_is_a_clear_failure():
    result = run(p.Unpicklable(p.config("stuck", "process")))
    assert result.error_type == "PayloadError"
    assert "process 'stuck' cannot be sent to a process, because its function" in result.error


def test_an_input_that_cannot_travel_is_a_clear_failure():
    result = run(p.Double(p.config("stuck", "process")), threading.Lock())
    assert result.error_type == "PayloadError"
    assert "because argument 1 cannot be pickled" in result.error


def test_a_process_that_dies_is_a_clear_failure_and_the_pool_recovers():
    result = run(p.Dies(p.config("dies", "process")))
    assert result.error_type == "WorkerLost"
    assert "exited with status 7" in result.error
    assert run(p.Double(p.config("next", "process")), 2).data == 4


def test_validation_rules_refuse_an_input_before_it_is_run():
    def positive(value):
        return value > 0

    process = p.Double(p.config("x", "process", validation_rules=[positive]))
    assert run(process, 2).data == 4
    refused = run(process, -2)
    assert refused.error == "the input was refused by validation rule positive"
    assert refused.error_type == "ValueError"
    assert run(process, "two").error_type == "TypeError"
    assert process.metadata.state is ProcessState.FAILED
