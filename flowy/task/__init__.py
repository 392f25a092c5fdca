"""What users write: workflows, activities, and the proxies that join them."""

from flowy.errors import SuspendTask, TaskError, TaskTimedout
from flowy.execution.retry import RetryPolicy
from flowy.task.activity import Activity
from flowy.task.calling import pending
from flowy.task.function import LambdaProxy
from flowy.task.proxy import ActivityProxy, TaskProxy, WorkflowProxy
from flowy.task.result import ChildResult, Result
from flowy.task.signal import Signal, on_signal
from flowy.task.task import Task
from flowy.task.workflow import Workflow
from flowy.transport.registered import register_failure

__all__ = [
    "Activity",
    "ActivityProxy",
    "ChildResult",
    "LambdaProxy",
    "Result",
    "RetryPolicy",
    "Signal",
    "SuspendTask",
    "Task",
    "TaskError",
    "TaskProxy",
    "TaskTimedout",
    "Workflow",
    "WorkflowProxy",
    "on_signal",
    "pending",
    "register_failure",
]
