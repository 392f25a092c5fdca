"""A durable machine decides as the engine does, warm or cold, and halts for its signal."""

import copy
import json

import pytest

from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.errors import HaltProcessing
from flowy.swf.machine import MachineWorkflow, activity_step, local_step
from flowy.task import scanner
from tests.unit.decider.simulator import Simulator, ids
from tests.unit.swf.machine import orders


def activities(module=orders):
    return {found.id.name: found.factory for found in scanner.scan_activities(module)}


def perform(simulator, id, found):
    """Do an open activity as a worker would."""
    event = simulator.activities[id]
    name = event.attributes.activity_type.name
    task = found[name](event.attributes.input, None, "token")
    args, kwargs = task._deserialize_arguments()
    value = task.run(*args, **kwargs)
    if hasattr(value, "__await__"):
        with pytest.raises(StopIteration) as stopped:
            value.send(None)
        value = stopped.value.value
    simulator.complete(id, raw=task._serialize_result(value))
    return name


def play(simulator, run=None, restarts=()):
    """Play on until the execution is closed; a run that is not given is a new one each time."""
    restarts = list(restarts)
    done = []
    for _ in range(200):
        simulator.decide(run)
        if simulator.closed:
            return done
        if simulator.activities:
            # The newest first: completion order must not matter.
            done.append(perform(simulator, list(simulator.activities)[-1], activities()))
        else:
            simulator.signal("restart", restarts.pop(0))
    raise AssertionError("the machine did not come to its end")


def alone():
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(orders.DEFINITION)
    tokens = copy.deepcopy(orders.TOKENS)
    with pytest.raises(HaltProcessing):
        engine.process(tokens)
    engine.current_object["price"] = 90
    engine.restart("current", "next")
    return [tokens, engine.extra_data["reserved"]]


RESTART = {
    "obj": "current",
    "task": "next",
    "token": {"price": 90, "parts": ["coat", "belt"], "number": 2, "log": ["reserve coat"]},
}


@pytest.mark.parametrize("warm", [True, False])
def test_a_definition_gives_what_the_engine_alone_gives(warm):
    restart = copy.deepcopy(RESTART)
    restart["token"]["log"].append("reserve belt")
    simulator = Simulator(orders.Orders, orders.TOKENS)
    done = play(simulator, simulator.new_run() if warm else None, [restart])
    result = simulator.events[-1].attributes.result
    assert json.loads(result) == alone()
    assert done.count("reserve") == 3
    assert simulator.new_run().feed(simulator.events).decisions == ()


def test_branches_of_synchronize_are_open_at_the_same_time():
    class Both(MachineWorkflow):
        callbacks = (orders.DEFINITION[-1],)

    simulator = Simulator(Both, [{}])
    assert ids(simulator.decide()) == ["#0", "#4"]
    perform(simulator, "4", activities())
    assert ids(simulator.decide()) == []
    perform(simulator, "0", activities())
    assert ids(simulator.decide()) == ['complete [{"left":1,"right":2,"both":3}]'.replace(", ", ",")]


def halting(order, eng):
    if not order.get("word"):
        eng.halt("say a word", action="speak", payload=[1])


class Halting(MachineWorkflow):
    callbacks = (halting,)


def test_a_halt_is_shown_and_waits_for_its_restart():
    simulator = Simulator(Halting, [{"n": 1}, {"word": "x"}])
    answer = simulator.decide()
    assert ids(answer) == []
    assert json.loads(answer.execution_context) == {
        "halt": 1,
        "message": "say a word",
        "action": "speak",
        "payload": [1],
        "token_pos": 0,
        "callback_pos": [0],
        "token": {"n": 1},
        "refused": None,
    }
    simulator.signal("restart", {"token": {"n": 1, "word": "go"}})
    assert ids(simulator.decide()) == ['complete [{"n":1,"word":"go"},{"word":"x"}]']


