"""Sagas undo in reverse order, shielded from cancellation, and collect what fails."""

import asyncio
import json

import pytest

import flowy
from flowy.errors import CompensationError
from flowy.protocol.events import workflow
from flowy.swf.task import ActivityProxy
from flowy.task import Workflow
from tests.unit.decider.simulator import Simulator, ids


class Acts(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    parallel = False


class Plain(Acts):
    def run(self, steps):
        with flowy.Saga(parallel=self.parallel) as saga:
            for step in range(steps):
                saga.add_compensation(self.act, f"undo {step}")
                self.act(f"do {step}").result()
        return "done"


class Async(Acts):
    async def run(self, steps):
        async with flowy.Saga(parallel=self.parallel) as saga:
            for step in range(steps):
                saga.add_compensation(self.act, f"undo {step}")
                await self.act(f"do {step}")
        return "done"


BOTH = pytest.mark.parametrize("cls", [Plain, Async])


class Story:
    """Plays a workflow, kept and cold at once, and knows activities by their first argument."""

    def __init__(self, cls, *args):
        self.simulator = Simulator(cls, *args)
        self.run = self.simulator.new_run()

    def decide(self):
        size = len(self.simulator.events) + 2
        answer = self.simulator.decide(self.run)
        cold = self.simulator.new_run()
        assert cold.feed(self.simulator.events[:size]) == answer
        cold.close()
        return [self.named(short) for short in ids(answer)]

    def named(self, short):
        return self.name(short[1:]) if short.startswith("#") else short

    def name(self, id):
        return json.loads(self.simulator.activities[id].attributes.input)[0][0]

    def id(self, name):
        (found,) = (id for id in self.simulator.activities if self.name(id) == name)
        return found

    def complete(self, name):
        self.simulator.complete(self.id(name))
        return self.decide()

    def fail(self, name, reason):
        self.simulator.fail(self.id(name), reason)
        return self.decide()

    def cancel(self):
        self.simulator.add(workflow.WorkflowExecutionCancelRequested)
        return self.decide()


@BOTH
def test_a_saga_that_succeeds_undoes_nothing(cls):
    story = Story(cls, 2)
    assert story.decide() == ["do 0"]
    assert story.complete("do 0") == ["do 1"]
    assert story.complete("do 1") == ['complete "done"']


@BOTH
def test_what_was_done_is_undone_in_reverse_one_after_the_other(cls):
    story = Story(cls, 3)
    story.decide()
    story.complete("do 0")
    story.complete("do 1")
    assert story.fail("do 2", "no") == ["undo 2"]
    assert story.complete("undo 2") == ["undo 1"]
    assert story.complete("undo 1") == ["undo 0"]
    assert story.complete("undo 0") == ["fail no"]


@BOTH
def test_a_compensation_that_fails_does_not_keep_the_others_from_running(cls):
    story = Story(cls, 2)
    story.decide()
    story.complete("do 0")
    assert story.fail("do 1", "no") == ["undo 1"]
    assert story.fail("undo 1", "stuck") == ["undo 0"]
    (end,) = story.fail("undo 0", "lost")
    assert end == "fail 2 compensations failed: ActivityFailed: stuck; ActivityFailed: lost"


@BOTH
def test_a_cancellation_is_undone_too_and_ends_as_one(cls):
    story = Story(cls, 2)
    story.decide()
    story.complete("do 0")
    assert [one[:6] for one in story.cancel()] == ["cancel", "undo 1"]
    assert story.complete("undo 1") == ["undo 0"]
    assert story.complete("undo 0") == ["cancel"]


@BOTH
def test_a_cancel_request_waits_until_everything_is_undone(cls):
    story = Story(cls, 2)
    story.decide()
    story.complete("do 0")
    assert story.fail("do 1", "no") == ["undo 1"]
    assert story.cancel() == []
    assert story.complete("undo 1") == ["undo 0"]
    assert story.complete("undo 0") == ["cancel"]


@BOTH
def test_compensations_may_run_at_once(cls):
    story = Story(type("Parallel", (cls,), {"parallel": True}), 2)
    story.decide()
    story.complete("do 0")
    assert story.fail("do 1", "no") == ["undo 1", "undo 0"]
    assert story.complete("undo 0") == []
    assert story.complete("undo 1") == ["fail no"]


def test_a_saga_in_a_branch_is_undone_when_the_workflow_is_cancelled():
    class Branchy(Acts):
        def part(self, name):
            with flowy.Saga() as saga:
                saga.add_compensation(self.act, f"undo {name}")
                self.act(f"do {name}").result()

        def run(self):
            flowy.map(self.part, "ab").result()

    story = Story(Branchy)
    assert story.decide() == ["do a", "do b"]
    assert [one for one in story.cancel() if "#" not in one] == ["undo a", "undo b"]
    assert story.complete("undo b") == []
    assert story.complete("undo a") == ["cancel"]


def test_a_compensation_that_fails_under_a_cancelled_map_is_not_lost():
    class Branchy(Acts):
        def part(self, name):
            with flowy.Saga() as saga:
                saga.add_compensation(self.act, f"undo {name}")
                self.act(f"do {name}").result()

        def run(self):
            flowy.map(self.part, "a").result()

    story = Story(Branchy)
    story.decide()
    story.cancel()
    (end,) = story.fail("undo a", "stuck")
    assert end.startswith("fail 1 of 1 items failed")
    assert "1 compensations failed: ActivityFailed: stuck" in end


def test_a_saga_goes_on_when_the_workflow_that_left_it_behind_is_asked_to_cancel():
    class Left(Acts):
        def part(self):
            with flowy.Saga() as saga:
                saga.add_compensation(self.act, "undo")
                raise ValueError("at once")

        def run(self):
            flowy.spawn(self.part)

    story = Story(Left)
    assert story.decide() == ["undo"]
    assert story.cancel() == [], "the compensation is not asked to cancel itself"
    assert story.complete("undo") == ["cancel"]


def test_compensations_are_functions_of_either_colour():
    class Mixed(Acts):
        def plain(self, name):
            self.act(name).result()
            self.act(name + " again").result()

        async def coroutine(self, *, name):
            await self.act(name)

        def run(self):
            with flowy.Saga() as saga:
                saga.add_compensation(self.plain, "plain")
                saga.add_compensation(self.coroutine, name="async")
                raise ValueError("no")

    story = Story(Mixed)
    assert story.decide() == ["async"]
    assert story.complete("async") == ["plain"]
    assert story.complete("plain") == ["plain again"]
    assert story.complete("plain again") == ["fail no"]


def test_compensate_undoes_now_and_the_block_goes_on():
    class Early(Acts):
        async def run(self):
            async with flowy.Saga() as saga:
                saga.add_compensation(self.act, "undo")
                try:
                    await self.act("do")
                except flowy.TaskError:
                    await saga.compensate()
                await self.act("other")
                raise ValueError("later")

    story = Story(Early)
    story.decide()
    assert story.fail("do", "no") == ["undo"]
    assert story.complete("undo") == ["other"]
    assert story.complete("other") == ["fail later"]


def test_the_failures_and_the_cause_are_in_the_error():
    seen = []

    class Looking(Acts):
        def run(self):
            try:
                with flowy.Saga() as saga:
                    saga.add_compensation(self.act, "undo")
                    raise ValueError("no")
            except CompensationError as error:
                seen.append((str(error.failures[0]), str(error.__cause__)))

    story = Story(Looking)
    story.decide()
    assert story.fail("undo", "stuck") == ["complete null"]
    assert set(seen) == {("stuck", "no")}


def test_a_timeout_in_a_saga_is_still_a_timeout():
    class Slow(Acts):
        async def run(self):
            try:
                async with asyncio.timeout(5), flowy.Saga() as saga:
                    saga.add_compensation(self.act, "undo")
                    await self.act("do")
            except TimeoutError:
                return "too late"

    story = Story(Slow)
    assert story.decide() == ["timer 0 5s", "do"]
    story.simulator.fire("0")
    assert story.decide() == ["cancel #1", "undo"]
    assert story.complete("undo") == ['complete "too late"']


def test_a_run_that_is_dropped_undoes_nothing():
    story = Story(Plain, 2)
    story.decide()
    story.run.close()
    story.run = story.simulator.new_run()
    assert story.complete("do 0") == ["do 1"]


def test_a_plain_with_in_async_code_says_what_to_use():
    class Wrong(Acts):
        async def run(self):
            with flowy.Saga():
                pass

    assert Story(Wrong).decide() == ["fail in an async def run, a saga is entered with async with"]


def test_a_call_in_the_place_of_its_function_is_named():
    class Wrong(Acts):
        def run(self):
            flowy.Saga().add_compensation(self.act("now"))

    assert "add_compensation takes a function or a proxy" in Story(Wrong).decide()[-1]


# Sagas elsewhere than where the workflow fails


class Signalled(Acts):
    fails_in = "handler"

    @flowy.on_signal("go")
    async def go(self, what):
        if self.fails_in == "handler":
            raise ValueError("in the handler")
        async with flowy.Saga() as saga:
            saga.add_compensation(self.act, "undo")
            await self.act("do")


def test_a_signals_method_that_fails_has_the_saga_of_run_undone_first():
    class Main(Signalled):
        def run(self):
            with flowy.Saga() as saga:
                saga.add_compensation(self.act, "undo")
                self.act("do").result()

    story = Story(Main)
    assert story.decide() == ["do"]
    story.simulator.signal("go")
    assert [one for one in story.decide() if "cancel" not in one] == ["undo"]
    assert story.complete("undo") == ["fail in the handler"]


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_run_that_ends_badly_has_the_saga_of_a_signals_method_undone_first(cancelled):
    class Main(Signalled):
        fails_in = "run"

        async def run(self):
            await self.act("main")

    story = Story(Main)
    assert story.decide() == ["main"]
    story.simulator.signal("go")
    assert story.decide() == ["do"]
    found = story.cancel() if cancelled else story.fail("main", "no")
    assert [one for one in found if "cancel" not in one] == ["undo"]
    assert story.complete("undo") == (["cancel"] if cancelled else ["fail no"])


def test_a_saga_in_a_task_that_nobody_awaits_is_finished():
    class Main(Acts):
        async def part(self):
            async with flowy.Saga() as saga:
                saga.add_compensation(self.act, "undo")
                await self.act("do")

        async def run(self):
            self.task = asyncio.create_task(self.part())
            await asyncio.sleep(0)
            return "done"

    story = Story(Main)
    assert story.decide() == ["do"]
    assert story.complete("do") == ['complete "done"']


def test_continuing_as_new_waits_for_compensations():
    class Main(Acts):
        async def run(self, again=True):
            saga = flowy.Saga()
            saga.add_compensation(self.act, "undo")
            saga.compensate()
            return self.restart(False)

    story = Story(Main)
    assert story.decide() == ["undo"]
    assert story.complete("undo") == ["restart [[false],{}]"]
