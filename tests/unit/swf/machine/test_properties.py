"""Random definitions: as a workflow, with any tasks recorded, they give what the engine gives."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.machine.engine import GenericWorkflowEngine
from flowy.swf.machine import DurableEngine, MachineWorkflow
from flowy.swf.machine.steps import Step, StepActivity
from flowy.swf.task import ActivityProxy
from tests.unit.decider.simulator import Simulator
from tests.unit.machine import test_properties as machines

PROXY = ActivityProxy("task", 1, retry=0)


def recording(choices, asked):
    """Make an engine that records the tasks and conditions of a definition as choices say.

    Args:
        choices: For the first, second, … of each pass over the choices: 0 leaves it unrecorded, 1
            makes it a local step, 2 an activity.
        asked: Takes the step that was performed last: that of the open activity.
    """

    class Recording(DurableEngine):
        performed = 0

        def execute_callback(self, callback, obj):
            super().execute_callback(self.recorded(callback), obj)

        def evaluate(self, function, obj):
            return super().evaluate(self.recorded(function), obj)

        def recorded(self, function):
            if getattr(function, "__module__", None) != machines.__name__:
                return function
            if function.__qualname__.startswith("fails."):
                return (
                    function  # it counts its failures in the token; a failed step changes nothing
                )
            choice = choices[self.performed % len(choices)]
            self.performed += 1
            if not choice:
                return function
            step = Step(function=function, proxy=PROXY if choice == 2 else None)
            asked.append(step)
            return lambda obj, eng: eng.perform(step, obj)

    return Recording


def perform(simulator, id, step):
    body = type("Body", (StepActivity,), {"step": step})
    task = body(simulator.activities[id].attributes.input, None, "token")
    args, kwargs = task._deserialize_arguments()
    try:
        value = task.run(*args, **kwargs)
    except ValueError as error:
        simulator.fail(id, str(error))
    else:
        simulator.complete(id, raw=task._serialize_result(value))


def run_durably(program, tokens, choices, warm):
    asked = []

    class Machine(MachineWorkflow):
        callbacks = machines.build(program)
        engine = recording(choices, asked)

    simulator = Simulator(Machine, tokens)
    run = simulator.new_run()
    for turn in range(machines.LONGEST):
        simulator.decide(run if warm[turn % len(warm)] else simulator.new_run())
        if simulator.closed:
            cold = simulator.new_run().feed(simulator.events[: simulator.batches[-1]])
            assert not any(hasattr(one.attributes, "cause") for one in cold.decisions)
            return json.loads(simulator.events[-1].attributes.result)
        [id] = simulator.activities
        perform(simulator, id, asked[-1])
    raise AssertionError("it does not end")


@settings(max_examples=60, deadline=None)
@given(
    machines.programs,
    st.lists(st.integers(0, 2), min_size=1, max_size=5),
    st.lists(st.booleans(), min_size=1, max_size=5),
)
def test_a_definition_with_any_tasks_recorded_gives_what_the_engine_gives(program, choices, warm):
    tokens = [machines.new_token("s"), machines.new_token("t")]
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(machines.build(program))
    alone = json.loads(msgspec.json.encode(tokens))
    engine.process(alone)
    assert run_durably(program, tokens, choices, warm) == alone
