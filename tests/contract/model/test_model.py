"""Random calls do to the service what they do to a small model, and leave sound histories.

Hypothesis gives the seeds of short walks and shortens what fails; where each step goes is drawn
by the walk itself, among what can be done, so that walks get deep into executions.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from flowy.protocol.decisions import Decision
from tests.contract.model import deciding
from tests.contract.model.pair import Pair

STEPS = 5
LISTS = ("decisions", "others")
POLICIES = ("ABANDON", "REQUEST_CANCEL", "TERMINATE")
ROOTS = ("root-1", "root-2", "root-3")
CHILDREN = ("child-1", "child-2")
NAMES = ("a", "b")

DECISIONS: tuple[Callable[[Random], Decision], ...] = (
    lambda chance: deciding.schedule(chance.choice(NAMES)),
    lambda chance: deciding.schedule(chance.choice(NAMES)),
    lambda chance: deciding.cancel_activity(chance.choice(NAMES)),
    lambda chance: deciding.start_timer(chance.choice(NAMES), chance.randint(10, 100)),
    lambda chance: deciding.cancel_timer(chance.choice(NAMES)),
    lambda chance: deciding.start_child(
        chance.choice(CHILDREN), chance.choice(POLICIES), chance.choice(LISTS)
    ),
    lambda chance: deciding.tell(chance.choice(ROOTS + CHILDREN)),
    lambda chance: deciding.ask_to_cancel(chance.choice(ROOTS + CHILDREN)),
    lambda chance: deciding.MARKER,
)


def decisions(chance: Random) -> tuple[Decision, ...]:
    """Draw an answer to a decision task; one in eight closes."""
    batch = [chance.choice(DECISIONS)(chance) for _ in range(chance.randint(0, 4))]
    if chance.random() < 1 / 8:
        batch.append(chance.choice(deciding.CLOSING))
    return tuple(batch)


def _start(pair: Pair, chance: Random) -> None:
    tag = chance.choice(("red", "blue", None))
    pair.start(chance.choice(ROOTS), tag, chance.choice(LISTS), chance.choice(POLICIES))


def _poll_and_decide(pair: Pair, chance: Random) -> None:
    pair.poll_for_a_decision(chance.randrange(9))
    pair.decide(decisions(chance), -1)


def _poll_and_answer(pair: Pair, chance: Random) -> None:
    pair.poll_for_an_activity()
    pair.answer_an_activity(_outcome(chance), -1)


def _outcome(chance: Random) -> str:
    return chance.choice(("Completed", "Failed", "Canceled"))


def _anybody(chance: Random) -> str:
    return chance.choice(ROOTS + CHILDREN)


Step = tuple[int, Callable[[Pair], Any], Callable[[Pair, Random], None]]
"""How often it is taken, when it can be, and what it is."""

WALK: tuple[Step, ...] = (
    (3, lambda pair: True, _start),
    (1, lambda pair: True, lambda pair, chance: pair.signal(_anybody(chance))),
    (1, lambda pair: True, lambda pair, chance: pair.request_cancel(_anybody(chance))),
    (
        1,
        lambda pair: len(pair.world.open_runs()) > 1,
        lambda pair, chance: pair.terminate(
            _anybody(chance), chance.choice((None, None, *POLICIES))
        ),
    ),
    (8, lambda pair: pair.world.waiting(), _poll_and_decide),
    (
        2,
        lambda pair: pair.world.waiting(),
        lambda pair, chance: pair.poll_for_a_decision(chance.randrange(9)),
    ),
    (
        2,
        lambda pair: pair.tasks,
        lambda pair, chance: pair.decide(decisions(chance), chance.randrange(9)),
    ),
    (1, lambda pair: True, lambda pair, chance: pair.poll_in_vain(chance.choice(LISTS))),
    (2, lambda pair: pair.world.waiting_activities(), _poll_and_answer),
    (
        3,
        lambda pair: pair.world.waiting_activities(),
        lambda pair, chance: pair.poll_for_an_activity(),
    ),
    (
        1,
        lambda pair: pair.works,
        lambda pair, chance: pair.answer_an_activity(_outcome(chance), chance.randrange(9)),
    ),
    (2, lambda pair: pair.works, lambda pair, chance: pair.beat(chance.randrange(9))),
    (1, lambda pair: pair.old_tokens, lambda pair, chance: pair.answer_again(chance.randrange(9))),
    (
        2,
        lambda pair: True,
        lambda pair, chance: pair.wait(chance.choice((1, 10, 10, 49, 51, 100, 300))),
    ),
)


def walk(pair: Pair, seed: int) -> None:
    """Take a few steps among those that can be taken."""
    chance = Random(seed)
    for _ in range(STEPS):
        possible = [step for step in WALK if step[1](pair)]
        ((_, _, take),) = chance.choices(possible, [weight for weight, _, _ in possible])
        take(pair, chance)


class Machine(RuleBasedStateMachine):
    """Walks, and looks around after each walk."""

    def __init__(self) -> None:
        super().__init__()
        self.pair = Pair()

    def teardown(self) -> None:
        self.pair.close()

    @rule(seed=st.integers(0, 2**32 - 1))
    def walk(self, seed: int) -> None:
        walk(self.pair, seed)

    @invariant()
    def counts_and_lists_agree(self) -> None:
        self.pair.counts_agree()
        self.pair.lists_agree()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
