"""Whatever the order in which tasks end, and however the history is fed, the result is the same."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.decider.run import WorkflowRun
from tests.unit.decider.graphs import (
    ERROR,
    AsyncGraph,
    Branches,
    SyncGraph,
    World,
    model,
    numbered,
    outcomes,
    steps,
)
from tests.unit.decider.simulator import Simulator, ids


def play(cls: type, spec: Any, data: st.DataObject, feeding: str) -> Simulator:
    """Run a workflow to its close, with tasks ending in an order and in batches that are drawn."""
    numbered(spec if cls is Branches else [spec])
    simulator = Simulator(cls, spec, max_open_tasks=data.draw(st.sampled_from([1, 2, 1000])))
    world = World(simulator)
    kept: WorkflowRun | None = simulator.new_run()

    def end_some(at_least: int) -> None:
        for _ in range(data.draw(st.integers(at_least, 3))):
            if still := world.open():
                world.end(*data.draw(st.sampled_from(still)))

    def meanwhile() -> None:
        if data.draw(st.integers(0, 3)) == 0:
            end_some(0)

    for _ in range(1000):
        if feeding == "mixed" and data.draw(st.integers(0, 2)) == 0:
            kept = simulator.new_run()
        simulator.decide(None if feeding == "cold" else kept, meanwhile)
        if simulator.closed:
            return simulator
        stuck = not (world.open() or simulator.unhandled)
        assert not stuck, f"the workflow waits for nothing: {ids(simulator.answers[-1])}"
        end_some(1)
    raise AssertionError("the workflow does not end")


def close_of(simulator: Simulator) -> str:
    last = ids(simulator.answers[-1])[-1]
    return last if last.startswith("complete") else last.split(" ")[0]


@pytest.mark.parametrize("cls", [SyncGraph, AsyncGraph])
@given(graph=steps(7), data=st.data(), feeding=st.sampled_from(["cold", "warm", "mixed"]))
@settings(max_examples=120, deadline=None)
def test_the_result_is_the_models_in_any_order(cls, graph, data, feeding):
    assert close_of(play(cls, graph, data, feeding)) == model(graph)


@given(
    graphs=st.lists(steps(4, caught=True), min_size=1, max_size=4),
    data=st.data(),
    feeding=st.sampled_from(["cold", "warm", "mixed"]),
)
@settings(max_examples=120, deadline=None)
def test_concurrent_branches_do_not_disturb_each_other(graphs, data, feeding):
    simulator = play(Branches, graphs, data, feeding)
    expected = [["error" if one is ERROR else one for one in outcomes(graph)] for graph in graphs]
    assert close_of(simulator) == "complete " + json.dumps(expected, separators=(",", ":"))


@pytest.mark.parametrize("cls", [SyncGraph, AsyncGraph])
@given(graph=steps(6), data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_prefix_of_a_history_gives_the_decisions_that_were_made(cls, graph, data):
    simulator = play(cls, graph, data, "warm")
    for size, answer in zip(simulator.batches, simulator.answers, strict=True):
        assert simulator.new_run().feed(simulator.events[:size]) == answer
    assert simulator.new_run().feed(simulator.events).decisions == ()


@given(graph=steps(6), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_plain_run_decides_what_its_async_twin_decides(graph, data):
    simulator = play(SyncGraph, graph, data, "warm")
    twin = Simulator(AsyncGraph, graph)
    twin.definition = simulator.definition.__class__(
        **{
            name: getattr(simulator.definition, name)
            for name in simulator.definition.__dataclass_fields__
            if name != "factory"
        },
        factory=AsyncGraph,
    )
    run = twin.new_run()
    for size, answer in zip(simulator.batches, simulator.answers, strict=True):
        found = run.feed(simulator.events[:size])
        assert ids(found)[:-1] == ids(answer)[:-1]
        assert [type(one) for one in found.decisions] == [type(one) for one in answer.decisions]


@given(graph=steps(6), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_lost_decision_changes_nothing(graph, data):
    numbered([graph])
    simulator = Simulator(SyncGraph, graph)
    world = World(simulator)
    while not simulator.closed:
        if data.draw(st.booleans()):
            simulator.lose_decision(simulator.new_run())
        simulator.decide()
        if not simulator.closed:
            world.end(*data.draw(st.sampled_from(world.open())))
    assert close_of(simulator) == model(graph)
