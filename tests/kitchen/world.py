"""A world in which a story is played: what becomes of tasks, and when, is the story's to say.

The simulator writes the history as SWF would, on a clock that jumps to what is due next. What is
due at one moment happens in any order and in any number of decisions.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from flowy.decider import carried
from flowy.decider.limits import Limits
from flowy.protocol.events import activity, child, external, lambda_, timer, workflow
from flowy.transport.attempt import number_of
from tests.kitchen.model import Outcome
from tests.kitchen.workflow import fate_of
from tests.unit.decider.simulator import EXECUTION, Simulator, ids

ID = EXECUTION.workflow_id
BEGIN = 1_000.0
LONGEST_ANSWERS = (None, 2, 3, 5)
"""How many decisions an answer holds before it is cut."""


class World(Simulator):
    """One run of a story."""

    def __init__(self, cls: type, input: str, clock: float, asked: bool) -> None:
        self.attempts: Counter[int] = Counter()
        self.acts: set[tuple[int, float]] = set()
        """Which activities began, and when."""
        self.told: dict[str, dict[str, Any]] = {}
        """Children that wait for a signal."""
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.cancel_asked = asked
        self.began = clock
        super().__init__(cls, raw=input)
        self.clock = clock

    def add(self, cls: Any, **attributes: Any) -> Any:
        self.clock -= 1  # the simulator's own clock goes with every event, this one by the story
        event = super().add(cls, **attributes)
        if cls in BEGINS:
            BEGINS[cls](self, event.attributes, event)
        return event

    def later(self, seconds: float, happen: Callable[[], None]) -> None:
        self.due.append((self.clock + seconds, happen))

    def activity_begins(self, asked: Any, _event: Any) -> None:
        id, action = number_of(asked.activity_id), json.loads(asked.input)[0][1]
        self.attempts[action["key"]] += 1
        if self.attempts[action["key"]] == 1:
            self.acts.add((action["key"], self.clock - BEGIN))
        fate = fate_of(action, self.attempts[action["key"]])
        self.later(action["limit"] if fate == "late" else 0, lambda: FATES[fate](self, id, action))

    def child_begins(self, asked: Any, _event: Any) -> None:
        id, action = asked.workflow_id, json.loads(asked.input)[0][1]
        self.later(0, lambda: id in self.children and self.start_child_run(id))
        if action.get("told"):
            self.told[id] = action
        else:
            self.later(action["seconds"], lambda: self.end_child(id, action))

    def function_begins(self, asked: Any, _event: Any) -> None:
        id, action = asked.id, json.loads(asked.input)
        if action["fate"] == "ok":
            ended, attributes = lambda_.LambdaFunctionCompleted, {"result": str(action["key"])}
        else:
            ended, attributes = lambda_.LambdaFunctionFailed, {"reason": "broken"}
        self.later(0, lambda: self.end_function(id, ended, **attributes))

    def end_child(self, id: str, action: dict[str, Any]) -> None:
        if id in self.cancel_requested:
            self.close_child(id, child.ChildWorkflowExecutionCanceled)
        elif action["fate"] == "fail":
            reason = f"child {action['key']}"
            self.close_child(id, child.ChildWorkflowExecutionFailed, reason=reason)
        else:
            result = json.dumps(action["key"])
            self.close_child(id, child.ChildWorkflowExecutionCompleted, result=result)

    def timer_begins(self, asked: Any, _event: Any) -> None:
        id = asked.timer_id
        self.later(int(asked.start_to_fire_timeout), lambda: id in self.timers and self.fire(id))

    def signal_begins(self, asked: Any, event: Any) -> None:
        to = asked.workflow_id
        if to in self.told:
            action = self.told.pop(to)
            self.later(action["seconds"], lambda: self.end_child(to, action))
        else:
            assert to == ID
            self.later(0, lambda: self.signal(asked.signal_name, raw=asked.input))
        self.later(0, lambda: self.signals.get(to) is event and self.deliver(to))

    def request_cancel(self) -> None:
        self.cancel_asked = True
        self.add(workflow.WorkflowExecutionCancelRequested)

    def happen(self, chance: Random) -> None:
        """Let some of what is due next happen."""
        assert self.due, f"the workflow waits for nothing: {ids(self.answers[-1])}"
        now = min(moment for moment, _ in self.due)
        self.clock = max(now, self.clock)
        here = [entry for entry in self.due if entry[0] == now]
        chance.shuffle(here)
        for entry in here[: chance.randint(1, len(here))]:
            self.due.remove(entry)
            entry[1]()


FATES: dict[str, Callable[[World, str, dict[str, Any]], None]] = {
    "fail": lambda world, id, action: world.fail(id, f"act {action['key']}"),
    "late": lambda world, id, action: world.time_out(id),
    "ok": lambda world, id, action: world.complete(id, action["key"]),
}


BEGINS: dict[type, Callable[[World, Any, Any], None]] = {
    activity.ActivityTaskScheduled: World.activity_begins,
    child.StartChildWorkflowExecutionInitiated: World.child_begins,
    external.SignalExternalWorkflowExecutionInitiated: World.signal_begins,
    lambda_.LambdaFunctionScheduled: World.function_begins,
    timer.TimerStarted: World.timer_begins,
}


def play(cls: type, story: dict[str, Any], mode: str, seed: int) -> tuple[Outcome, list[World]]:
    """Play a story to its end.

    Args:
        cls: The kitchen of a colour.
        story: The story.
        mode: "warm" keeps the run from decision to decision, "cold" makes a new one for each,
            "killed" loses runs and decisions now and then.
        seed: What happens first of what happens at one moment, and how much an answer holds.
    """
    chance = Random(f"{seed} {mode}")
    limits = Limits(decisions=LONGEST_ANSWERS[seed % len(LONGEST_ANSWERS)])
    worlds = [_begin(cls, json.dumps([[{**story, "id": ID}], {}]), BEGIN, False)]
    while True:
        world = worlds[-1]
        world.limits = limits
        _play_run(world, mode, chance)
        last = world.events[-1]
        if not isinstance(last, workflow.WorkflowExecutionContinuedAsNew):
            acts = frozenset().union(*(world.acts for world in worlds))
            return replace(_outcome(last, world.clock - BEGIN), acts=acts), worlds
        worlds.append(_begin(cls, last.attributes.input, world.clock, world.cancel_asked))


def _begin(cls: type, input: str, clock: float, asked: bool) -> World:
    world = World(cls, input, clock, asked)
    text, _signals = carried.unwrap(input)
    story = json.loads(text or "")[0][0]
    if story["cancel"] is not None and BEGIN + story["cancel"] > clock:
        world.due.append((BEGIN + story["cancel"], world.request_cancel))
    pending = list(story["trees"])
    while pending:
        action = pending.pop()
        pending.extend(action.get("parts", ()))
        if action["op"] == "signal_in" and BEGIN + action["at"] > clock:  # others are carried
            world.due.append((BEGIN + action["at"], _signal(world, action)))
    return world


def _signal(world: World, action: dict[str, Any]) -> Callable[[], None]:
    return lambda: world.signal(f"in {action['key']}", action["key"])


def _play_run(world: World, mode: str, chance: Random) -> None:
    run = world.new_run()
    while True:
        if mode == "killed" and chance.random() < 0.3:
            if chance.random() < 0.5:
                world.lose_decision(run)  # it has gone on with what nobody knows
            run.close()
            run = world.new_run()
        elif mode == "cold":
            run.close()
            run = world.new_run()
        world.decide(run)
        if world.closed:
            run.close()
            return
        world.happen(chance)


def _outcome(last: Any, end: float) -> Outcome:
    if isinstance(last, workflow.WorkflowExecutionCompleted):
        return Outcome(end, "value", json.loads(last.attributes.result))
    if isinstance(last, workflow.WorkflowExecutionFailed):
        return Outcome(end, "failure", last.attributes.reason)
    assert isinstance(last, workflow.WorkflowExecutionCanceled)
    return Outcome(end, "cancelled")
