"""Limits in virtual time: the clock is moved by hand, or jumps to each alarm."""

import asyncio
import threading

import pytest

from flowy.clock import ManualClock
from flowy.errors import ExecutionCanceled
from flowy.execution.alarms import Alarms
from flowy.execution.call import Call
from flowy.execution.cancellation import stop_requested
from flowy.execution.execution import Limits
from flowy.execution.outcome import Status, Stop
from flowy.execution.retry import RetryPolicy
from flowy.execution.runner import Runner, settled
from flowy.execution.strategies.coroutine import CoroutineStrategy
from flowy.execution.strategies.inline import InlineStrategy
from flowy.execution.strategies.thread import ThreadStrategy
from flowy.execution.thread_pool import ThreadPool

SOON = 20.0


class JumpingClock(ManualClock):
    """A clock that is at the next alarm as soon as somebody waits for it."""

    def wait(self, condition, until):
        if until is None:
            super().wait(condition, None)
        elif until > self.now():
            self._now = until


class Heard:
    def __init__(self):
        self.events = []

    def attempt_failed(self, number, error, pause):
        self.events.append(("failed", number, str(error), pause))

    def attempt_started(self, number):
        self.events.append(("started", number))


@pytest.fixture
def threads():
    strategy = ThreadStrategy()
    yield strategy
    strategy.close()


def failing(times):
    count = iter(range(1, 100))

    def function():
        number = next(count)
        if number <= times:
            raise ConnectionError(f"attempt {number}")
        return number

    return Call(function=function, name="failing")


def test_attempts_follow_each_other_after_the_policys_pauses():
    clock, heard = JumpingClock(start=0.0), Heard()
    limits = Limits(retry=RetryPolicy(attempts=4, delay=10.0, backoff=2.0, jitter=0.5))
    with Runner(clock=clock, chance=lambda: 0.2) as runner:
        execution = runner.start(failing(3), InlineStrategy(), limits, heard)
        outcome = execution.outcome(SOON)
    assert (outcome.value, outcome.attempts) == (4, 4)
    assert (outcome.started, outcome.ended) == (0.0, pytest.approx(63.0))
    assert heard.events == [
        ("failed", 1, "attempt 1", 9.0),
        ("started", 2),
        ("failed", 2, "attempt 2", 18.0),
        ("started", 3),
        ("failed", 3, "attempt 3", 36.0),
        ("started", 4),
    ]


def test_the_maximum_elapsed_ends_the_attempts():
    clock = JumpingClock(start=0.0)
    limits = Limits(
        retry=RetryPolicy(attempts=99, delay=10.0, backoff=1.0, maximum_elapsed=35.0, jitter=0)
    )
    with Runner(clock=clock) as runner:
        outcome = runner.start(failing(99), InlineStrategy(), limits).outcome(SOON)
    assert (outcome.status, outcome.attempts, outcome.elapsed) == (Status.FAILED, 4, 30.0)


def test_a_call_times_out_when_the_clock_says_so_and_not_before(threads):
    clock, entered, leave = ManualClock(start=0.0), threading.Event(), threading.Event()

    def function():
        entered.set()
        leave.wait(SOON)
        return stop_requested()

    with Runner(clock=clock) as runner:
        execution = runner.start(Call(function=function), threads, Limits(timeout=60.0))
        assert entered.wait(SOON)
        clock.advance(59.0)
        assert not execution.done
        clock.advance(1.0)
        outcome = execution.outcome(SOON)
        leave.set()
    assert (outcome.status, outcome.stop) == (Status.TIMED_OUT, Stop.ABANDONED)
    assert outcome.elapsed == 60.0


def test_the_time_in_a_queue_does_not_count():
    clock, leave, entered = ManualClock(start=0.0), threading.Event(), threading.Event()
    strategy = ThreadStrategy(ThreadPool(1))

    def first():
        entered.set()
        leave.wait(SOON)

    with Runner(clock=clock) as runner:
        one = runner.start(Call(function=first), strategy)
        two = runner.start(Call(function=lambda: "done"), strategy, Limits(timeout=5.0))
        assert entered.wait(SOON)
        clock.advance(100.0)
        leave.set()
        assert (one.outcome(SOON).elapsed, two.outcome(SOON).value) == (100.0, "done")
    strategy.close()


def test_a_call_in_a_queue_is_taken_back():
    entered, leave, ran = threading.Event(), threading.Event(), []
    strategy = ThreadStrategy(ThreadPool(1))

    def first():
        entered.set()
        leave.wait(SOON)

    with Runner() as runner:
        one = runner.start(Call(function=first), strategy)
        two = runner.start(Call(function=lambda: ran.append(2)), strategy)
        assert entered.wait(SOON)
        two.cancel()
        outcome = two.outcome(SOON)
        leave.set()
        assert one.outcome(SOON).succeeded
        assert runner.run(Call(function=lambda: 3), strategy).value == 3
    strategy.close()
    assert (outcome.status, outcome.stop, ran) == (Status.CANCELED, Stop.NOT_STARTED, [])


def test_a_pause_between_attempts_can_be_cancelled():
    clock, heard = ManualClock(start=0.0), Heard()
    limits = Limits(retry=RetryPolicy(attempts=5, delay=3600.0))
    with Runner(clock=clock) as runner:
        execution = runner.start(failing(99), InlineStrategy(), limits, heard)
        assert not execution.done
        execution.cancel()
        outcome = execution.outcome(0.0)
        clock.advance(7200.0)
    assert (outcome.status, outcome.attempts) == (Status.CANCELED, 1)
    assert isinstance(outcome.error, ExecutionCanceled)
    assert "between two attempts" in str(outcome.error)


