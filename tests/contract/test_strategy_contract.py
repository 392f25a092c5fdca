"""One suite over every strategy: what ``flowy.execution.strategy`` promises."""

import concurrent.futures
import threading

import pytest

from flowy.clock import SystemClock
from flowy.errors import ExecutionCanceled, ExecutionTimedout, ScriptFailed
from flowy.execution.execution import Limits
from flowy.execution.outcome import Outcome, Status, Stop
from flowy.execution.retry import RetryPolicy
from flowy.execution.runner import Runner
from flowy.execution.script import ScriptOutput
from flowy.execution.strategies.coroutine import CoroutineStrategy
from flowy.execution.strategies.executor import ExecutorStrategy
from flowy.execution.strategies.inline import InlineStrategy
from flowy.execution.strategies.process import ProcessStrategy
from flowy.execution.strategies.script import ScriptStrategy
from flowy.execution.strategies.thread import ThreadStrategy
from tests.contract.strategy_calls import NEVER, Coroutines, Functions, Scripts

STRATEGIES = {
    "inline": (InlineStrategy, Functions),
    "inline, coroutine": (InlineStrategy, Coroutines),
    "asyncio": (CoroutineStrategy, Coroutines),
    "asyncio, plain function": (CoroutineStrategy, Functions),
    "thread": (ThreadStrategy, Functions),
    "thread, coroutine": (ThreadStrategy, Coroutines),
    "process": (ProcessStrategy, Functions),
    "process, coroutine": (ProcessStrategy, Coroutines),
    "script": (ScriptStrategy, Scripts),
    "executor": (lambda: ExecutorStrategy(concurrent.futures.ThreadPoolExecutor), Functions),
}
STOPS = {
    "asyncio": Stop.INTERRUPTED,
    "asyncio, plain function": Stop.ABANDONED,
    "thread": Stop.ABANDONED,
    "thread, coroutine": Stop.ABANDONED,
    "process": Stop.KILLED,
    "process, coroutine": Stop.KILLED,
    "script": Stop.KILLED,
    "executor": Stop.ABANDONED,
}
SOON = 20.0


@pytest.fixture(autouse=True)
def let_go():
    NEVER.clear()
    yield
    NEVER.set()


@pytest.fixture(params=STRATEGIES)
def name(request):
    return request.param


@pytest.fixture
def strategy(name):
    strategy = STRATEGIES[name][0]()
    yield strategy
    NEVER.set()
    strategy.close()


@pytest.fixture
def calls(name, tmp_path):
    return STRATEGIES[name][1](tmp_path)


@pytest.fixture
def runner():
    with Runner() as runner:
        yield runner


def content(value):
    return value.output if isinstance(value, ScriptOutput) else value


def test_a_value_comes_back_with_its_times(strategy, calls, runner):
    call, expected = calls.answer()
    before = runner.clock.now()
    outcome = runner.run(call, strategy)
    assert (outcome.status, content(outcome.value)) == (Status.SUCCEEDED, expected)
    assert (outcome.error, outcome.attempts, outcome.stop) == (None, 1, None)
    assert before <= outcome.started <= outcome.ended <= runner.clock.now()
    assert content(outcome.unwrap()) == expected


def test_an_exception_is_an_outcome_and_unwrap_raises_it(strategy, calls, runner):
    call, text = calls.fail()
    outcome = runner.run(call, strategy)
    assert outcome.status is Status.FAILED
    assert outcome.value is None
    with pytest.raises((ValueError, ScriptFailed), match=text):
        outcome.unwrap()


def test_many_calls_at_once_each_get_their_own_answer(strategy, calls, runner):
    call, expected = calls.answer()
    running = [runner.start(call, strategy) for _ in range(20)]
    assert [content(each.outcome(SOON).value) for each in running] == [expected] * 20


def test_a_failed_call_is_tried_again_until_it_succeeds(strategy, calls, runner, tmp_path):
    limits = Limits(retry=RetryPolicy(attempts=3, delay=0.001))
    outcome = runner.run(calls.fail_until(tmp_path / "count", 2), strategy, limits)
    assert outcome.succeeded
    assert outcome.attempts == 3


def test_a_call_that_fails_too_often_fails_with_its_last_error(strategy, calls, runner, tmp_path):
    limits = Limits(retry=RetryPolicy(attempts=2, delay=0.001))
    outcome = runner.run(calls.fail_until(tmp_path / "count", 5), strategy, limits)
    assert outcome.status is Status.FAILED
    assert outcome.attempts == 2
    assert "attempt 2" in str(outcome.error)


def test_an_outcome_is_frozen(strategy, calls, runner):
    outcome = runner.run(calls.answer()[0], strategy)
    assert isinstance(outcome, Outcome)
    with pytest.raises(AttributeError):
        outcome.value = 1


def test_a_strategy_closes_twice_and_unused(name):
    strategy = STRATEGIES[name][0]()
    strategy.close()
    strategy.close()


@pytest.mark.parametrize("name", STOPS)
class TestStops:
    def test_a_call_that_takes_too_long_times_out(self, name, strategy, calls, runner, tmp_path):
        call = calls.hang(tmp_path / "marker")
        outcome = runner.start(call, strategy, Limits(timeout=0.2)).outcome(SOON)
        assert outcome.status is Status.TIMED_OUT
        assert isinstance(outcome.error, ExecutionTimedout)
        assert isinstance(outcome.error, TimeoutError)
        assert outcome.stop is STOPS[name]
        assert "timeout of 0.2 s" in str(outcome.error)
        assert STOPS[name].value in str(outcome.error)

    def test_a_timed_out_call_is_tried_again(self, strategy, calls, runner, tmp_path):
        limits = Limits(timeout=0.2, retry=RetryPolicy(attempts=2, delay=0.001))
        outcome = runner.start(calls.hang(tmp_path / "marker"), strategy, limits).outcome(SOON)
        assert outcome.status is Status.TIMED_OUT
        assert outcome.attempts == 2

    def test_a_running_call_can_be_cancelled(self, name, strategy, calls, runner, tmp_path):
        marker = tmp_path / "marker"
        limits = Limits(retry=RetryPolicy(attempts=5, delay=0.0))
        execution = runner.start(calls.hang(marker), strategy, limits)
        wait_for(lambda: marker.exists() and marker.read_text())
        execution.cancel()
        execution.cancel()
        outcome = execution.outcome(SOON)
        assert outcome.status is Status.CANCELED
        assert isinstance(outcome.error, ExecutionCanceled)
        assert outcome.attempts == 1
        assert outcome.stop is STOPS[name]

    def test_the_strategy_goes_on_after_a_stop(self, strategy, calls, runner, tmp_path):
        runner.start(calls.hang(tmp_path / "m"), strategy, Limits(timeout=0.1)).outcome(SOON)
        call, expected = calls.answer()
        assert content(runner.start(call, strategy).outcome(SOON).value) == expected

    def test_cancel_after_the_end_changes_nothing(self, strategy, calls, runner):
        execution = runner.start(calls.answer()[0], strategy)
        execution.outcome(SOON)
        execution.cancel()
        assert execution.outcome().succeeded


def wait_for(condition):
    """Wait until a condition that another thread or process brings about holds."""
    moment = SystemClock()
    deadline = moment.now() + SOON
    pause = threading.Condition()
    with pause:
        while not condition():
            assert moment.now() < deadline, "it did not come about"
            moment.wait(pause, moment.now() + 0.005)
