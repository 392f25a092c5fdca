"""Random task graphs: workflows that interpret them, sync and async, and a model of the result."""

import asyncio
import json
from collections import Counter
from typing import Any

from hypothesis import strategies as st

from flowy.protocol.events import child
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import RetryPolicy, TaskError, Workflow
from tests.unit.decider.simulator import Simulator

WRAPS = ("plain", "list", "dict", "deep")


@st.composite
def calls(draw: Any, known: int, caught: bool) -> dict[str, Any]:
    refs = draw(st.lists(st.integers(0, known - 1), max_size=3)) if known else []
    return {
        "op": "call",
        "refs": refs,
        "wrap": draw(st.sampled_from(WRAPS)),
        "child": draw(st.booleans()),
        "delay": draw(st.sampled_from([0, 0, 0, 7])),
        "retry": draw(st.integers(0, 2)),
        "policy": draw(st.booleans()),
        "handled": caught or draw(st.booleans()),
        "timeouts": draw(st.sampled_from([0, 0, 0, 1, 2, 3])),
        "fails": draw(st.sampled_from([False, False, False, True])),
    }


@st.composite
def steps(draw: Any, size: int, caught: bool = False) -> list[dict[str, Any]]:
    """A list of calls and waits; refs point at earlier calls of the same list."""
    found: list[dict[str, Any]] = []
    known = 0
    for _ in range(draw(st.integers(1, size))):
        if known and draw(st.integers(0, 2)) == 0:
            catch = caught or draw(st.booleans())
            found.append({"op": "wait", "ref": draw(st.integers(0, known - 1)), "catch": catch})
        else:
            found.append(draw(calls(known, caught)))
            known += 1
    return found


def numbered(graphs: list[list[dict[str, Any]]]) -> None:
    """Give each call a key of its own, by which the world knows its attempts."""
    for key, step in enumerate(step for graph in graphs for step in graph):
        step["key"] = key


def wrap(kind: str, values: list[Any]) -> Any:
    match kind:
        case "list":
            return [values]
        case "dict":
            return {"a": values, "b": {"c": tuple(values)}}
        case "deep":
            return [[{"x": [value]} for value in values]]
    return values


class Proxies(Workflow):
    act = ActivityProxy("Act", 1)
    sub = WorkflowProxy("Sub", 1)

    def ask(self, step: dict[str, Any], results: list[Any]) -> Any:
        proxy = self.sub if step["child"] else self.act
        retry = RetryPolicy(attempts=step["retry"] + 1) if step["policy"] else step["retry"]
        chosen = {"retry": retry, "delay": step["delay"], "error_handling": step["handled"]}
        with self.options(**chosen):
            fate = [step["key"], step["timeouts"], step["fails"]]
            return proxy(fate, wrap(step["wrap"], [results[ref] for ref in step["refs"]]))


class SyncGraph(Proxies):
    def run(self, graph):
        results = []
        for step in graph:
            if step["op"] == "call":
                results.append(self.ask(step, results))
                continue
            try:
                results[step["ref"]].result()
            except TaskError:
                if not step["catch"]:
                    raise
        return {
            "results": [
                r for r, s in zip(results, only_calls(graph), strict=True) if not s["handled"]
            ]
        }


class AsyncGraph(Proxies):
    async def run(self, graph):
        results = []
        for step in graph:
            if step["op"] == "call":
                results.append(self.ask(step, results))
                continue
            try:
                await results[step["ref"]]
            except TaskError:
                if not step["catch"]:
                    raise
        return {
            "results": [
                r for r, s in zip(results, only_calls(graph), strict=True) if not s["handled"]
            ]
        }


class Branches(Proxies):
    """Runs several graphs side by side; each gives what became of its calls."""

    async def branch(self, graph):
        results = []
        for step in graph:
            if step["op"] == "call":
                results.append(self.ask(step, results))
            else:
                await asyncio.wait([results[step["ref"]]])
        found = await asyncio.gather(*results, return_exceptions=True)
        return ["error" if isinstance(one, TaskError) else one for one in found]

    async def run(self, graphs):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.branch(graph)) for graph in graphs]
        return [task.result() for task in tasks]


def only_calls(graph: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [step for step in graph if step["op"] == "call"]


# The model: what must come out, whatever the order

ERROR = object()


def work(arguments: Any) -> int:
    """What every task computes from its arguments."""
    return len(json.dumps(arguments)) + sum(map(ord, json.dumps(arguments, sort_keys=True))) % 1000


def outcomes(graph: list[dict[str, Any]]) -> list[Any]:
    found: list[Any] = []
    for step in only_calls(graph):
        values = [found[ref] for ref in step["refs"]]
        lost = step["timeouts"] > step["retry"]
        if ERROR in values or step["fails"] or lost:
            found.append(ERROR)
        else:
            found.append(work(json.loads(json.dumps(wrap(step["wrap"], values)))))
    return found


def model(graph: list[dict[str, Any]]) -> str:
    """Return "fail", or "complete" with the result."""
    found = outcomes(graph)
    seen = set()
    for step in graph:
        if step["op"] == "wait":
            if found[step["ref"]] is ERROR and not step["catch"]:
                return "fail"
            seen.add(step["ref"])
    returned = [v for v, s in zip(found, only_calls(graph), strict=True) if not s["handled"]]
    if ERROR in returned:
        return "fail"
    return "complete " + json.dumps({"results": returned}, separators=(",", ":"))


# The world: tasks end in any order, in any batches


class World:
    """Ends what is open in a simulated history, as the fates in the inputs say."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.attempts: Counter[int] = Counter()

    def open(self) -> list[tuple[str, str]]:
        s = self.simulator
        return [
            *(("activity", id) for id in s.activities),
            *(("child", id) for id in s.children),
            *(("timer", id) for id in s.timers),
        ]

    def end(self, kind: str, id: str) -> None:
        s = self.simulator
        if kind == "timer":
            s.fire(id)
            return
        attributes = (s.activities if kind == "activity" else s.children)[id].attributes
        ((key, timeouts, fails), value), _ = json.loads(attributes.input)
        attempt = self.attempts[key]
        self.attempts[key] += 1
        if attempt < timeouts:
            if kind == "activity":
                s.time_out(id)
            else:
                s.close_child(
                    id, child.ChildWorkflowExecutionTimedOut, timeout_type="START_TO_CLOSE"
                )
        elif fails:
            if kind == "activity":
                s.fail(id)
            else:
                s.close_child(id, child.ChildWorkflowExecutionFailed, reason="broken")
        elif kind == "activity":
            s.complete(id, work(value))
        else:
            s.close_child(id, child.ChildWorkflowExecutionCompleted, result=json.dumps(work(value)))
