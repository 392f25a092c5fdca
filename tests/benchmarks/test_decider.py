"""What a decision costs: cold, from the whole history, and warm, from the new events.

Cold replay beside other frameworks is in `test_replay`.
"""

import gc
import time
from pathlib import Path

import pytest

from flowy.decider.limits import Limits
from flowy.decider.run import WorkflowRun
from flowy.protocol.ids import ExecutionId
from flowy.task import scanner
from tests.benchmarks import histories, peers
from tests.benchmarks.contenders import noop
from tests.benchmarks.tables import show

pytestmark = pytest.mark.benchmark

EXECUTION = ExecutionId(workflow_id="w", run_id="r")
LIMITS = Limits(events=100_000)
"""Enough for 10,000 activities; Amazon SWF takes 25,000 events."""

LAST = 50
"""Decisions at the end of a chain that are measured warm."""


DEFINITIONS = {each.id.name: each for each in scanner.scan_workflows(noop)}


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
    run = WorkflowRun(DEFINITIONS[workflow], EXECUTION, limits=LIMITS)
    assert run.feed(events).closes


def warm(events, size):
    """Return the seconds of a decision of a run that is kept, when so many activities are done."""
    run = WorkflowRun(DEFINITIONS["seq"], EXECUTION, limits=LIMITS)
    run.feed(events[:3])
    batches = [events[3 + 6 * step : 9 + 6 * step] for step in range(size)]
    for batch in batches[:-LAST]:
        run.feed(batch)
    gc.collect()
    before = time.perf_counter()
    for batch in batches[-LAST:]:
        run.feed(batch)
    return (time.perf_counter() - before) / LAST


def test_a_decision_costs_the_same_however_long_the_history_is():
    rows, taken = [], {}
    for size in (100, 1_000, 10_000):
        events = histories.typed(histories.chain(size))
        taken[size] = min(warm(events, size) for _ in range(5)) * 1e6
        one = best(lambda events=events: cold("seq", events), 3) * 1e6
        rows.append((f"{size:,}", f"{taken[size]:.1f}", f"{one:,.0f}"))
    show(
        "A decision in a chain, microseconds",
        ("activities done", "warm", "cold"),
        rows,
        f"Warm, 10,000 over 100: {taken[10_000] / taken[100]:.2f}; target at most 1.2.",
    )


def test_memory_of_kept_runs():
    rows = []
    for count, done in ((10_000, 10), (10_000, 100), (1_000, 1_000)):
        script = Path(__file__).with_name("kept_runs.py")
        (found,) = peers.run_here(script, count, done)
        rows.append((f"{count:,}", f"{done:,}", f"{found['bytes'] / 1024:.1f}"))
    show(
        "Memory of a kept run, KiB",
        ("runs kept", "activities done", "KiB a run"),
        rows,
        "Target: at most 40 KiB with 100 activities done.",
    )
