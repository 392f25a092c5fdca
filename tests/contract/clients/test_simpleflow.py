"""simpleflow's deciders and workers run its own examples, and one in its terms, on the server.

The examples are those that came with an earlier wheel of it; later ones have none.
"""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.contract.clients.environments import environment, files_of, python_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

Start = Callable[[str, list[Any], Path], None]

FOLDER = Path(__file__).resolve().parent
SECONDS = 60
REQUIREMENT = "simpleflow==0.36.0"
WITH_EXAMPLES = "simpleflow==0.21.18"
EXAMPLES = {
    "basic.BasicWorkflow": ([1, 1], 4, "ActivityTaskCompleted"),
    "child_workflow.ParentWorkflow": ([1], None, "ChildWorkflowExecutionCompleted"),
    "marker.MarkerWorkflow": ([], None, "MarkerRecorded"),
    "priorities.WorkflowPriority5": ([1], 4, "ActivityTaskCompleted"),
    "timer.TimerWorkflow": ([1, 100], None, "TimerCanceled"),
}
"""Each example's arguments, its result where that is always the same, and what it is about."""


@pytest.fixture
def swf(endpoint: str) -> Iterator[Any]:
    client = boto3.client(
        "swf",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    yield client
    client.close()


@pytest.fixture
def simpleflow(client_variables: dict[str, str], tmp_path: Path, swf: Any) -> Iterator[Start]:
    """Starts a workflow in a process of simpleflow's, with its decider and its worker."""
    swf.register_domain(name="shop", workflowExecutionRetentionPeriodInDays="1")
    programs = environment(REQUIREMENT, python_of("3.11"))
    started: list[subprocess.Popen[bytes]] = []

    def start(workflow: str, arguments: list[Any], folder: Path) -> None:
        command = [str(programs / "simpleflow"), "standalone", "--domain", "shop"]
        command += ["--workflow-id", "order-1", "--nb-deciders", "1", "--nb-workers", "1"]
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(
                [*command, "--input", json.dumps(arguments), workflow],
                env={**client_variables, "PYTHONPATH": str(folder)},
                cwd=tmp_path,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)

    yield start
    for process in started:
        # It would wait for its own long polls to end; the whole session is ours to end.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _closed(swf: Any, workflow_id: str, log: Path) -> dict[str, Any]:
    pause = threading.Event()
    for _ in range(SECONDS * 10):
        found = swf.list_closed_workflow_executions(
            domain="shop",
            startTimeFilter={"oldestDate": 0},
            executionFilter={"workflowId": workflow_id},
        )["executionInfos"]
        if found:
            info: dict[str, Any] = found[0]
            return info
        pause.wait(0.1)
    pytest.fail(f"{workflow_id} did not close; simpleflow says:\n{log.read_text()[-3000:]}")


def _result(swf: Any, tmp_path: Path) -> tuple[Any, set[str]]:
    """Return the result of the workflow once it is completed, and the kinds of its events."""
    info = _closed(swf, "order-1", tmp_path / "log")
    assert info["closeStatus"] == "COMPLETED", (tmp_path / "log").read_text()[-3000:]
    events = swf.get_workflow_execution_history(domain="shop", execution=info["execution"])[
        "events"
    ]
    result = events[-1]["workflowExecutionCompletedEventAttributes"].get("result")
    return result and json.loads(result), {event["eventType"] for event in events}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_its_own(swf: Any, simpleflow: Start, tmp_path: Path, example: str):
    arguments, wanted, kind = EXAMPLES[example]
    folder = files_of(environment(REQUIREMENT, python_of("3.11")), WITH_EXAMPLES, "examples")
    simpleflow(f"examples.{example}", arguments, folder)
    result, kinds = _result(swf, tmp_path)
    assert wanted is None or result == wanted
    assert kind in kinds


def test_a_workflow_with_activities_a_failure_a_timer_a_marker_and_a_child(
    swf: Any, simpleflow: Start, tmp_path: Path
):
    simpleflow("simpleflow_orders.Orders", [5], FOLDER)
    result, kinds = _result(swf, tmp_path)
    assert {
        "ActivityTaskCompleted",
        "ActivityTaskFailed",
        "ChildWorkflowExecutionCompleted",
        "MarkerRecorded",
        "TimerFired",
        "WorkflowExecutionCompleted",
    } <= kinds
    assert result == [9.0, True]
