"""Stories on the real service and workers come to what the model says, killed or not."""

import json
import random
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowy.protocol.events.activity import ActivityTaskScheduled
from flowy.protocol.events.workflow import (
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
)
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import (
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
)
from tests.acceptance.stage import Stage
from tests.kitchen import model, workflow
from tests.kitchen.trees import SERVED, actions, stories

ROOT = Path(__file__).parents[2]
REGRESSIONS = ROOT / "tests" / "kitchen" / "regressions"
EXAMPLES = 500 if settings.get_current_profile_name() == "chaos" else 12
NUMBERS = count()
PROGRAM = "tests.acceptance.kitchen_process"


class Telling:
    """Plays a story on a stage.

    Args:
        stage: Where it is played.
        colour: The kitchen's class.
        story: The story.
        restarts: Says whether the decider forgets everything now.
    """

    def __init__(self, stage, colour, story, restarts):
        self.stage = stage
        self.restarts = restarts
        self.id = f"story-{next(NUMBERS)}"
        self.acts = set()
        self.execution = stage.start_as(self.id, colour.__name__, {**story, "id": self.id})
        self.began = stage.history(self.execution)[0].event_timestamp
        self.events = sorted(
            [(one["at"], self.signal, one) for one in actions(story) if one["op"] == "signal_in"]
            + ([] if story["cancel"] is None else [(story["cancel"], self.cancel, None)]),
            key=lambda event: event[0],
        )

    def signal(self, action):
        return SignalWorkflowExecution(
            domain=self.stage.domain,
            workflow_id=self.id,
            signal_name=f"in {action['key']}",
            input=json.dumps(action["key"]),
        )

    def cancel(self, _):
        return RequestCancelWorkflowExecution(domain=self.stage.domain, workflow_id=self.id)

    def play(self):
        for at, make, action in self.events:
            if (found := self.play_until(self.began + at)) is not None:
                return found
            self.stage.clock.advance(max(0.0, self.began + at - self.stage.clock.now()))
            self.stage.client.call(make(action))
        found = self.play_until(float("inf"))
        assert found is not None, "nothing is left to do"
        return found

    def play_until(self, moment):
        """Play until a moment; return the outcome when the story has ended by then."""
        while True:
            history = self.stage.history(self.execution)
            last = history[-1]
            self.note(history)
            if isinstance(last, WorkflowExecutionContinuedAsNew):
                run_id = last.attributes.new_execution_run_id
                self.execution = ExecutionId(workflow_id=self.id, run_id=run_id)
            elif type(last) in ENDS:
                kind, value = ENDS[type(last)](last.attributes)
                end = round(last.event_timestamp - self.began, 3)
                return model.Outcome(end, kind, value, frozenset(self.acts))
            else:
                if self.restarts():
                    self.stage.restart_decider()
                if not self.stage.step(moment):
                    return None

    def note(self, history):
        known = {key for key, _ in self.acts}
        for event in history:
            if isinstance(event, ActivityTaskScheduled):
                key = json.loads(event.attributes.input)[0][1]["key"]
                if key not in known:
                    self.acts.add((key, round(event.event_timestamp - self.began, 3)))
                    known.add(key)


ENDS = {
    WorkflowExecutionCanceled: lambda attributes: ("cancelled", None),
    WorkflowExecutionCompleted: lambda attributes: ("value", json.loads(attributes.result)),
    WorkflowExecutionFailed: lambda attributes: ("failure", attributes.reason),
}


@pytest.fixture(scope="module")
def stage():
    stage = Stage(workflow, workflow.TASK_LIST)
    yield stage
    stage.close()


def check(stage, story, seed):
    expected = model.play(story)
    chance = random.Random(seed)
    for colour in workflow.COLOURS:
        kept = Telling(stage, colour, story, lambda: False).play()
        assert kept == expected, colour.__name__
        killed = Telling(stage, colour, story, lambda: chance.random() < 0.5).play()
        assert killed == expected, f"{colour.__name__}, killed and resumed"


@given(story=stories(SERVED, longest=3_600), seed=st.integers(0, 1_000))
@settings(max_examples=EXAMPLES, deadline=None)
def test_every_story_comes_to_what_the_model_says(stage, story, seed):
    try:
        check(stage, story, seed)
    except model.Unpredicted:
        assume(False)


@pytest.mark.parametrize("name", sorted(path.stem for path in REGRESSIONS.glob("*.json")))
def test_what_failed_once_is_right_for_ever(stage, name):
    kept = json.loads((REGRESSIONS / f"{name}.json").read_text("utf-8"))
    check(stage, kept["story"], kept["seed"])


@pytest.mark.parametrize("colour", [one.__name__ for one in workflow.COLOURS])
def test_a_story_whose_processes_are_killed_comes_to_the_same(colour, tmp_path):
    story = REGRESSIONS / "all-that-needs-no-clock.json"
    kills = [(3, "before"), (9, "after"), (20, "before")]
    for calls, when in kills:
        done = play_in_a_process(tmp_path, story, colour, calls, when)
        assert done.returncode == -signal.SIGKILL, done.stderr
    done = play_in_a_process(tmp_path, story, colour, 1_000_000, "before")
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout)
    expected = model.play(json.loads(story.read_text("utf-8"))["story"])
    result = last["workflowExecutionCompletedEventAttributes"]["result"]
    assert (expected.kind, expected.value) == ("value", json.loads(result))


def play_in_a_process(folder, story, colour, calls, when):
    return subprocess.run(
        [sys.executable, "-m", PROGRAM, folder / "flowy.db", story, colour, str(calls), when],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
