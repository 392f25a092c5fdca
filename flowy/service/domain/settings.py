"""Which settings an execution or an activity task gets: what was asked for, else the type's."""

from typing import Literal, Protocol, TypeVar

import msgspec

from flowy.protocol.decisions import ScheduleActivityTaskAttributes
from flowy.protocol.fields import ChildPolicy
from flowy.protocol.ids import TaskList
from flowy.protocol.registration import ActivityTypeConfiguration, WorkflowTypeConfiguration

MissingWorkflowDefault = Literal[
    "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_TASK_LIST_UNDEFINED",
    "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_CHILD_POLICY_UNDEFINED",
]
MissingActivityDefault = Literal[
    "DEFAULT_TASK_LIST_UNDEFINED",
    "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED",
    "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED",
]

MEMBERS: dict[MissingWorkflowDefault, str] = {
    "DEFAULT_CHILD_POLICY_UNDEFINED": "childPolicy",
    "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED": "executionStartToCloseTimeout",
    "DEFAULT_TASK_LIST_UNDEFINED": "taskList",
    "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED": "taskStartToCloseTimeout",
}
"""The member of a start request that was given nowhere, by the cause that says so."""


class WorkflowSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an execution, resolved."""

    execution_start_to_close_timeout: str
    task_list: TaskList
    task_start_to_close_timeout: str
    child_policy: ChildPolicy
    task_priority: str | None = None
    lambda_role: str | None = None


class ActivitySettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an activity task, resolved."""

    task_list: TaskList
    schedule_to_start_timeout: str
    schedule_to_close_timeout: str
    start_to_close_timeout: str
    heartbeat_timeout: str
    task_priority: str | None = None


class AskedForWorkflow(Protocol):
    """What a start, a child start and a continuation have in common."""

    @property
    def execution_start_to_close_timeout(self) -> str | None: ...  # noqa: D102
    @property
    def task_list(self) -> TaskList | None: ...  # noqa: D102
    @property
    def task_start_to_close_timeout(self) -> str | None: ...  # noqa: D102
    @property
    def child_policy(self) -> ChildPolicy | None: ...  # noqa: D102
    @property
    def task_priority(self) -> str | None: ...  # noqa: D102
    @property
    def lambda_role(self) -> str | None: ...  # noqa: D102


def resolve_workflow(
    asked: AskedForWorkflow, defaults: WorkflowTypeConfiguration
) -> WorkflowSettings | MissingWorkflowDefault:
    """Return the settings of an execution, or the first that is given nowhere, in SWF's order."""
    execution_timeout = _either(
        asked.execution_start_to_close_timeout, defaults.default_execution_start_to_close_timeout
    )
    if execution_timeout is None:
        return "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"
    task_list = _either(asked.task_list, defaults.default_task_list)
    if task_list is None:
        return "DEFAULT_TASK_LIST_UNDEFINED"
    task_timeout = _either(
        asked.task_start_to_close_timeout, defaults.default_task_start_to_close_timeout
    )
    if task_timeout is None:
        return "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED"
    child_policy = asked.child_policy or defaults.default_child_policy
    if child_policy is None:
        return "DEFAULT_CHILD_POLICY_UNDEFINED"
    return WorkflowSettings(
        execution_start_to_close_timeout=execution_timeout,
        task_list=task_list,
        task_start_to_close_timeout=task_timeout,
        child_policy=child_policy,
        task_priority=_either(asked.task_priority, defaults.default_task_priority),
        lambda_role=_either(asked.lambda_role, defaults.default_lambda_role),
    )


def resolve_activity(
    asked: ScheduleActivityTaskAttributes, defaults: ActivityTypeConfiguration
) -> ActivitySettings | MissingActivityDefault:
    """Return the settings of an activity task, or the first that is given nowhere."""
    task_list = _either(asked.task_list, defaults.default_task_list)
    if task_list is None:
        return "DEFAULT_TASK_LIST_UNDEFINED"
    schedule_to_start = _either(
        asked.schedule_to_start_timeout, defaults.default_task_schedule_to_start_timeout
    )
    if schedule_to_start is None:
        return "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED"
    schedule_to_close = _either(
        asked.schedule_to_close_timeout, defaults.default_task_schedule_to_close_timeout
    )
    if schedule_to_close is None:
        return "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED"
    start_to_close = _either(
        asked.start_to_close_timeout, defaults.default_task_start_to_close_timeout
    )
    if start_to_close is None:
        return "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED"
    heartbeat = _either(asked.heartbeat_timeout, defaults.default_task_heartbeat_timeout)
    if heartbeat is None:
        return "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED"
    return ActivitySettings(
        task_list=task_list,
        schedule_to_start_timeout=schedule_to_start,
        schedule_to_close_timeout=schedule_to_close,
        start_to_close_timeout=start_to_close,
        heartbeat_timeout=heartbeat,
        task_priority=_either(asked.task_priority, defaults.default_task_priority),
    )


T = TypeVar("T")


def _either(asked: T | None, default: T | None) -> T | None:
    return default if asked is None else asked
