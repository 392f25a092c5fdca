"""Workflow code that does what its author did not think through."""

import asyncio
import functools
import gc
import logging
import sys
import threading

import pytest

from flowy.errors import DefinitionError
from flowy.protocol.events import workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Workflow
from flowy.task.guarding import unguarded
from tests.noise import noise
from tests.unit.decider.simulator import Simulator, ids


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    late = ActivityProxy("Late", 1, retry=0, delay=60)
    sub = WorkflowProxy("Sub", 1, retry=0)


def test_an_async_run_may_be_decorated_with_a_plain_function():
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function(*args)

        return wrapper

    class Decorated(Proxies):
        @decorate
        async def run(self):
            return await self.act()

    s = Simulator(Decorated)
    assert ids(s.decide()) == ["#0"]
    s.complete("0", 5)
    assert ids(s.decide()) == ["complete 5"]


def test_leaving_the_interpreter_in_a_task_fails_the_workflow_only():
    class Exits(Proxies):
        async def leave(self):
            sys.exit(3)

        async def run(self):
            await asyncio.gather(self.act(), self.leave())

    (found,) = ids(Simulator(Exits).decide())
    assert found.startswith("fail the workflow's code exits the interpreter")


def test_leaving_the_interpreter_in_a_task_that_nobody_awaits_changes_nothing():
    class Exits(Proxies):
        async def leave(self):
            sys.exit(3)

        async def run(self):
            task = asyncio.create_task(self.leave())
            await self.act()
            return task.done()

    s = Simulator(Exits)
    assert ids(s.decide()) == ["#0"]
    s.complete("0")
    assert ids(s.decide()) == ["complete true"]


# A cancel request that comes when the code has returned


class ReturnsResults(Proxies):
    def run(self):
        return [self.act(), self.sub(), self.act(self.act()), self.late()]


class Forgets(Proxies):
    def run(self):
        for task in (self.act, self.sub, lambda: self.act(self.act()), self.late):
            task()


@pytest.mark.parametrize("cls", [ReturnsResults, Forgets])
def test_a_cancel_request_cancels_what_the_end_waits_for(cls):
    s = Simulator(cls)
    run = s.new_run()
    assert ids(s.decide(run)) == ["#0", "child 1", "#2", "timer 4 60s"]
    s.add(workflow.WorkflowExecutionCancelRequested)
    answer = s.decide(run)
    assert ids(answer) == ["cancel #0", "cancel child 1", "cancel #2", "cancel timer 4", "cancel"]
    assert s.closed
    assert s.new_run().feed(s.events).decisions == ()


def test_a_cancel_request_that_comes_when_all_is_done_is_too_late():
    class Ends(Proxies):
        def run(self):
            return 1

    s = Simulator(Ends)
    run = s.new_run()
    s.decide(run, lambda: s.add(workflow.WorkflowExecutionCancelRequested))
    assert ids(s.decide(run)) == ["complete 1"]


def test_a_forgotten_task_may_clean_up_when_the_end_is_cancelled():
    class Cleans(Proxies):
        async def work(self):
            try:
                await self.act("work")
            finally:
                await self.act("clean up")

        async def run(self):
            self.task = asyncio.create_task(self.work())
            await asyncio.sleep(0)

    s = Simulator(Cleans)
    run = s.new_run()
    assert ids(s.decide(run)) == ["#0"]
    s.add(workflow.WorkflowExecutionCancelRequested)
    assert ids(s.decide(run)) == ["cancel #0", "#1"]
    s.complete("1")
    assert ids(s.decide(run)) == ["cancel"]


# What SWF would refuse for ever


@pytest.mark.parametrize("seconds", [31_536_001, 1e9, float("inf")])
def test_a_sleep_beyond_swfs_longest_timer_fails_and_says_so(seconds):
    class Sleeps(Workflow):
        async def run(self):
            await asyncio.sleep(float(seconds))

    (found,) = ids(Simulator(Sleeps).decide())
    assert found.startswith("fail asyncio.sleep: SWF's longest timer has 31,536,000 seconds")


@pytest.mark.parametrize(
    "options", [{"start_to_close": 10**9}, {"delay": 10**9}, {"task_list": "a:b"}]
)
def test_options_that_swf_does_not_take_fail_where_they_stand(options):
    with pytest.raises(DefinitionError):
        ActivityProxy("Act", 1, **options)


