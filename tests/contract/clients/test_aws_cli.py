"""The AWS command line walks an execution from its registration to its history."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.clients.environments import environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

DECISIONS = ["--task-list", "name=decisions"]
Aws = Callable[..., Any]


class Refused(Exception):
    """The command line says that the service refused."""


@pytest.fixture
def aws(client_variables: dict[str, str], tmp_path: Path) -> Aws:
    programs = environment("awscli")

    def run(operation: str, *arguments: str) -> Any:
        done = subprocess.run(
            [str(programs / "aws"), "swf", operation, "--output", "json", *arguments],
            env=client_variables,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise Refused(done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


def _register(aws: Aws) -> None:
    aws("register-domain", "--name", "shop", "--workflow-execution-retention-period-in-days", "1")
    aws(
        "register-workflow-type",
        *("--domain", "shop", "--name", "Order", "--workflow-version", "1"),
        *("--default-task-list", "name=decisions", "--default-child-policy", "TERMINATE"),
        *("--default-task-start-to-close-timeout", "60"),
        *("--default-execution-start-to-close-timeout", "3600"),
    )
    aws(
        "register-activity-type",
        *("--domain", "shop", "--name", "Pay", "--activity-version", "1"),
        *("--default-task-list", "name=activities", "--default-task-heartbeat-timeout", "60"),
        *("--default-task-schedule-to-start-timeout", "60"),
        *("--default-task-schedule-to-close-timeout", "60"),
        *("--default-task-start-to-close-timeout", "60"),
    )


def _decide(aws: Aws, decision: dict[str, Any]) -> dict[str, Any]:
    task: dict[str, Any] = aws("poll-for-decision-task", "--domain", "shop", *DECISIONS)
    aws(
        "respond-decision-task-completed",
        *("--task-token", task["taskToken"], "--decisions", json.dumps([decision])),
    )
    return task


def test_a_whole_execution(aws: Aws):
    _register(aws)
    started = aws(
        "start-workflow-execution",
        *("--domain", "shop", "--workflow-id", "order-1", "--input", "[1]"),
        *("--workflow-type", "name=Order,version=1", "--tag-list", "red", "blue"),
    )
    _decide(
        aws,
        {
            "decisionType": "ScheduleActivityTask",
            "scheduleActivityTaskDecisionAttributes": {
                "activityId": "pay",
                "activityType": {"name": "Pay", "version": "1"},
                "input": "[2]",
            },
        },
    )
    work = aws("poll-for-activity-task", "--domain", "shop", "--task-list", "name=activities")
    assert (work["activityId"], work["input"]) == ("pay", "[2]")
    token = ["--task-token", work["taskToken"]]
    status = aws("record-activity-task-heartbeat", *token, "--details", "half")
    assert status == {"cancelRequested": False}
    aws("respond-activity-task-completed", *token, "--result", "paid")
    task = _decide(
        aws,
        {
            "decisionType": "CompleteWorkflowExecution",
            "completeWorkflowExecutionDecisionAttributes": {"result": "done"},
        },
    )
    assert task["previousStartedEventId"] == 3

    execution = f"workflowId=order-1,runId={started['runId']}"
    found = aws("describe-workflow-execution", "--domain", "shop", "--execution", execution)
    assert found["executionInfo"]["closeStatus"] == "COMPLETED"
    assert found["executionInfo"]["tagList"] == ["red", "blue"]
    # The command line pages by itself.
    history = aws(
        "get-workflow-execution-history",
        *("--domain", "shop", "--execution", execution, "--page-size", "4"),
    )
    assert [event["eventId"] for event in history["events"]] == list(range(1, 12))
    closed = aws(
        "list-closed-workflow-executions",
        *("--domain", "shop", "--start-time-filter", "oldestDate=0"),
    )
    assert [each["execution"]["workflowId"] for each in closed["executionInfos"]] == ["order-1"]
    with pytest.raises(Refused, match=r"UnknownResourceFault.*Unknown domain: nowhere"):
        aws("describe-domain", "--name", "nowhere")
