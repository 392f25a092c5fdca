"""Results that are elsewhere are fetched when code looks at them, however it looks, and once."""

import asyncio
import json

import pytest
from msgspec import structs

import flowy
from flowy import Activity, ActivityProxy, Workflow, activity
from flowy.decider.run import WorkflowRun
from flowy.errors import PayloadError, PayloadLost, PayloadUnavailable
from flowy.protocol.events import workflow
from flowy.transport.packing import Packing
from tests.noise import noise
from tests.unit.decider.simulator import EXECUTION, Simulator, ids
from tests.unit.decider.test_run import Proxies
from tests.unit.transport.test_packing import Kept, Shift

LARGE = noise(60_000)


class Elsewhere(Kept):
    """Blobs that can be away."""

    away = False

    def get(self, address):
        if self.away:
            raise PayloadUnavailable("the volume is away")
        return super().get(address)

    def put(self, address, blob):
        if self.away:
            raise PayloadUnavailable("the volume is away")
        super().put(address, blob)


@pytest.fixture
def blobs():
    return Elsewhere()


@pytest.fixture
def packing(blobs):
    return Packing(blobs=blobs)


def packed(packing, value=LARGE):
    return packing.pack(json.dumps(value), "it")


def play(cls, packing, *results):
    """Give a workflow the results of its calls one by one, in warm runs and in cold ones."""
    for kept in (True, False):
        s = Simulator(cls)
        run = WorkflowRun(s.definition, EXECUTION, packing)
        answer = s.decide(run)
        for number, result in enumerate(results):
            s.complete(str(number), raw=result)
            if not kept:
                run = WorkflowRun(s.definition, EXECUTION, packing)
            answer = s.decide(run)
        yield ids(answer), answer.decisions


async def by_await(result):
    return await result


async def by_gather(result):
    return (await asyncio.gather(result, asyncio.sleep(0)))[0]


async def by_wait(result):
    done, _ = await asyncio.wait([result])
    return done.pop().result()


async def by_shield(result):
    return await asyncio.shield(result)


async def by_wait_for(result):
    return await asyncio.wait_for(result, 60)


async def by_task_group(result):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(by_await(result))
    return task.result()


@pytest.mark.parametrize(
    "look", [by_await, by_gather, by_wait, by_shield, by_wait_for, by_task_group]
)
def test_however_code_looks_it_sees_the_value(packing, blobs, look):
    class Looks(Proxies):
        async def run(self):
            result = self.act(1)
            return [len(await look(result)), len(await result), result.exception()]

    for answer, _ in play(Looks, packing, packed(packing)):
        assert answer[-1] == "complete [60000,60000,null]"
    assert blobs.fetched == 2, "once for the warm run and once for the cold one"


def test_a_plain_run_looks_by_result(packing):
    class Looks(Proxies):
        def run(self):
            return len(self.act(1).result())

    for answer, _ in play(Looks, packing, packed(packing)):
        assert answer == ["complete 60000"]


def test_what_nobody_looks_at_is_not_fetched(packing, blobs):
    class Passes(Proxies):
        async def run(self):
            result = self.act(1)
            await self.act(2)
            return result.done()

    for answer, _ in play(Passes, packing, packed(packing), "2"):
        assert answer == ["complete true"]
    assert not blobs.fetched


def test_a_result_that_is_passed_on_is_sent_as_it_came(packing):
    class Passes(Proxies):
        def run(self):
            return self.act(self.act(1))

    for _, (asked,) in play(Passes, packing, packed(packing)):
        arguments = json.dumps([[LARGE], {}], separators=(",", ":"))
        assert packing.unpack(asked.attributes.input, "it") == arguments


def test_a_lost_result_ends_the_execution_and_not_before_it_is_looked_at(packing, blobs):
    class Careful(Proxies):
        async def run(self):
            result = self.act(1)
            await self.act(2)
            try:
                return len(await result)
            except PayloadLost:
                return "never mind"

    text = packed(packing)
    blobs.texts.clear()
    for answer, _ in play(Careful, packing, text, "2"):
        assert answer[0].startswith("fail the result of activity Act 1 (#0) cannot be read")


def test_a_result_that_is_away_is_no_decision_and_later_one(packing, blobs):
    class Looks(Proxies):
        async def run(self):
            return len(await asyncio.gather(self.act(1)))

    s = Simulator(Looks)
    s.decide(WorkflowRun(s.definition, EXECUTION, packing))
    s.complete("0", raw=packed(packing))
    started = s.start_decision()
    blobs.away = True
    with pytest.raises(PayloadUnavailable, match="the volume is away"):
        WorkflowRun(s.definition, EXECUTION, packing).feed(s.events)
    blobs.away = False
    answer = WorkflowRun(s.definition, EXECUTION, packing).feed(s.events)
    assert started.event_id == s.events[-1].event_id
    assert ids(answer) == ["complete 1"]


def test_a_call_that_cannot_be_stored_is_no_decision_whatever_the_code_catches(packing, blobs):
    class Careful(Proxies):
        def run(self):
            try:
                self.act(LARGE)
            except PayloadUnavailable:
                return "never mind"

    s = Simulator(Careful)
    s.start_decision()
    blobs.away = True
    with pytest.raises(PayloadUnavailable):
        WorkflowRun(s.definition, EXECUTION, packing).feed(s.events)


