"""What asyncio keeps in sets comes out in the same order in every replay."""

import asyncio
import random

import pytest

from flowy.swf.task import ActivityProxy
from flowy.task import TaskError, Workflow
from tests.unit.decider.simulator import Simulator, ids


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)

    async def branch(self, number):
        return await self.act(number)


class GroupFails(Proxies):
    async def run(self):
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(8):
                    group.create_task(self.branch(number))
        except* TaskError:
            await self.act("after")


class FirstOfResults(Proxies):
    async def run(self):
        _, pending = await asyncio.wait(
            [self.act(number) for number in range(8)], return_when=asyncio.FIRST_COMPLETED
        )
        for result in pending:
            result.cancel()


class FirstOfFutures(Proxies):
    async def run(self):
        numbers = {asyncio.shield(self.act(number)): number for number in range(8)}
        _, pending = await asyncio.wait(numbers, return_when=asyncio.FIRST_EXCEPTION)
        for future in pending:
            self.act(numbers[future])


class AllOfTasks(Proxies):
    async def run(self):
        tasks = [asyncio.create_task(self.branch(number)) for number in range(8)]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for number, task in enumerate(done):
            self.act(number, task.cancelled() or task.exception() is None)


class AlreadyCompleted(Proxies):
    async def run(self):
        results = [self.act(number) for number in range(8)]
        with_errors = await asyncio.gather(*results, return_exceptions=True)
        order = []
        for result in asyncio.as_completed(results):
            try:
                order.append(await result)
            except TaskError:
                order.append("failed")
        await self.act(order, len(with_errors))


@pytest.mark.parametrize(
    "cls", [GroupFails, FirstOfResults, FirstOfFutures, AllOfTasks, AlreadyCompleted]
)
def test_every_replay_takes_the_members_of_a_set_in_the_same_order(cls):
    s = Simulator(cls)
    run = s.new_run()
    s.decide(run)
    for id in ("5", "2", "7"):
        s.complete(id, int(id))
    s.fail("3")
    if cls is AlreadyCompleted:
        for id in ("0", "6", "1", "4"):
            s.complete(id, int(id))
    answer = s.decide(run)
    assert answer.decisions
    scattered = []
    for seed in range(20):
        # Replays are made at other addresses.
        scattered.append([object() for _ in range(random.Random(seed).randrange(500))])
        assert s.new_run().feed(s.events[: s.batches[-1]]) == answer


def test_coroutines_that_would_start_in_any_order_are_refused_with_what_to_do():
    class Starts(Proxies):
        async def run(self):
            first = self.branch(1)
            for result in asyncio.as_completed([first]):
                await result

    (found,) = ids(Simulator(Starts).decide())
    assert found.startswith("fail as_completed starts coroutines")
    assert "asyncio.create_task" in found


def test_timers_of_the_same_moment_and_callback_are_two():
    class Waits(Proxies):
        async def run(self):
            loop = asyncio.get_running_loop()
            woken = asyncio.Event()
            first = loop.call_later(5, woken.set)
            loop.call_later(5, woken.set)
            first.cancel()
            await woken.wait()

    assert ids(Simulator(Waits).decide()) == ["timer 1 5s"]


class AllThereAre(Proxies):
    async def run(self):
        tasks = []
        for _ in range(6):
            tasks.append(asyncio.create_task(asyncio.Event().wait()))
            for _ in range(7):  # so that they want the same place in a small set
                asyncio.get_running_loop().create_future()
        await asyncio.sleep(0)
        self.act([task.get_name() for task in asyncio.all_tasks()])
        await asyncio.Event().wait()


def test_all_tasks_come_in_the_same_order_whatever_else_is_kept():
    s = Simulator(AllThereAre)
    s.start_decision()
    asked, kept = set(), []
    for number in range(200):
        run = s.new_run()
        (decision,) = run.feed(s.events).decisions
        asked.add(decision.attributes.input)
        kept.append(run)
        if number < 100:
            kept.pop().close()
    for run in kept:
        run.close()
    assert len(asked) == 1