@pytest.mark.parametrize(
    ("restart", "why"),
    [
        ({"obj": "prev"}, "no token before the first"),
        ({"obj": "last"}, "Unknown start point"),
        ({"task": "last"}, "Unknown start point"),
        ({"obj": 7}, "Expected `str`"),
        ({"halt": 2}, "this is halt 1"),
        ("now", "Expected `object`"),
    ],
)
def test_a_restart_that_cannot_be_is_refused_and_the_machine_waits_on(restart, why):
    simulator = Simulator(Halting, [{"n": 1}])
    run = simulator.new_run()
    simulator.decide(run)
    simulator.signal("restart", restart)
    answer = simulator.decide(run)
    assert ids(answer) == []
    assert why in json.loads(answer.execution_context)["refused"]
    simulator.signal("restart", {"obj": "next"})
    assert ids(simulator.decide(run)) == ['complete [{"n":1}]']


@pytest.mark.parametrize("task", ["first", "prev", "current", "next"])
@pytest.mark.parametrize("obj", ["first", "prev", "current", "next"])
def test_each_restart_goes_on_where_the_engine_alone_does(obj, task):
    def definition(log):
        def mark(name):
            return lambda token, eng: eng.extra_data.setdefault("log", []).append(
                f"{name}{token['n']}"
            )

        def stop(token, eng):
            mark("s")(token, eng)
            if token["n"] == 1 and eng.extra_data["log"].count("s1") == 1:
                eng.halt("stop")

        return [mark("a"), stop, mark("b")]

    class Machine(MachineWorkflow):
        callbacks = definition([])

        def outcome(self, engine):
            return engine.extra_data["log"]

    tokens = [{"n": 0}, {"n": 1}, {"n": 2}]
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(definition([]))
    with pytest.raises(HaltProcessing):
        engine.process(tokens)
    engine.restart(obj, task)
    simulator = Simulator(Machine, tokens)
    simulator.decide()
    simulator.signal("restart", {"obj": obj, "task": task})
    simulator.decide()
    assert json.loads(simulator.events[-1].attributes.result) == engine.extra_data["log"]


def test_a_local_step_runs_once_whatever_is_replayed():
    calls = []

    class Machine(MachineWorkflow):
        @local_step
        def chance(token, eng):
            calls.append(token)
            token["drawn"] = len(calls)

        callbacks = (chance, orders.left)

    simulator = Simulator(Machine, [{}])
    simulator.decide()
    perform(simulator, "0", activities())
    simulator.decide()
    assert simulator.events[-1].attributes.result == '[{"drawn":1,"left":1}]'
    assert len(calls) == 1


def test_a_failure_of_a_local_step_is_replayed_as_it_was():
    calls = []

    @local_step
    def fails(token, eng):
        calls.append(1)
        raise ValueError("no")

    def tries(token, eng):
        try:
            eng.evaluate(fails, token)
        except Exception as error:
            token["error"] = [str(error), error.type]

    class Machine(MachineWorkflow):
        callbacks = (tries, orders.left)

    simulator = Simulator(Machine, [{}])
    simulator.decide()
    perform(simulator, "0", activities())
    simulator.decide()
    expected = '[{"error":["no","builtins.ValueError"],"left":1}]'
    assert simulator.events[-1].attributes.result == expected
    assert len(calls) == 1


def test_a_task_that_failed_for_good_fails_the_workflow():
    class Machine(MachineWorkflow):
        callbacks = (orders.left,)

    simulator = Simulator(Machine, [{}])
    simulator.decide()
    simulator.fail("0", "no ink")
    assert ids(simulator.decide()) == ["fail no ink"]


def test_a_marked_task_is_found_by_the_scanner_under_its_type():
    found = activities()
    assert set(found) == {"reserve", "is_large", "check", "by_lorry", "left", "right"}
    assert found["left"].__module__ == orders.__name__
    assert activity_step("x", 1, "y")(orders.both).__name__ == "both"
