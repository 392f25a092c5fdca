"""A durable machine decides as the engine does, warm or cold, and halts for its signal."""

import asyncio
import copy
import json
from dataclasses import dataclass

import pytest

from flowy.errors import TaskError, WorkflowError
from flowy.machine import signals
from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.errors import HaltProcessing
from flowy.machine.patterns import PARALLEL_SPLIT, RUN_WF
from flowy.protocol.decisions import RecordMarker
from flowy.protocol.events.workflow import WorkflowExecutionCancelRequested
from flowy.swf.machine import MachineWorkflow, activity_step, local_step, travel
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
        answer = simulator.decide(run)
        cold = simulator.new_run().feed(simulator.events[: simulator.batches[-1]])
        assert cold.decisions == answer.decisions or local_step_is_new(answer)
        if simulator.closed:
            return done
        if simulator.activities:
            # The newest first: completion order must not matter.
            done.append(perform(simulator, list(simulator.activities)[-1], activities()))
        else:
            simulator.signal("restart", restarts.pop(0))
    raise AssertionError("the machine did not come to its end")


def local_step_is_new(answer):
    """Tell whether a decision has just run a local step, which a cold run would run again."""
    return any(isinstance(one, RecordMarker) for one in answer.decisions)


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
    simulator.decide()
    assert json.loads(simulator.events[-1].attributes.result) == [
        {"left": 1, "right": 2, "both": 3}
    ]


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
        except TaskError as error:
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


def test_a_split_goes_on_and_its_branches_share_a_lock_and_are_waited_for():
    def hold(what, step):
        def work(token, eng):
            with eng.extra_data["lock"]:
                token.setdefault("log", []).append(f"{what} in")
                eng.evaluate(step, token)
                token["log"].append(f"{what} out")

        return work

    def on(token, eng):
        token.setdefault("log", []).append("on")

    class Machine(MachineWorkflow):
        callbacks = (PARALLEL_SPLIT(hold("a", orders.left), hold("b", orders.right)), on)

    simulator = Simulator(Machine, [{}])
    done = play(simulator)
    [token] = json.loads(simulator.events[-1].attributes.result)
    assert done == ["left", "right"]
    assert token["log"] == ["on", "a in", "a out", "b in", "b out"]


def test_an_error_of_a_split_branch_fails_the_workflow_at_its_end():
    class Machine(MachineWorkflow):
        callbacks = (PARALLEL_SPLIT(orders.left), orders.right)

    simulator = Simulator(Machine, [{}])
    assert ids(simulator.decide()) == ["#0", "#4"]
    simulator.fail("4", "no ink")
    assert ids(simulator.decide()) == []
    perform(simulator, "0", activities())
    assert ids(simulator.decide()) == ["fail no ink"]


def test_an_async_task_sleeps_on_a_durable_timer():
    async def nap(token, eng):
        await asyncio.sleep(3600)
        token["rested"] = True

    class Machine(MachineWorkflow):
        callbacks = (nap,)

    simulator = Simulator(Machine, [{}])
    assert ids(simulator.decide()) == ["timer 0 3600s"]
    simulator.clock += 3600
    simulator.fire("0")
    assert ids(simulator.decide()) == ['complete [{"rested":true}]']


def test_a_nested_definition_runs_its_marked_tasks_as_activities():
    class Machine(MachineWorkflow):
        callbacks = (RUN_WF([orders.left, orders.right]),)

    simulator = Simulator(Machine, [{}])
    assert play(simulator) == ["left", "right"]


def test_an_engine_that_records_nothing_is_refused_in_a_workflow():
    class Machine(MachineWorkflow):
        callbacks = (RUN_WF([orders.left], engine=GenericWorkflowEngine),)

    simulator = Simulator(Machine, [{}])
    assert "GenericWorkflowEngine that calls it records nothing" in ids(simulator.decide())[0]


@dataclass
class Parcel:
    weight: int
    by: str = ""


def test_tokens_may_be_dataclasses():
    @local_step(token_type=Parcel)
    def weigh(parcel, eng):
        assert isinstance(parcel, Parcel)
        parcel.by = "post" if parcel.weight < 5 else "lorry"

    class Machine(MachineWorkflow):
        callbacks = (weigh,)
        token_type = Parcel

    simulator = Simulator(Machine, [{"weight": 1}, {"weight": 9}])
    simulator.decide()
    expected = '[{"weight":1,"by":"post"},{"weight":9,"by":"lorry"}]'
    assert simulator.events[-1].attributes.result == expected


def test_a_token_that_cannot_be_changed_in_place_says_so():
    class Machine(MachineWorkflow):
        callbacks = (local_step(lambda token, eng: eng.extra_data.update(seen=token)),)

        def outcome(self, engine):
            return engine.extra_data

    simulator = Simulator(Machine, ["text"])
    simulator.decide()
    assert simulator.events[-1].attributes.result == '{"seen":"text"}'

    with pytest.raises(WorkflowError, match="in place"):
        travel.apply(travel.difference(1, 2), 1)


def test_signals_are_sent_once_and_not_again_in_replays():
    heard = []

    def listen(sender):
        heard.append(sender.state.token_pos)

    class Machine(MachineWorkflow):
        callbacks = (orders.left, orders.right)

    with signals.workflow_started.connected_to(listen):
        simulator = Simulator(Machine, [{}])
        for id in ("0", "4"):
            simulator.decide()
            perform(simulator, id, activities())
        simulator.decide()
    assert simulator.closed
    assert heard == [-1]


def test_a_cancel_request_cancels_the_open_task_and_the_execution():
    class Machine(MachineWorkflow):
        callbacks = (orders.left,)

    simulator = Simulator(Machine, [{}])
    simulator.decide()
    simulator.add(WorkflowExecutionCancelRequested)
    assert ids(simulator.decide()) == ["cancel #0", "cancel"]


def test_what_a_task_changes_elsewhere_is_what_it_changes_here():
    before = {"a": 1, "b": [1], "c": {"x": 1}}
    after = {"a": 1, "b": [1, 2], "d": None}
    change = travel.difference(before, after)
    assert change == travel.Change(put={"b": [1, 2], "d": None}, removed=("c",))
    travel.apply(change, before)
    assert before == after
    numbers = [1, 2]
    travel.apply(travel.difference(numbers, [3]), numbers)
    assert numbers == [3]
