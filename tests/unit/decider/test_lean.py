"""What a replay leaves out must not be missed: garbage, callbacks, and whom an echo is of."""

import asyncio
import gc
import json
import logging
import types

import pytest

from flowy.decider.ordered import NumberedTask
from flowy.decider.run import WorkflowRun
from flowy.errors import NondeterminismError
from flowy.protocol.events import activity, child
from flowy.protocol.ids import TaskList, TypeId
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Workflow
from flowy.task.options import block
from flowy.transport.packing import Packing
from tests.noise import noise
from tests.unit.decider.simulator import EXECUTION, Simulator, ids
from tests.unit.transport.test_packing import Kept


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    patient = ActivityProxy("Act", 1, retry=0, cancellation="wait")
    sub = WorkflowProxy("Act", 1, retry=0)


class Chain(Proxies):
    async def run(self, steps):
        value = 0
        for step in range(steps):
            value = await self.act([step])
        return value


class PlainChain(Proxies):
    def run(self, steps):
        value = 0
        for step in range(steps):
            value = self.act([step]).result()
        return value


class Sleeps(Proxies):
    async def run(self, steps):
        for _ in range(steps):
            self.sleep(5).cancel()
            await self.sleep(1)


class Parent(Proxies):
    async def run(self, steps):
        for step in range(steps):
            await self.sub(step)


class Cancelled(Proxies):
    async def run(self, steps):
        for _ in range(steps):
            self.act([1]).cancel()
            await self.sleep(1)


def chained(cls, steps):
    s = Simulator(cls, steps)
    run = s.new_run()
    s.decide(run)
    while not s.closed:
        for id in tuple(s.timers):
            s.fire(id)
        for id in tuple(s.activities):
            s.complete(id, [1])
        for id in tuple(s.children):
            s.start_child_run(id)
            s.close_child(id, child.ChildWorkflowExecutionCompleted, result="1")
        s.decide(run)
    return s


@pytest.mark.parametrize("cls", [Chain, PlainChain, Parent, Sleeps, Cancelled])
def test_calls_that_have_ended_leave_nothing_for_the_collector(cls):
    few, many = chained(cls, 3), chained(cls, 60)

    def garbage(s):
        run = s.new_run()
        gc.collect()
        before = len(gc.get_objects())
        run.feed(s.events)
        return len(gc.get_objects()) - before

    gc.disable()
    try:
        # A list comes with each result, and the last one is still there.
        assert garbage(many) <= garbage(few) + 10
    finally:
        gc.enable()


# Callbacks of the loop


class Soon(Proxies):
    async def run(self):
        loop = asyncio.get_running_loop()
        said = []
        first = loop.call_soon(said.append, 1)
        loop.call_soon(said.append, 2)
        first.cancel()
        timer = loop.call_at(loop.time(), said.append, 3)
        loop.call_at(loop.time(), said.append, 4)
        timer.cancel()
        await self.act()
        return [first.cancelled(), timer.cancelled(), *said]


def test_what_was_to_run_soon_can_be_cancelled():
    s = Simulator(Soon)
    s.decide()
    s.complete("0")
    assert ids(s.decide()) == ["complete [true,true,2,4]"]


class Odd:
    def __repr__(self):
        raise RuntimeError("not even that")

    def __call__(self, _):
        return 1 / 0


class Breaks(Proxies):
    async def run(self):
        loop = asyncio.get_running_loop()
        loop.call_soon(Odd(), Odd())
        loop.call_later(0, lambda: 1 / 0)
        return await self.act()


def test_a_callback_that_raises_is_logged_and_the_rest_goes_on(caplog):
    s = Simulator(Breaks)
    with caplog.at_level(logging.WARNING):
        assert ids(s.decide()) == ["#0"]
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError] * 2
    assert all("in workflow code" in record.message for record in caplog.records)


# Values that are elsewhere, and code that does not wait as asyncio does


