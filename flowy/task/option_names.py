"""The options of proxies by name, for type checkers; `flowy.task.options` says what they mean."""

from collections.abc import Iterable
from typing import TypedDict

from flowy.execution.retry import RetryPolicy
from flowy.task.options import Cancellation, ChildPolicy


class _TaskProxyOptions(TypedDict, total=False):
    task_list: str | None
    retry: int | RetryPolicy
    delay: int
    error_handling: bool
    abandon: bool
    task_priority: int | None
    cancellation: Cancellation


class ActivityProxyOptions(_TaskProxyOptions, total=False):
    """What a proxy of an activity takes beside the activity."""

    heartbeat: int | None
    schedule_to_close: int | None
    schedule_to_start: int | None
    start_to_close: int | None


class ChildProxyOptions(_TaskProxyOptions, total=False):
    """What a proxy of a workflow takes beside the workflow."""

    decision_duration: int | None
    workflow_duration: int | None
    child_policy: ChildPolicy | None
    tags: Iterable[str] | None
    lambda_role: str | None
