"""What a decision costs: cold, from the whole history, and warm, from the new events.

The peers' figures were measured on another day on a machine of the same kind (2 cores), from the
decoded answer of a poll to the list of decisions; they are no part of this run.
"""

import gc
import time

import pytest

from flowy.decider.run import WorkflowRun
from flowy.protocol.ids import ExecutionId
from flowy.task import scanner
from tests.benchmarks import histories
from tests.benchmarks.contenders import noop
from tests.benchmarks.tables import show, thousands

pytestmark = pytest.mark.benchmark

EXECUTION = ExecutionId(workflow_id="w", run_id="r")
SIZES = (100, 1_000, 3_000)
SHAPES = {"chain": ("seq", histories.chain), "fan-out": ("par", histories.fan)}
PEERS = {
    "simpleflow 0.36": {"chain": (60.0e3, 64.5e3, 64.5e3), "fan-out": (42.8e3, 45.1e3, 45.7e3)},
    "botoflow 0.8": {"chain": (139e3, 158e3, 159e3), "fan-out": (53.5e3, 14.3e3, 5.3e3)},
    "flowy 0.4.1": {"chain": (585e3, 451e3, 264e3), "fan-out": (328e3, 236e3, 137e3)},
    "temporalio 1.35": {"chain": (6.0e3, 5.4e3, 3.1e3), "fan-out": (11.2e3, 11.2e3, 8.7e3)},
}
"""Events/s at the three sizes."""
CHAIN_DECISION = {"simpleflow 0.36": (5_300, 46_500), "flowy 0.4.1": (600, 5_900)}
"""Mean microseconds of a decision in a chain of 100 and of 1,000, replaying at each decision."""


def definition(workflow):
    found = {each.id.name: each for each in scanner.scan_workflows(noop)}
    return found[workflow]


def best(work, rounds=5):
    """Return the shortest of some times: what else runs on the machine only ever adds."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        before = time.perf_counter()
        work()
        taken.append(time.perf_counter() - before)
    return min(taken)


def cold(workflow, events):
    run = WorkflowRun(definition(workflow), EXECUTION)
    assert run.feed(events).closes


def test_cold_replay():
    rows = []
    for shape, (workflow, make) in SHAPES.items():
        rates = []
        for size in SIZES:
            events = histories.typed(make(size))
            taken = best(lambda workflow=workflow, events=events: cold(workflow, events))
            rates.append(len(events) / taken)
        line = f"{rates[2] / rates[0]:.2f}"
        simpleflow = PEERS["simpleflow 0.36"][shape]
        over = " / ".join(f"{own / peer:.1f}" for own, peer in zip(rates, simpleflow, strict=True))
        rows.append((f"flowy, {shape}", *map(thousands, rates), line, over))
        for peer, figures in PEERS.items():
            rates = figures[shape]
            line = f"{rates[2] / rates[0]:.2f}"
            rows.append((f"  {peer} (elsewhere)", *map(thousands, rates), line, ""))
    show(
        "Cold replay, events/s",
        ("", "100", "1,000", "3,000", "3,000 over 100", "over simpleflow"),
        rows,
        "Targets: 5 x simpleflow at 1,000; 3,000 over 100 at least 0.8.",
    )


def warm_chain(events, size):
    run = WorkflowRun(definition("seq"), EXECUTION)
    run.feed(events[:3])
    for step in range(size):
        run.feed(events[3 + 6 * step : 9 + 6 * step])


def test_a_decision_costs_the_same_however_long_the_history_is():
    rows, warm = [], {}
    for size in (100, 1_000, 10_000):
        events = histories.typed(histories.chain(size))
        warm[size] = best(lambda events=events, size=size: warm_chain(events, size), 3) / size * 1e6
        one = best(lambda events=events: cold("seq", events), 3) * 1e6
        rows.append((f"{size:,}", f"{warm[size]:.1f}", f"{one:,.0f}"))
    for peer, (hundred, thousand) in CHAIN_DECISION.items():
        rows.append(
            (
                f"{peer} (elsewhere), mean in a chain of 100 / 1,000",
                "-",
                f"{hundred:,} / {thousand:,}",
            )
        )
    show(
        "A decision in a chain, microseconds",
        ("activities done", "warm", "cold"),
        rows,
        f"Warm, 10,000 over 100: {warm[10_000] / warm[100]:.2f}; target at most 1.2.",
    )