@types.coroutine
def driven(awaitable):
    """Run a coroutine by hand, as libraries with loops of their own do."""
    coroutine = awaitable.__await__()
    try:
        while True:
            future = coroutine.send(None)
            woken = asyncio.get_running_loop().create_future()
            future.add_done_callback(lambda _, woken=woken: woken.set_result(None))
            yield from woken
    except StopIteration as ended:
        return ended.value


class Driven(Proxies):
    async def run(self):
        return len(await driven(self.act()))


def test_a_value_that_is_elsewhere_is_there_for_whoever_waits():
    packing = Packing(blobs=Kept())
    s = Simulator(Driven)
    s.decide(WorkflowRun(s.definition, EXECUTION, packing))
    s.complete("0", raw=packing.pack(json.dumps(noise(60_000)), "it"))
    assert ids(s.decide(WorkflowRun(s.definition, EXECUTION, packing))) == ["complete 60000"]


# Cancelling


class Cancels(Proxies):
    async def run(self):
        result = self.patient()
        await self.act()
        asked = result.cancel()
        again = result.cancel()
        try:
            await result
        except asyncio.CancelledError:
            return [asked, again, result.cancel()]


def test_a_result_that_waits_for_its_end_is_cancelled_once():
    s = Simulator(Cancels)
    assert ids(s.decide()) == ["#0", "#1"]
    s.complete("1")
    assert ids(s.decide()) == ["cancel #0"]
    s.cancel("0")
    assert ids(s.decide()) == ["complete [true,true,false]"]


# Echoes


class AsksForAChild(Proxies):
    async def run(self):
        with block({"workflow_id": "0"}):
            return await self.sub(1)


def test_an_activity_is_no_echo_of_a_child_that_looks_the_same():
    s = Simulator(AsksForAChild)
    started = s.start_decision()
    s.record((), started)
    s.add(
        activity.ActivityTaskScheduled,
        activity_type=TypeId(name="Act", version="1"),
        activity_id="0",
        task_list=TaskList(name="l"),
        input="[[1],{}]",
        decision_task_completed_event_id=s.events[-1].event_id,
    )
    with pytest.raises(NondeterminismError, match=r"history has ScheduleActivityTask\(") as caught:
        s.decide()
    assert "StartChildWorkflowExecution(workflow_id=0" in str(caught.value)


def test_a_run_costs_the_same_however_many_are_kept(monkeypatch):
    looked = []

    def looks(name, call):
        def look(*given):
            looked.append(name)
            return call(*given)

        monkeypatch.setattr(NumberedTask, name, look)

    s = Simulator(Chain, 1)
    s.start_decision()
    looks("get_loop", NumberedTask.get_loop)
    looks("__eq__", object.__eq__)
    kept = [s.new_run() for _ in range(50)]
    for run in kept:
        run.feed(s.events)
    for run in kept:
        run.close()
    # Who shares a place in the set of all tasks would be compared, and whom close looks through.
    assert looked.count("__eq__") < 50
    assert looked.count("get_loop") < 100


class BranchesOut(Proxies):
    async def run(self, count):
        tasks = [asyncio.create_task(asyncio.sleep(0)) for _ in range(count)]
        await asyncio.gather(*tasks)
        left = asyncio.create_task(self.clean_up())
        tasks = [asyncio.create_task(asyncio.sleep(0)) for _ in range(count)]
        await asyncio.gather(*tasks)
        assert asyncio.all_tasks() == {asyncio.current_task(), left}
        await self.act()

    async def clean_up(self):
        try:
            await asyncio.Event().wait()
        finally:
            CLEANED.append(asyncio.create_task(asyncio.sleep(0)))


CLEANED = []


def test_a_task_that_is_left_is_closed_after_many_that_have_ended():
    CLEANED.clear()
    s = Simulator(BranchesOut, 200)
    s.start_decision()
    run = s.new_run()
    assert [each.attributes.activity_id for each in run.feed(s.events).decisions] == ["0"]
    run.close()
    assert len(CLEANED) == 1
