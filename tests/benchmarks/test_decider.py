"""What a decision costs, and what a replay costs, as histories grow.

Prints and asserts nothing about time. A replay is timed from the decoded answer of a poll (dicts)
to the decisions; a warm decision is that of a kept run that is fed six new events.

The peers' figures were measured on a machine with 2 cores on 2026-11-21, with Python 3.11, on
histories of the same shape; compare ratios, not figures, where the machine is another one.
"""

import gc
import time

import pytest
from rich.console import Console
from rich.table import Table

from flowy.decider.run import WorkflowRun
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.task.definition import WorkflowDefinition
from tests.benchmarks.histories import Chain, FanOut, PlainChain, chain, fan_out, typed

pytestmark = pytest.mark.benchmark

EXECUTION = ExecutionId(workflow_id="bench", run_id="run")
ROUNDS = 5

REPLAY = {
    "simpleflow 0.36": {"chain": (60.0, 64.5, 64.5), "fan-out": (42.8, 45.1, 45.7)},
    "botoflow 0.8": {"chain": (139, 158, 159), "fan-out": (53.5, 14.3, 5.3)},
    "flowy 0.4.1": {"chain": (585, 451, 264), "fan-out": (328, 236, 137)},
    "temporalio 1.35": {"chain": (6.0, 5.4, 3.1), "fan-out": (11.2, 11.2, 8.7)},
}
"""Thousands of events a second, cold, at 100, 1,000 and 3,000 activities."""

DECISION = {"simpleflow 0.36": (5_300, 46_500), "botoflow 0.8": (2_400, 19_400)}
"""Microseconds of a mean decision in a chain of 100 and of 1,000; each replays it all."""


def definition(cls):
    return WorkflowDefinition(
        id=TypeId(name="bench", version="1"),
        task_list="bench",
        workflow_duration=3600,
        decision_duration=60,
        factory=cls,
        max_open_tasks=100_000,
    )


def best(work):
    """Return the shortest of some times, in seconds: others' work only adds."""
    found = []
    for _ in range(ROUNDS):
        gc.collect()
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


def replayed(cls, events):
    def replay():
        answer = WorkflowRun(definition(cls), EXECUTION).feed(typed(events))
        assert answer.closes
        assert len(answer.decisions) == 1

    return len(events) / best(replay)


def show(table):
    Console(width=110).print(table)


def test_cold_replay():
    table = Table(title="cold replay, thousands of events a second")
    for name in ("", "100", "1,000", "3,000", "3,000 over 100", "at 1,000 over simpleflow's"):
        table.add_column(name, justify="right" if name else "left")
    for shape, record, classes in (
        ("chain", chain, (Chain, PlainChain)),
        ("fan-out", fan_out, (FanOut,)),
    ):
        base = REPLAY["simpleflow 0.36"][shape][1]
        for cls in classes:
            rates = [replayed(cls, record(count)) / 1e3 for count in (100, 1_000, 3_000)]
            table.add_row(f"{shape}: {cls.__name__}", *_row(rates, base))
        for peer, shapes in REPLAY.items():
            table.add_row(f"{shape}: {peer}", *_row(shapes[shape], base), style="dim")
    show(table)


def _row(rates, base):
    linear = f"{rates[-1] / rates[0]:.2f}"
    return (*(f"{rate:,.0f}" for rate in rates), linear, f"{rates[1] / base:.1f} x")


def test_microseconds_a_decision():
    table = Table(title="microseconds a decision, by completed activities of a chain")
    for name in ("", "100", "1,000", "10,000"):
        table.add_column(name, justify="right" if name else "left")
    counts = (100, 1_000, 10_000)
    for cls in (Chain, PlainChain):
        warm = [f"{_warm(cls, count):,.1f}" for count in counts]
        table.add_row(f"warm (a kept run, six new events): {cls.__name__}", *warm)
    for cls in (Chain, PlainChain):
        cold = [f"{_cold(cls, count):,.0f}" for count in counts]
        table.add_row(f"cold (the whole history): {cls.__name__}", *cold)
    for peer, (hundred, thousand) in DECISION.items():
        table.add_row(f"mean in the chain: {peer}", f"{hundred:,}", f"{thousand:,}", style="dim")
    show(table)


def _warm(cls, count):
    events = typed(chain(count))
    steps = [events[:3], *(events[3 + 6 * step : 9 + 6 * step] for step in range(count))]

    def decide():
        run = WorkflowRun(definition(cls), EXECUTION)
        for step in steps:
            run.feed(step)

    return best(decide) / len(steps) * 1e6


def _cold(cls, count):
    events = chain(count)
    return len(events) / replayed(cls, events) * 1e6
