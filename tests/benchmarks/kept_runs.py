"""Keeps runs of workflows and prints what each takes, as JSON; a process of its own, so that the
memory is theirs alone."""

import gc
import json
import sys
from pathlib import Path

from flowy.decider.run import WorkflowRun
from flowy.protocol.ids import ExecutionId
from flowy.task import scanner
from tests.benchmarks import histories
from tests.benchmarks.contenders import noop

PAGE = 4_096


def resident():
    """Return the bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def keep(count, done):
    """Return so many runs, each with so many activities done and one open."""
    (chain,) = (found for found in scanner.scan_workflows(noop) if found.id.name == "seq")
    body = histories.chain(done, wanted=done + 1)
    runs = []
    for number in range(count):
        run = WorkflowRun(chain, ExecutionId(workflow_id=f"w-{number}", run_id=f"r-{number}"))
        run.feed(histories.typed(body))
        runs.append(run)
    return runs


if __name__ == "__main__":
    count, done = map(int, sys.argv[1:])
    keep(10, done)
    gc.collect()
    before = resident()
    kept = keep(count, done)
    gc.collect()
    print(json.dumps({"bytes": (resident() - before) / len(kept)}))  # noqa: T201
