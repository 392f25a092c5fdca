"""Whatever a workflow does and whatever happens to it, it comes to what the model says.

Warm, cold, and killed and resumed, in plain and async code. More examples: HYPOTHESIS_PROFILE=chaos
(``make chaos``). A story that fails is written to ``tests/kitchen/regressions/found.json``; give it
a name of its own there, and it is played for ever.
"""

import json
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kitchen import model
from tests.kitchen.trees import stories
from tests.kitchen.workflow import COLOURS
from tests.kitchen.world import play

REGRESSIONS = Path(__file__).parents[2] / "kitchen" / "regressions"
MODES = ("warm", "cold", "killed")
EXAMPLES = 5_000 if settings.get_current_profile_name() == "chaos" else 200


def check(story, seed):
    expected = model.play(story)
    for cls in COLOURS:
        for mode in MODES:
            found, worlds = play(cls, story, mode, seed)
            assert found == expected, (cls.__name__, mode)
            if mode == "warm":
                check_prefixes(worlds)


def check_prefixes(worlds):
    """At every decision, a new run that is fed all events decides what was decided."""
    for world in worlds:
        for size, answer in zip(world.batches, world.answers, strict=True):
            with closing(world.new_run()) as run:
                assert run.feed(world.events[:size]) == answer


@given(story=stories(), seed=st.integers(0, 1_000))
@settings(max_examples=EXAMPLES, deadline=None)
def test_every_story_comes_to_what_the_model_says(story, seed):
    try:
        check(story, seed)
    except model.Unpredicted:
        assume(False)
    except Exception:
        text = json.dumps({"story": story, "seed": seed}, indent=1)
        (REGRESSIONS / "found.json").write_text(text + "\n", "utf-8")
        raise


@pytest.mark.parametrize("name", sorted(path.stem for path in REGRESSIONS.glob("*.json")))
def test_what_failed_once_is_right_for_ever(name):
    kept = json.loads((REGRESSIONS / f"{name}.json").read_text("utf-8"))
    check(kept["story"], kept["seed"])
