"""Whatever a program does and whatever happens to it, kept and new runs decide the same."""

from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.decider.run import Decisions
from tests.unit.decider.simulator import Simulator, ids
from tests.unit.decider.wild import Wild, WildWorld, programs

DECISIONS = 60


def play(program: list[dict], data: st.DataObject) -> Simulator:
    """Run a program until it closes, kept, and now and then anew after a lost decision."""
    simulator = Simulator(Wild, program, max_open_tasks=data.draw(st.sampled_from([1, 2, 1000])))
    world = WildWorld(simulator)
    with closing(simulator.new_run()) as kept:
        for _ in range(DECISIONS):
            if data.draw(st.integers(0, 9)) == 0:
                with closing(simulator.new_run()) as lost:
                    simulator.lose_decision(lost)
            meanwhile = data.draw(st.integers(0, 5)) == 0
            simulator.decide(kept, (lambda: world.happen(data)) if meanwhile else None)
            if simulator.closed:
                break
            stuck = not (world.possible() or simulator.unhandled)
            assert not stuck, f"the workflow waits for nothing: {ids(simulator.answers[-1])}"
            for _ in range(data.draw(st.integers(1, 4))):
                world.happen(data)
    return simulator


def replay(simulator: Simulator, size: int) -> Decisions:
    with closing(simulator.new_run()) as run:
        return run.feed(simulator.events[:size])


@given(program=programs(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_every_prefix_of_any_history_gives_the_decisions_that_were_made(program, data):
    simulator = play(program, data)
    for size, answer in zip(simulator.batches, simulator.answers, strict=True):
        assert replay(simulator, size) == answer
    if simulator.closed:
        assert replay(simulator, len(simulator.events)).decisions == ()
