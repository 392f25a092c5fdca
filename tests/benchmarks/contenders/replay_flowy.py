"""Flowy decides recorded histories, from the decoded events to the decisions."""

import msgspec
import replay_driver

from flowy.decider.run import WorkflowRun
from flowy.protocol.ids import ExecutionId
from flowy.task import scanner
from tests.benchmarks import histories
from tests.benchmarks.contenders import noop

EXECUTION = ExecutionId(workflow_id="w", run_id="r")
NAMES = {"chain": "seq", "fan": "par"}
DEFINITIONS = {found.id.name: found for found in scanner.scan_workflows(noop)}


def prepare(shape, events):
    return DEFINITIONS[NAMES[shape]], histories.typed(msgspec.json.encode(events))


def replay(prepared):
    definition, events = prepared
    return len(WorkflowRun(definition, EXECUTION).feed(events).decisions)


if __name__ == "__main__":
    replay_driver.run(prepare, replay)