@pytest.mark.parametrize("text", [5, b"5", noise(60_000), "\ud800"])
def test_hooks_that_make_what_cannot_be_sent_fail_the_workflow(text):
    class Act(ActivityProxy):
        def _serialize_arguments(self, *args):
            return text

    class Hooks(Workflow):
        act = Act("Act", 1)

        def _serialize_restart_arguments(self, *args):
            return text

        def _serialize_result(self, result):
            return text

        def run(self, what):
            if what == "call":
                self.act()
            if what == "restart":
                self.restart()

    for what, named in [("call", "Act 1"), ("restart", "restart of Hooks"), ("end", "the result")]:
        (found,) = ids(Simulator(Hooks, what).decide())
        assert found.startswith("fail ")
        assert named in found


def test_a_call_from_a_thread_is_refused_with_what_to_do():
    class Threads(Proxies):
        def run(self):
            caught = []

            def work():
                try:
                    self.act()
                except RuntimeError as error:
                    caught.append(str(error))

            with unguarded():  # the guards are up where another test had a poller
                thread = threading.Thread(target=work)
                thread.start()
                thread.join()
            return caught

    (found,) = ids(Simulator(Threads).decide())
    assert "Act 1 is called from a thread" in found


def test_an_async_generator_that_is_left_in_the_middle_cleans_up_to_the_end():
    class Leaves(Proxies):
        async def numbers(self):
            try:
                for number in range(3):
                    yield await self.act(number)
            finally:
                await self.act("clean")
                await self.act("up")

        async def run(self):
            async for number in self.numbers():
                return number
            return None

    s = Simulator(Leaves)
    run = s.new_run()
    found = [ids(s.decide(run))]
    for id in "012":
        s.complete(id, 7)
        found.append(ids(s.decide(run)))
    assert found == [["#0"], ["#1"], ["#2"], ["complete 7"]]


# Dropping


def test_a_dropped_run_inside_an_options_block_is_dropped_quietly(caplog):
    class Waits(Proxies):
        async def run(self):
            with self.options(retry=1):
                await self.act()

    s = Simulator(Waits)
    run = s.new_run()
    s.decide(run)
    with caplog.at_level(logging.DEBUG):
        run.close()
    assert not caplog.records


def test_a_dropped_run_that_leaves_the_interpreter_is_dropped():
    class Leaves(Proxies):
        async def run(self):
            try:
                await self.act()
            finally:
                sys.exit(3)

    s = Simulator(Leaves)
    run = s.new_run()
    s.decide(run)
    run.close()


def test_a_dropped_run_inside_a_task_group_is_dropped_quietly(caplog):
    class Groups(Proxies):
        async def wait(self):
            await self.act()

        async def run(self):
            async with asyncio.TaskGroup() as group:
                group.create_task(self.wait())
                await self.act()

    gc.collect()  # the runs of other tests speak when they are collected
    caplog.clear()
    s = Simulator(Groups)
    run = s.new_run()
    s.decide(run)
    run.close()
    assert not caplog.records


# A close that is refused because something happened meanwhile


CARRIED = '{"flowy.carried":{"input":"[[],{}]","signals":[["hello",null]]}}'


@pytest.mark.parametrize("end", ["fail", "restart", "complete"])
def test_what_was_drawn_in_a_refused_close_is_the_same_in_every_replay(end):
    drawn = []

    class Draws(Proxies):
        def run(self):
            version = self.version("change", 1, 2)
            drawn.append(self.side_effect(lambda: len(drawn)))
            if end == "restart":
                self.restart()
            if end == "fail":
                raise ValueError("no")
            return [version, drawn[-1]]

    s = Simulator(Draws)
    refused = s.decide(None, lambda: s.add(workflow.WorkflowExecutionSignaled, signal_name="hello"))
    assert refused.closes
    assert not s.closed
    again = s.decide()
    assert type(again.decisions[-1]) is type(refused.decisions[-1])
    assert ids(again)[-1].replace(CARRIED, "[[],{}]") == ids(refused)[-1]
    assert set(drawn) == {0}


@pytest.mark.parametrize("ends", ["complete", "fail", "time_out"])
def test_a_result_that_the_code_sets_itself_does_not_keep_the_workflow_open(ends):
    class Sets(Proxies):
        def run(self):
            result = self.act()
            result.set_result(5)
            return result.result()

    s = Simulator(Sets)
    run = s.new_run()
    assert ids(s.decide(run)) == ["#0"]
    getattr(s, ends)("0")
    assert ids(s.decide(run)) == ["complete 5"]
    assert s.new_run().feed(s.events).decisions == ()
