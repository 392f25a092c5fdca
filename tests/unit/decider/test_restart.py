"""Continuing as new: with what settings, with which signals, and when it is time."""

import json
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.decider import carried
from flowy.errors import DefinitionError, NondeterminismError
from flowy.protocol.events import workflow
from flowy.swf.task import ActivityProxy
from flowy.task import Signal, Workflow, on_signal
from tests.noise import noise
from tests.unit.decider.simulator import Simulator, ids


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    values = Signal()
    others = Signal()


def next_run(s, cls):
    """Return the simulator of the run that one continued as."""
    return Simulator(cls, raw=s.events[-1].attributes.input)


def test_settings_of_the_next_run():
    class Restarts(Workflow):
        def run(self):
            with self.restart_options(
                task_list="fast",
                decision_duration=5,
                workflow_duration=7200,
                tags=(),
                task_priority=3,
                child_policy="ABANDON",
                lambda_role="role",
                version=2,
            ):
                self.restart()

    (decision,) = Simulator(Restarts).decide().decisions
    found = decision.attributes
    assert found.task_list.name == "fast"
    assert found.task_start_to_close_timeout == "5"
    assert found.execution_start_to_close_timeout == "7200"
    assert found.tag_list == ()
    assert found.task_priority == "3"
    assert found.child_policy == "ABANDON"
    assert found.lambda_role == "role"
    assert found.workflow_type_version == "2"


def test_a_setting_that_can_never_work_is_refused():
    class Restarts(Workflow):
        def run(self):
            with (
                pytest.raises(DefinitionError, match="task_priority"),
                self.restart_options(task_priority="high"),
            ):
                pass
            return "refused"

    assert ids(Simulator(Restarts).decide()) == ['complete "refused"']


def test_options_of_a_block_are_not_those_of_the_next_run():
    class Restarts(Workflow):
        def run(self):
            with self.options(task_list="gpu", tags=["x"]):
                self.restart()

    (decision,) = Simulator(Restarts).decide().decisions
    assert decision.attributes.task_list.name == "deciders"
    assert decision.attributes.tag_list == ("a", "b")


# Signals


class TakesSome(Proxies):
    """Takes two signals a run and hands on what it has; ends when it has them all."""

    async def run(self, wanted, *taken):
        for _ in range(2):
            taken = (*taken, await self.values.get())
            if len(taken) == wanted:
                return taken
        self.restart(wanted, *taken)
        return None


class PlainTakesSome(Proxies):
    def run(self, wanted, *taken):
        for _ in range(2):
            taken = (*taken, self.values.get().result())
            if len(taken) == wanted:
                return taken
        self.restart(wanted, *taken)
        return None


@given(st.lists(st.integers(), min_size=1, max_size=9), st.data())
def test_no_signal_is_lost_or_overtaken_on_the_way_through_many_runs(values, data):
    cls = data.draw(st.sampled_from([TakesSome, PlainTakesSome]))
    s = Simulator(cls, len(values))
    rest = list(values)
    for _ in range(100):
        for _ in range(data.draw(st.integers(1, 3))):
            if rest:
                s.signal("values", rest.pop(0))
        late = rest.pop(0) if rest and data.draw(st.booleans()) else None
        s.decide(None, None if late is None else partial(s.signal, "values", late))
        if not s.closed:
            continue
        for size, answer in zip(s.batches, s.answers, strict=True):
            assert s.new_run().feed(s.events[:size]) == answer
        assert s.new_run().feed(s.events).decisions == ()
        if "complete" in ids(s.answers[-1])[-1]:
            break
        s = next_run(s, cls)
    assert ids(s.answers[-1])[-1] == "complete " + json.dumps(values, separators=(",", ":"))


def test_signals_of_several_names_keep_their_order_and_their_texts():
    class Restarts(Proxies):
        async def run(self, first):
            if first:
                self.restart(False)
                return None
            return [len(self.values), len(self.others), await self.others.get()]

    s = Simulator(Restarts, True)
    s.decide(
        None, lambda: [s.signal("others", 1), s.signal("values", raw="no {"), s.signal("others")]
    )
    s.decide()
    text = s.events[-1].attributes.input
    assert carried.unwrap(text) == (
        "[[false],{}]",
        (("others", "1"), ("values", "no {"), ("others", "null")),
    )
    assert ids(next_run(s, Restarts).decide()) == ["complete [1,2,1]"]


