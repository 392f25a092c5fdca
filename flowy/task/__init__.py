"""What users write: workflows, activities, and the proxies that join them."""

from flowy.errors import SuspendTask, TaskError, TaskTimedout
from flowy.execution.retry import RetryPolicy
from flowy.task.activity import Activity
from flowy.task.branch import Branch, spawn
from flowy.task.calling import pending
from flowy.task.function import LambdaProxy
from flowy.task.gathering import Waited, as_completed, first, wait
from flowy.task.mapping import ItemOutcome, MapOutcome
from flowy.task.mapping import map as map  # noqa: A004 -- the builtin's twin, not for `import *`
from flowy.task.proxy import ActivityProxy, TaskProxy, WorkflowProxy
from flowy.task.reducing import parallel_reduce
from flowy.task.result import ChildResult, Result
from flowy.task.saga import Saga
from flowy.task.signal import Signal, on_signal
from flowy.task.task import Task
from flowy.task.workflow import Workflow
from flowy.transport.registered import register_failure

__all__ = [
    "Activity",
    "ActivityProxy",
    "Branch",
    "ChildResult",
    "ItemOutcome",
    "LambdaProxy",
    "MapOutcome",
    "Result",
    "RetryPolicy",
    "Saga",
    "Signal",
    "SuspendTask",
    "Task",
    "TaskError",
    "TaskProxy",
    "TaskTimedout",
    "Waited",
    "Workflow",
    "WorkflowProxy",
    "as_completed",
    "first",
    "on_signal",
    "parallel_reduce",
    "pending",
    "register_failure",
    "spawn",
    "wait",
]
