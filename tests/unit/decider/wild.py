"""Random programs of everything that asyncio offers, and a world in which anything may happen."""

import asyncio
from typing import Any

from hypothesis import strategies as st

from flowy.protocol.events import child, lambda_, workflow
from flowy.swf.task import ActivityProxy, LambdaProxy, WorkflowProxy
from flowy.task import TaskError, Workflow
from flowy.task.result import ChildResult
from tests.unit.decider.simulator import Simulator

LEAVES = (
    "call",
    "await",
    "cancel",
    "sleep",
    "wait_for",
    "first",
    "completed",
    "pass",
    "started",
    "signal",
    "function",
)
BRANCHES = ("gather", "group", "spawn", "timeout", "guarded")


@st.composite
def programs(draw: Any, depth: int = 3) -> list[dict[str, Any]]:
    """A list of steps; some of them hold programs of their own."""
    return [draw(step(depth)) for _ in range(draw(st.integers(1, 4)))]


@st.composite
def step(draw: Any, depth: int) -> dict[str, Any]:
    op = draw(st.sampled_from(LEAVES + BRANCHES if depth else LEAVES))
    found = {
        "op": op,
        "number": draw(st.integers(0, 5)),
        "child": draw(st.booleans()),
        "delay": draw(st.sampled_from([0, 0, 0, 7])),
        "retry": draw(st.integers(0, 1)),
        "handled": draw(st.booleans()),
        "cancellation": draw(st.sampled_from(["try", "try", "wait", "abandon"])),
    }
    if op in BRANCHES:
        count = draw(st.integers(1, 4))
        found["programs"] = [draw(programs(depth - 1)) for _ in range(count)]
    return found


class Wild(Workflow):
    """Interprets a program; whatever a step raises but a cancellation is passed over."""

    act = ActivityProxy("Act", 1)
    sub = WorkflowProxy("Sub", 1)
    function = LambdaProxy("resize")

    async def run(self, program):
        self.results = []
        self.spawned = []
        await self.steps(program)
        return len(self.results)

    async def steps(self, program):
        for step in program:
            try:
                await getattr(self, "do_" + step["op"])(step)
            except* (TaskError, TimeoutError):
                pass

    def call(self, step, *args):
        options = {name: step[name] for name in ("delay", "retry", "cancellation")}
        with self.options(error_handling=step["handled"], **options):
            result = (self.sub if step["child"] else self.act)(len(self.results), *args)
        self.results.append(result)
        return result

    def chosen(self, step):
        return self.results[step["number"] % len(self.results) :][:3]

    async def do_call(self, step):
        self.call(step, [r for r in self.chosen(step) if step["handled"]] if self.results else [])

    async def do_await(self, step):
        for result in self.results and self.chosen(step)[:1]:
            if not result.cancelled():
                await asyncio.shield(result)

    def children(self, step):
        return [one for one in self.chosen(step) if isinstance(one, ChildResult)][:1]

    async def do_function(self, step):
        options = {name: step[name] for name in ("delay", "retry", "cancellation")}
        with self.options(error_handling=step["handled"], **options):
            self.results.append(self.function(step["number"]))
        self.marker("asked", step["number"])

    async def do_started(self, step):
        for child_result in self.results and self.children(step):
            if not child_result.cancelled():
                await asyncio.wait_for(child_result.started, step["number"] or None)

    async def do_signal(self, step):
        for child_result in self.results and self.children(step):
            if not child_result.cancelled():
                sent = child_result.signal("hello", step["number"])
                if step["handled"]:
                    await asyncio.shield(sent)

    async def do_cancel(self, step):
        for result in self.results and self.chosen(step)[:1]:
            result.cancel()

    async def do_sleep(self, step):
        await asyncio.sleep(step["number"])

    async def do_wait_for(self, step):
        await asyncio.wait_for(self.call(step), step["number"])

    async def do_first(self, step):
        if not self.results:
            return
        done, pending = await asyncio.wait(
            self.chosen(step), return_when=asyncio.FIRST_COMPLETED, timeout=step["number"] or None
        )
        for result in done if step["child"] else pending:
            if step["handled"]:
                result.cancel()
            self.call(step, self.results.index(result))

    async def do_completed(self, step):
        if not self.results:
            return
        for result in asyncio.as_completed(self.chosen(step)):
            try:
                await result
            except asyncio.CancelledError:
                if asyncio.current_task().cancelling():
                    raise
            self.call(step)

    async def do_pass(self, _step):
        await asyncio.sleep(0)

    async def do_gather(self, step):
        await asyncio.gather(*map(self.steps, step["programs"]), return_exceptions=step["handled"])

    async def do_group(self, step):
        async with asyncio.TaskGroup() as group:
            for program in step["programs"]:
                group.create_task(self.steps(program))
            if step["handled"]:
                await self.call(step)

    async def do_spawn(self, step):
        self.spawned.extend(asyncio.create_task(self.steps(p)) for p in step["programs"])

    async def do_timeout(self, step):
        async with asyncio.timeout(step["number"]):
            await self.steps(step["programs"][0])

    async def do_guarded(self, step):
        try:
            await self.steps(step["programs"][0])
        finally:
            await self.call(step)


class WildWorld:
    """Does whatever can happen to an execution next, as drawn."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.cancelled = False

    def possible(self) -> list[tuple[Any, ...]]:
        s = self.simulator
        found: list[tuple[Any, ...]] = []
        for id in s.activities:
            found += [(s.complete, id, 1), (s.fail, id), (s.time_out, id)]
            if id in s.cancel_requested:
                found.append((s.cancel, id))
        for id in s.functions:
            found += [
                (s.end_function, id, lambda_.LambdaFunctionCompleted),
                (s.end_function, id, lambda_.LambdaFunctionFailed),
                (s.end_function, id, lambda_.LambdaFunctionTimedOut),
            ]
        for id in s.children:
            found += [
                (s.close_child, id, child.ChildWorkflowExecutionCompleted),
                (s.close_child, id, child.ChildWorkflowExecutionFailed),
                (s.close_child, id, child.ChildWorkflowExecutionTerminated),
            ]
            if id in s.cancel_requested:
                found.append((s.close_child, id, child.ChildWorkflowExecutionCanceled))
            if id not in s.started_children:
                found.append((s.start_child_run, id))
        found += [(s.deliver, id, arrives) for id in s.signals for arrives in (True, False)]
        found += [(s.fire, id) for id in s.timers]
        return found

    def happen(self, data: st.DataObject) -> None:
        if not self.cancelled and data.draw(st.integers(0, 15)) == 0:
            self.cancelled = True
            self.simulator.add(workflow.WorkflowExecutionCancelRequested)
        elif found := self.possible():
            do, *args = data.draw(st.sampled_from(found))
            do(*args)
