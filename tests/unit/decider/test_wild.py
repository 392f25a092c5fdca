"""Whatever a program does and whatever happens to it, kept and new runs decide the same."""

from contextlib import closing
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.decider.limits import Limits
from flowy.decider.run import Decisions
from tests.unit.decider.simulator import Simulator, ids
from tests.unit.decider.wild import Wild, WildWorld, programs

DECISIONS = 60


CAUSES = {
    "activity": ["OPEN_ACTIVITIES_LIMIT_EXCEEDED", "ACTIVITY_CREATION_RATE_EXCEEDED"],
    "lambda": [
        "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED",
        "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED",
    ],
    "child": ["OPEN_CHILDREN_LIMIT_EXCEEDED", "CHILD_CREATION_RATE_EXCEEDED"],
    "signal": ["SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED"],
    "cancel": ["REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED"],
    "timer": ["OPEN_TIMERS_LIMIT_EXCEEDED", "TIMER_CREATION_RATE_EXCEEDED"],
}


def refusal(data: st.DataObject, kind: str) -> str | None:
    """Let the service refuse one thing in eight, now for this reason and now for that."""
    if kind not in CAUSES or data.draw(st.integers(0, 7)):
        return None
    return data.draw(st.sampled_from(CAUSES[kind]))


def play(program: list[dict], data: st.DataObject) -> Simulator:
    """Run a program until it closes, kept, and now and then anew after a lost decision."""
    simulator = Simulator(Wild, program, max_open_tasks=data.draw(st.sampled_from([1, 2, 1000])))
    simulator.limits = Limits(decisions=data.draw(st.sampled_from([None, None, 2, 3])))
    if data.draw(st.booleans()):
        simulator.refuses = partial(refusal, data)
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
            woken = simulator.woken()
            stuck = not (world.possible() or simulator.unhandled or woken)
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