def test_a_method_that_has_not_ended_starts_anew_in_the_next_run():
    class Restarts(Proxies):
        async def run(self, first=True):
            if first:
                await self.values.get()
                self.restart(False)
                return None
            return "over"

        @on_signal("add")
        async def add(self, value):
            await self.act(value)

    s = Simulator(Restarts)
    s.signal("add", 7)
    assert ids(s.decide()) == ["#0"]
    s.signal("values")
    s.decide()
    again = next_run(s, Restarts)
    assert ids(again.decide()) == ["#0"]
    again.complete("0")
    assert ids(again.decide()) == ['complete "over"']


def test_what_has_been_handled_is_not_carried():
    class Restarts(Proxies):
        async def run(self):
            await self.values.get()
            await self.act()
            self.restart()

        @on_signal("add")
        def add(self, value):
            pass

    s = Simulator(Restarts)
    s.signal("add", 7)
    s.signal("values")
    s.decide()
    s.complete("0")
    assert ids(s.decide()) == ["restart [[],{}]"]


def test_signals_that_do_not_fit_into_the_input_are_named():
    class Restarts(Proxies):
        def run(self):
            self.restart()

    s = Simulator(Restarts)
    s.decide(None, lambda: [s.signal("values", noise(30_000, seed)) for seed in range(2)])
    (answer,) = ids(s.decide())
    assert "with 2 signals that nobody has taken, has 6" in answer


def test_an_input_of_ones_own_that_looks_like_a_wrapping_comes_through():
    own = '{"flowy.carried": not json'
    assert carried.unwrap(own) == (own, ())
    exact = '{"flowy.carried":{"input":"[]","signals":[]}}'
    assert carried.unwrap(carried.wrap(exact, [])) == (exact, ())


def test_a_history_without_carried_signals_is_replayed():
    class Restarts(Proxies):
        def run(self):
            self.restart()

    s = Simulator(Restarts)
    s.decide(None, lambda: s.signal("values", 1))
    s.decide()
    wrapped = s.events.pop().attributes
    plain = msgspec.structs.replace(wrapped, input=carried.unwrap(wrapped.input)[0])
    s.add(workflow.WorkflowExecutionContinuedAsNew, **msgspec.structs.asdict(plain))
    assert s.new_run().feed(s.events).decisions == ()
    other = msgspec.structs.replace(wrapped, input="[[1],{}]")
    s.events.pop()
    s.add(workflow.WorkflowExecutionContinuedAsNew, **msgspec.structs.asdict(other))
    with pytest.raises(NondeterminismError):
        s.new_run().feed(s.events)


# When it is time


@pytest.mark.parametrize("kind", ["events", "bytes"])
def test_it_is_time_when_the_history_has_grown(kind):
    class Grows(Proxies):
        restart_events = 30 if kind == "events" else 10_000
        restart_bytes = 30_000 if kind == "bytes" else 10_000_000

        async def run(self, rounds=0):
            while not self.should_restart:
                await self.act("x" * 1_000)
                rounds += 1
            self.restart(rounds)

    s = Simulator(Grows)
    run = s.new_run()
    while not s.closed:
        s.decide(run)
        for id in list(s.activities):
            s.complete(id, "y" * 1_000)
    assert s.closed
    (rounds,), _ = json.loads(s.events[-1].attributes.input)
    assert 4 <= rounds <= 11
    for size, answer in zip(s.batches, s.answers, strict=True):
        assert s.new_run().feed(s.events[:size]) == answer


def test_the_size_is_about_that_on_the_wire():
    class Measures(Proxies):
        async def run(self):
            for number in range(50):
                await self.act("x" * 100, number)
            return [self.history_events, self.history_bytes]

    s = Simulator(Measures)
    while not s.closed:
        s.decide()
        for id in list(s.activities):
            s.complete(id, "y" * 100)
    seen = s.batches[-1]
    events, size = json.loads(s.answers[-1].decisions[-1].attributes.result)
    assert events == seen
    real = sum(len(msgspec.json.encode(event)) for event in s.events[:seen])
    assert 0.7 * real < size < 1.5 * real