def test_the_pause_ends_when_no_more_is_to_be_tried():
    clock = ManualClock(start=0.0)
    limits = Limits(retry=RetryPolicy(attempts=5, delay=3600.0))
    with Runner(clock=clock) as runner:
        execution = runner.start(failing(99), InlineStrategy(), limits)
        execution.try_no_more()
        outcome = execution.outcome(0.0)
        clock.advance(7200.0)
    assert (outcome.status, outcome.attempts) == (Status.CANCELED, 1)


def test_the_attempt_that_runs_when_no_more_is_to_be_tried_is_the_last():
    limits = Limits(retry=RetryPolicy(attempts=5, delay=0.0))
    executions = []

    def function():
        executions[0].try_no_more()
        raise ValueError("not yet")

    with Runner(clock=ManualClock(start=0.0)) as runner:
        executions.append(runner.ready(Call(function=function), InlineStrategy(), limits))
        executions[0].start()
        outcome = executions[0].outcome(0.0)
    assert (outcome.status, outcome.attempts) == (Status.FAILED, 1)


def test_a_cancel_while_an_attempt_fails_leaves_it_failed_and_starts_no_other():
    class Cancels(Heard):
        def attempt_failed(self, number, error, pause):
            super().attempt_failed(number, error, pause)
            executions[0].cancel()

    executions, heard, go = [], Cancels(), threading.Event()
    attempts = failing(99)

    def function():
        go.wait(SOON)
        return attempts.invoke()

    strategy = ThreadStrategy(ThreadPool(1))
    limits = Limits(retry=RetryPolicy(attempts=5, delay=3600.0))
    with Runner(clock=ManualClock(start=0.0)) as runner:
        executions.append(runner.start(Call(function=function), strategy, limits, heard))
        go.set()
        outcome = executions[0].outcome(SOON)
    strategy.close()
    assert (outcome.status, outcome.attempts) == (Status.FAILED, 1)
    assert len(heard.events) == 1


def test_a_callback_that_fails_does_not_keep_the_end_from_the_others():
    heard = []
    leave = threading.Event()
    strategy = ThreadStrategy(ThreadPool(1))
    with Runner() as runner:
        execution = runner.start(Call(function=lambda: leave.wait(SOON)), strategy)
        execution.add_done_callback(lambda outcome: 1 / 0)
        execution.add_done_callback(heard.append)
        leave.set()
        outcome = execution.outcome(SOON)
    strategy.close()
    assert heard == [outcome]


def test_an_inline_call_that_took_too_long_has_timed_out_when_it_is_over():
    clock = ManualClock(start=0.0)
    seen = threading.Event()
    with Runner(clock=clock) as runner:

        def function():
            clock.advance(10.0)
            while not stop_requested():
                seen.wait(0.001)
            return "late"

        outcome = runner.run(Call(function=function), InlineStrategy(), Limits(timeout=5.0))
    assert (outcome.status, outcome.stop, outcome.value) == (Status.TIMED_OUT, Stop.LATE, None)


def test_a_coroutine_that_does_not_obey_is_abandoned_after_the_grace():
    clock, entered = ManualClock(start=0.0), threading.Event()
    cancelled = threading.Event()
    over = threading.Event()

    async def stubborn():
        entered.set()
        while not over.is_set():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.set()

    strategy = CoroutineStrategy()
    with Runner(clock=clock) as runner:
        limits = Limits(timeout=5.0, grace=2.0)
        execution = runner.start(Call(function=stubborn, name="stubborn"), strategy, limits)
        assert entered.wait(SOON)
        clock.advance(5.0)
        assert cancelled.wait(SOON)
        while not execution.done:
            clock.advance(2.0)
            cancelled.wait(0.01)
            threading.Event().wait(0.01)
        outcome = execution.outcome()
    over.set()
    strategy.close()
    assert (outcome.status, outcome.stop) == (Status.TIMED_OUT, Stop.ABANDONED)


def test_a_coroutine_cleans_up_before_its_timeout_is_reported():
    clock, entered, cleaned = ManualClock(start=0.0), threading.Event(), []

    async def tidy():
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append(True)

    strategy = CoroutineStrategy()
    with Runner(clock=clock) as runner:
        execution = runner.start(Call(function=tidy), strategy, Limits(timeout=1.0))
        assert entered.wait(SOON)
        clock.advance(1.0)
        outcome = execution.outcome(SOON)
    strategy.close()
    assert (outcome.stop, cleaned) == (Stop.INTERRUPTED, [True])


def test_cancelling_whoever_awaits_an_execution_cancels_it_first(threads):
    entered, leave = threading.Event(), threading.Event()

    def function():
        entered.set()
        leave.wait(SOON)

    async def story():
        with Runner() as runner:
            execution = runner.start(Call(function=function), threads)
            waiting = asyncio.create_task(settled(execution))
            await asyncio.to_thread(entered.wait, SOON)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            return execution.done, execution.outcome()

    done, outcome = asyncio.run(story())
    leave.set()
    assert done
    assert outcome.status is Status.CANCELED


def test_alarms_ring_in_order_and_cleared_ones_do_not():
    clock, rung, last = ManualClock(start=0.0), [], threading.Event()
    alarms = Alarms(clock)
    kept = [alarms.set(float(when), lambda when=when: rung.append(when)) for when in (3, 1, 2)]
    many = [alarms.set(2.5, lambda: rung.append("cleared")) for _ in range(200)]
    for alarm in many:
        alarms.clear(alarm)
    alarms.clear(kept[2])
    alarms.clear(kept[2])
    alarms.set(4.0, lambda: 1 / 0)
    alarms.set(5.0, last.set)
    clock.advance(5.0)
    assert last.wait(SOON)
    alarms.close()
    assert rung == [1, 3]
