"""Coroutines that run inline: what they leave behind ends with them; other loops are let be."""

import asyncio
import contextvars

import pytest

from flowy.execution.call import Call
from flowy.execution.strategies.kept_loop import KeptLoopStrategy


class Heard:
    interrupted = False

    def __init__(self):
        self.value = self.running = None

    def began(self):
        pass

    def attach(self, running):
        self.running = running

    def succeeded(self, value):
        self.value = value

    def failed(self, error):
        raise error


@pytest.fixture
def strategy():
    strategy = KeptLoopStrategy()
    yield strategy
    strategy.close()


def call(strategy, function, *arguments):
    heard = Heard()
    context = contextvars.copy_context()
    strategy.start(Call(function=function, arguments=arguments, name="it", context=context), heard)
    return heard.value


async def leave(ended, *, task_factory=None):
    async def forever():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(asyncio.current_task().get_name())

    if task_factory is not None:
        asyncio.get_running_loop().set_task_factory(task_factory)
    asyncio.create_task(forever(), name="left")  # noqa: RUF006 -- nobody waits for it
    await asyncio.sleep(0)
    return "done"


def make(loop, coro, **options):
    return asyncio.Task(coro, loop=loop, **options)


@pytest.mark.parametrize("factory", [None, make])
def test_a_task_that_a_call_leaves_behind_ends_with_it(strategy, factory):
    ended = []

    async def leaves():
        return await leave(ended, task_factory=factory)

    assert call(strategy, leaves) == "done"
    assert call(strategy, leaves) == "done"
    assert len(ended) == 2


def test_the_tasks_of_other_loops_are_not_looked_at(strategy, monkeypatch):
    call(strategy, asyncio.sleep, 0)
    # A decider keeps thousands in the same process.
    monkeypatch.setattr(asyncio, "all_tasks", lambda: pytest.fail("looked"))
    assert call(strategy, leave, []) == "done"
