"""simpleflow's deciders and workers run a workflow of its kind on the server."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.contract.clients.environments import environment, python_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

FOLDER = Path(__file__).resolve().parent
SECONDS = 60


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
def simpleflow(client_variables: dict[str, str], tmp_path: Path, swf: Any) -> Iterator[None]:
    """A process of simpleflow's that starts the workflow, its decider and its worker."""
    swf.register_domain(name="shop", workflowExecutionRetentionPeriodInDays="1")
    programs = environment("simpleflow==0.36.0", python_of("3.11"))
    command = [str(programs / "simpleflow"), "standalone", "--domain", "shop"]
    command += ["--workflow-id", "order-1", "--nb-deciders", "1", "--nb-workers", "1"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--input", "[5]", "simpleflow_orders.Orders"],
            env={**client_variables, "PYTHONPATH": str(FOLDER)},
            cwd=tmp_path,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    yield
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


@pytest.mark.usefixtures("simpleflow")
def test_a_workflow_with_activities_a_failure_a_timer_a_marker_and_a_child(
    swf: Any, tmp_path: Path
):
    info = _closed(swf, "order-1", tmp_path / "log")
    assert info["closeStatus"] == "COMPLETED", (tmp_path / "log").read_text()[-3000:]
    events = swf.get_workflow_execution_history(domain="shop", execution=info["execution"])[
        "events"
    ]
    kinds = {event["eventType"] for event in events}
    assert {
        "ActivityTaskCompleted",
        "ActivityTaskFailed",
        "ChildWorkflowExecutionCompleted",
        "MarkerRecorded",
        "TimerFired",
        "WorkflowExecutionCompleted",
    } <= kinds
    result = events[-1]["workflowExecutionCompletedEventAttributes"]["result"]
    assert json.loads(result) == [9.0, True]
