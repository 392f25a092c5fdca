"""Drives a client or a service through executions, with as few words as possible."""

from typing import Any

from flowy.protocol import decisions as d
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RespondActivityTaskCompleted,
)
from flowy.protocol.requests.activity_types import RegisterActivityType
from flowy.protocol.requests.decision_tasks import PollForDecisionTask, RespondDecisionTaskCompleted
from flowy.protocol.requests.domains import RegisterDomain
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory, StartWorkflowExecution
from flowy.protocol.requests.workflow_types import RegisterWorkflowType
from flowy.protocol.tasks import ActivityTask, DecisionTask

DOMAIN = "kitchen"
WORKFLOW = TypeId(name="Cook", version="1")
ACTIVITY = TypeId(name="Chop", version="1")
DECISIONS = TaskList(name="decisions")
ACTIVITIES = TaskList(name="activities")


class Driver:
    """Calls whatever has ``call(request)``, in a domain with one type of each kind."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def register(self, retention: str = "7") -> "Driver":
        self.client.call(
            RegisterDomain(name=DOMAIN, workflow_execution_retention_period_in_days=retention)
        )
        self.client.call(
            RegisterWorkflowType(
                domain=DOMAIN,
                name=WORKFLOW.name,
                version=WORKFLOW.version,
                default_task_start_to_close_timeout="60",
                default_execution_start_to_close_timeout="86400",
                default_task_list=DECISIONS,
                default_child_policy="TERMINATE",
                default_lambda_role="arn:aws:iam::1:role/cook",
            )
        )
        self.client.call(
            RegisterActivityType(
                domain=DOMAIN,
                name=ACTIVITY.name,
                version=ACTIVITY.version,
                default_task_list=ACTIVITIES,
                default_task_heartbeat_timeout="NONE",
                default_task_schedule_to_start_timeout="NONE",
                default_task_schedule_to_close_timeout="NONE",
                default_task_start_to_close_timeout="NONE",
            )
        )
        return self

    def start(self, workflow_id: str = "soup", **settings: Any) -> ExecutionId:
        run = self.client.call(
            StartWorkflowExecution(
                domain=DOMAIN, workflow_id=workflow_id, workflow_type=WORKFLOW, **settings
            )
        )
        return ExecutionId(workflow_id=workflow_id, run_id=run.run_id)

    def poll_decision(self, **settings: Any) -> DecisionTask:
        settings.setdefault("task_list", DECISIONS)
        return self.client.call(PollForDecisionTask(domain=DOMAIN, **settings))

    def decide(self, *decisions: d.Decision, **settings: Any) -> DecisionTask:
        task = self.poll_decision()
        assert task.task_token, "there is no decision task"
        self.client.call(
            RespondDecisionTaskCompleted(
                task_token=task.task_token, decisions=decisions, **settings
            )
        )
        return task

    def poll_activity(self, **settings: Any) -> ActivityTask:
        settings.setdefault("task_list", ACTIVITIES)
        return self.client.call(PollForActivityTask(domain=DOMAIN, **settings))

    def act(self, result: str = "done") -> ActivityTask:
        task = self.poll_activity()
        assert task.task_token, "there is no activity task"
        self.client.call(RespondActivityTaskCompleted(task_token=task.task_token, result=result))
        return task

    def history(self, execution: ExecutionId) -> tuple[HistoryEvent, ...]:
        return self.client.call(
            GetWorkflowExecutionHistory(domain=DOMAIN, execution=execution)
        ).events

    def names(self, execution: ExecutionId) -> list[str]:
        return [type(event).__name__ for event in self.history(execution)]


def schedule(activity_id: str = "1", **settings: Any) -> d.ScheduleActivityTask:
    attributes = d.ScheduleActivityTaskAttributes(
        activity_type=ACTIVITY, activity_id=activity_id, **settings
    )
    return d.ScheduleActivityTask(attributes=attributes)


def complete(result: str | None = None) -> d.CompleteWorkflowExecution:
    return d.CompleteWorkflowExecution(
        attributes=d.CompleteWorkflowExecutionAttributes(result=result)
    )


def timer(timer_id: str, seconds: int) -> d.StartTimer:
    return d.StartTimer(
        attributes=d.StartTimerAttributes(timer_id=timer_id, start_to_fire_timeout=str(seconds))
    )


def child(workflow_id: str, **settings: Any) -> d.StartChildWorkflowExecution:
    return d.StartChildWorkflowExecution(
        attributes=d.StartChildWorkflowExecutionAttributes(
            workflow_id=workflow_id, workflow_type=WORKFLOW, **settings
        )
    )
