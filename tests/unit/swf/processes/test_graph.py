"""A durable graph decides as the graph alone does; its processes are activities."""

import asyncio
import json

import pytest

from flowy.errors import DefinitionError, ProcessError
from flowy.process import ProcessConfig, Workflow
from flowy.swf.processes import GraphWorkflow
from flowy.swf.task import ActivityProxy
from flowy.task import scanner
from tests.unit.decider.simulator import Simulator, ids
from tests.unit.swf.processes import graphs

NUMBERS = {"a": {"number": 2}, "b": {"number": 3}}


def workflow(name):
    return found(scanner.scan_workflows(graphs), name)


def found(registry, name):
    return next(each.factory for each in registry if each.id.name == name)


def perform(simulator, id):
    """Do an open activity as a worker would; return which process it was."""
    event = simulator.activities[id]
    name = event.attributes.activity_type.name
    cls = found(scanner.scan_activities(graphs), name)
    task = cls(event.attributes.input, None, "token")
    args, kwargs = task._deserialize_arguments()
    value = asyncio.run(task.run(*args, **kwargs))
    simulator.complete(id, raw=task._serialize_result(value))
    return args[0]


def play(simulator, *, warm, newest):
    run = simulator.new_run() if warm else None
    done = []
    for _ in range(50):
        answer = simulator.decide(run)
        cold = simulator.new_run().feed(simulator.events[: simulator.batches[-1]])
        assert cold.decisions == answer.decisions
        if simulator.closed:
            return done
        done.append(perform(simulator, list(simulator.activities)[-1 if newest else 0]))
    raise AssertionError("the graph did not come to its end")


def outcomes(results):
    return {
        node_id: (result["success"], result["data"], result["error"])
        for node_id, result in results.items()
    }


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize("newest", [True, False])
def test_a_graph_gives_what_it_gives_alone(warm, newest):
    simulator = Simulator(workflow("sums"), NUMBERS)
    done = play(simulator, warm=warm, newest=newest)
    with graphs.sums() as graph:
        alone = asyncio.run(graph.execute(NUMBERS))
    results = json.loads(simulator.events[-1].attributes.result)
    assert outcomes(results) == outcomes({k: v.model_dump() for k, v in alone.items()})
    assert results["all"]["data"] == 7
    assert results["gone"]["error_type"] == "ValueError"
    assert sorted(done) == ["a", "ab", "all", "b", "gone"]
    assert simulator.new_run().feed(simulator.events).decisions == ()


def test_a_required_process_that_fails_fails_the_workflow():
    simulator = Simulator(workflow("fragile"), NUMBERS)
    run = simulator.new_run()
    assert ids(simulator.decide(run)) == ["#0", "#4"]
    assert perform(simulator, "0") == "broken"
    assert ids(simulator.decide(run)) == ["fail Critical node broken failed: no number"]


def test_dependents_of_a_process_that_failed_are_skipped():
    simulator = Simulator(workflow("patient"), NUMBERS)
    assert sorted(play(simulator, warm=False, newest=False)) == ["a", "broken"]
    results = json.loads(simulator.events[-1].attributes.result)
    assert results["sum"]["error_type"] == "ProcessSkipped"


def test_a_process_whose_worker_is_lost_for_good_has_failed():
    simulator = Simulator(workflow("patient"), NUMBERS)
    simulator.decide()
    for id in ("0", "1", "2", "3"):
        simulator.time_out(id, "HEARTBEAT")
        simulator.decide()
    perform(simulator, "4")
    simulator.decide()
    results = json.loads(simulator.events[-1].attributes.result)
    assert results["broken"]["error_type"] == "TaskTimedout"


def test_a_graph_that_can_never_be_completed_fails_the_workflow():
    class Bad(GraphWorkflow):
        node = ActivityProxy("x", 1)

        def graph(self):
            graph = Workflow(process_id="bad")
            graphs.Number(ProcessConfig(process_id="a")).register_to(graph, ["b"])
            return graph

    simulator = Simulator(Bad)
    assert "'a' depends on 'b'" in ids(simulator.decide())[0]


def test_a_worker_with_another_graph_says_what_it_has():
    cls = found(scanner.scan_activities(graphs), "sums.process")
    with pytest.raises(DefinitionError, match="no process 'c', only 'a', 'b'"):
        asyncio.run(cls(None, None, "token").run("c", {}))


def test_the_declared_function_still_makes_the_graph():
    with pytest.raises(ProcessError, match="Critical node broken"):
        asyncio.run(graphs.fragile().execute(NUMBERS))