def test_a_codec_that_never_gives_the_same_twice_is_replayed(blobs):
    packing = Packing(blobs=blobs, codec=Shift(7))

    class Says(Proxies):
        async def run(self):
            first = await self.act("a", LARGE)
            drawn = self.side_effect(lambda: LARGE)
            second = await self.act(first, drawn)
            return [second, len(drawn)]

    for answer, _ in play(Says, packing, packing.pack('"b"', "it"), packing.pack('"c"', "it")):
        (text,) = answer
        assert packing.unpack(text.removeprefix("complete "), "it") == '["c",60000]'


def test_signals_that_nobody_took_are_carried_as_texts_and_not_as_references(packing):
    class Restarts(Proxies):
        async def run(self):
            await self.act(1)
            self.restart()

    s = Simulator(Restarts)
    s.decide(WorkflowRun(s.definition, EXECUTION, packing))
    s.add(workflow.WorkflowExecutionSignaled, signal_name="drawn", input=packed(packing))
    s.complete("0")
    (asked,) = s.decide(WorkflowRun(s.definition, EXECUTION, packing)).decisions
    inside = packing.unpack(asked.attributes.input, "it")
    assert LARGE in inside
    assert "sha256" not in inside


# Values that do not fit the annotations


@activity("Count", 1, "counts")
class Count(Activity):
    def run(self, number: int) -> int:
        return number


class Counts(Workflow):
    count = ActivityProxy(Count, retry=0)


class Gathers(Counts):
    async def run(self):
        try:
            return await asyncio.gather(self.count(0), self.count(1))
        except PayloadError:
            return "unfit"


class GathersAll(Counts):
    async def run(self):
        found = await asyncio.gather(self.count(0), self.count(1), return_exceptions=True)
        return [type(one).__name__ for one in found]


class Maps(Counts):
    async def run(self):
        found = await flowy.map(self.count, [0, 1], tolerate=1)
        return [len(found.failures), *found]


class TakesTheFirst(Counts):
    async def run(self):
        return await flowy.first(self.count(0), self.count(1), successful=True)


@pytest.mark.parametrize("is_elsewhere", [False, True])
@pytest.mark.parametrize(
    ("cls", "value"),
    [
        (Gathers, "unfit"),
        (GathersAll, ["PayloadMismatch", "int"]),
        (Maps, [1, 3]),
        (TakesTheFirst, 3),
    ],
)
def test_a_value_that_does_not_fit_is_a_failure_wherever_it_is_kept(
    packing, cls, value, is_elsewhere
):
    unfit = packed(packing) if is_elsewhere else json.dumps("one")
    for _, (closing,) in play(cls, packing, unfit, "3"):
        assert json.loads(closing.attributes.result) == value


class TakesOneOfTwo(Counts):
    async def run(self):
        calls = [self.count(0), self.count(1)]
        await asyncio.wait(calls)
        return await flowy.first(calls)


def test_what_nobody_wants_is_not_fetched(packing, blobs):
    s = Simulator(TakesOneOfTwo)
    run = WorkflowRun(s.definition, EXECUTION, packing)
    s.decide(run)
    s.complete("0", raw="3")
    s.complete("1", raw=packed(packing))
    blobs.away = True
    (closing,) = s.decide(run).decisions
    assert closing.attributes.result == "3"


def test_a_text_that_is_lost_says_nothing_of_what_the_code_was_handling(blobs):
    class Handles(Proxies):
        async def run(self):
            result = self.act(1)
            await self.act(2)
            try:
                raise ValueError("Ada-1815")
            except ValueError:
                return len(await result)

    packing = Packing(codec=Shift(), blobs=blobs)
    text = packed(packing)
    blobs.texts.clear()
    for (answer,), (decision,) in play(Handles, packing, text, "2"):
        assert answer.startswith("fail the result of activity Act 1 (#0) cannot be read")
        assert "Ada-1815" not in decision.attributes.details


@pytest.mark.parametrize("end", ["fail", "time_out", "cancel"])
def test_what_nobody_waits_for_need_not_be_readable(end):
    class LetsGo(Proxies):
        async def run(self):
            left = self.act(1)
            await self.act(2)
            left.cancel()
            return await self.act(3)

    packing, details = Packing(codec=Shift()), Packing(codec=Shift(2)).pack('"x"', "it")
    for kept in (True, False):
        s = Simulator(LetsGo)
        run = WorkflowRun(s.definition, EXECUTION, packing)
        s.decide(run)
        s.complete("1")
        s.decide(run)
        getattr(s, end)("0")
        said = structs.replace(s.events[-1].attributes, details=details)
        s.events[-1] = structs.replace(s.events[-1], attributes=said)
        s.complete("2", "there")
        if not kept:
            run = WorkflowRun(s.definition, EXECUTION, packing)
        answer = s.decide(run)
        assert packing.unpack(answer.decisions[-1].attributes.result, "it") == '"there"'
