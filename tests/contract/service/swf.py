"""What a case is written against: a boto3 client, a domain of its own, and time that it moves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

WORKFLOW = {"name": "Order", "version": "1"}
ACTIVITY = {"name": "Pay", "version": "1"}
BARE_WORKFLOW = {"name": "Bare", "version": "1"}
BARE_ACTIVITY = {"name": "Bare", "version": "1"}
DECISIONS = {"name": "decisions"}
ACTIVITIES = {"name": "activities"}

WORKFLOW_DEFAULTS = {
    "defaultExecutionStartToCloseTimeout": "3600",
    "defaultTaskList": DECISIONS,
    "defaultTaskStartToCloseTimeout": "60",
    "defaultChildPolicy": "TERMINATE",
}
ACTIVITY_DEFAULTS = {
    "defaultTaskList": ACTIVITIES,
    "defaultTaskScheduleToStartTimeout": "600",
    "defaultTaskScheduleToCloseTimeout": "900",
    "defaultTaskStartToCloseTimeout": "600",
    "defaultTaskHeartbeatTimeout": "600",
}

Json = dict[str, Any]


def decision(kind: str, **attributes: Any) -> Json:
    """Make a decision of a kind, such as ``decision("StartTimer", timerId="t", ...)``."""
    member = f"{kind[0].lower()}{kind[1:]}DecisionAttributes"
    return {"decisionType": kind, member: attributes}


def schedule(activity_id: str = "pay-1", **attributes: Any) -> Json:
    """Decide to schedule an activity task of the domain's type."""
    return decision(
        "ScheduleActivityTask", **{"activityType": ACTIVITY, "activityId": activity_id} | attributes
    )


def timer(timer_id: str = "t", seconds: str = "100", **attributes: Any) -> Json:
    """Decide to start a timer."""
    return decision("StartTimer", timerId=timer_id, startToFireTimeout=seconds, **attributes)


def child(workflow_id: str = "child", **attributes: Any) -> Json:
    """Decide to start a child of the domain's type, on a task list of its own."""
    settings = {"workflowType": WORKFLOW, "taskList": {"name": "children"}} | attributes
    return decision("StartChildWorkflowExecution", workflowId=workflow_id, **settings)


def marker(name: str = "step", **attributes: Any) -> Json:
    """Decide to record a marker."""
    return decision("RecordMarker", markerName=name, **attributes)


def complete(**attributes: Any) -> Json:
    """Decide to complete the execution."""
    return decision("CompleteWorkflowExecution", **attributes)


def attributes(event: Json) -> Json:
    """Return the attributes of an event."""
    kind = event["eventType"]
    found = event[f"{kind[0].lower()}{kind[1:]}EventAttributes"]
    assert isinstance(found, dict)
    return found


@dataclass(frozen=True)
class Swf:
    """One case's domain on one back end."""

    client: Any
    domain: str
    advance: Callable[[float], None] = field(repr=False)
    """Moves the service's clock by seconds and lets it carry out what is due."""

    def register(self) -> "Swf":
        """Register the domain with two types of each kind, one with and one without defaults."""
        register = {"domain": self.domain}
        self.client.register_domain(
            name=self.domain, workflowExecutionRetentionPeriodInDays="7", description="a case"
        )
        self.client.register_workflow_type(**register, **WORKFLOW, **WORKFLOW_DEFAULTS)
        self.client.register_workflow_type(**register, **BARE_WORKFLOW)
        self.client.register_activity_type(**register, **ACTIVITY, **ACTIVITY_DEFAULTS)
        self.client.register_activity_type(**register, **BARE_ACTIVITY)
        return self

    def start(self, workflow_id: str = "order", **settings: Any) -> Json:
        """Start an execution and return its ids."""
        asked = {"workflowType": WORKFLOW} | settings
        run = self.client.start_workflow_execution(
            domain=self.domain, workflowId=workflow_id, **asked
        )
        return {"workflowId": workflow_id, "runId": run["runId"]}

    def poll(self, task_list: str = "decisions", **options: Any) -> Json:
        """Take the next decision task, which must be there."""
        task: Json = self.client.poll_for_decision_task(
            domain=self.domain, taskList={"name": task_list}, **options
        )
        assert task.get("taskToken"), f"no decision task on {task_list}"
        return task

    def respond(self, task: Json, *decisions: Json, **options: Any) -> None:
        """Answer a decision task."""
        self.client.respond_decision_task_completed(
            taskToken=task["taskToken"], decisions=list(decisions), **options
        )

    def decide(self, *decisions: Json, task_list: str = "decisions", **options: Any) -> Json:
        """Take the next decision task, answer it, and return it."""
        task = self.poll(task_list)
        self.respond(task, *decisions, **options)
        return task

    def work(self, task_list: str = "activities", **options: Any) -> Json:
        """Take the next activity task, which must be there."""
        task: Json = self.client.poll_for_activity_task(
            domain=self.domain, taskList={"name": task_list}, **options
        )
        assert task.get("taskToken"), f"no activity task on {task_list}"
        return task

    def describe(self, execution: Json) -> Json:
        """Describe an execution."""
        found: Json = self.client.describe_workflow_execution(
            domain=self.domain, execution=execution
        )
        return found

    def open_run(self, workflow_id: str) -> Json:
        """Return the ids of the open run of a workflow."""
        found = self.client.list_open_workflow_executions(
            domain=self.domain,
            startTimeFilter={"oldestDate": 0},
            executionFilter={"workflowId": workflow_id},
        )
        (info,) = found["executionInfos"]
        execution: Json = info["execution"]
        return execution

    def events(self, execution: Json) -> list[Json]:
        """Return the whole history of an execution."""
        found: list[Json] = []
        options: Json = {"domain": self.domain, "execution": execution}
        while True:
            page = self.client.get_workflow_execution_history(**options)
            found.extend(page["events"])
            if not page.get("nextPageToken"):
                return found
            options["nextPageToken"] = page["nextPageToken"]

    def names(self, execution: Json) -> list[str]:
        """Return the types of an execution's events."""
        return [event["eventType"] for event in self.events(execution)]

    def last(self, execution: Json, kind: str) -> Json:
        """Return the attributes of an execution's last event of a type."""
        found = [event for event in self.events(execution) if event["eventType"] == kind]
        assert found, f"no {kind} in {self.names(execution)}"
        return attributes(found[-1])

    def waiting_decisions(self, task_list: str = "decisions") -> int:
        """Count the decision tasks on a list."""
        return self._waiting(self.client.count_pending_decision_tasks, task_list)

    def waiting_activities(self, task_list: str = "activities") -> int:
        """Count the activity tasks on a list."""
        return self._waiting(self.client.count_pending_activity_tasks, task_list)

    def _waiting(self, count: Callable[..., Json], task_list: str) -> int:
        found: int = count(domain=self.domain, taskList={"name": task_list})["count"]
        return found


@contextmanager
def refused(fault: str, message: str | None = None) -> Iterator[None]:
    """Expect a fault by the name that SDKs know it by, and its whole message when given.

    A client that looks at its arguments itself may refuse what is not valid in its own words.
    """
    with pytest.raises((ClientError, ParamValidationError)) as caught:
        yield
    if isinstance(caught.value, ParamValidationError):
        assert fault == "ValidationException", caught.value
        return
    error = caught.value.response["Error"]
    assert error["Code"] == fault, error
    if message is not None:
        assert error["Message"] == message
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
