"""Durable workflows in plain Python, on Amazon SWF's model, with the service included.

The public names are here, each imported when it is first used: ``import flowy`` costs next to
nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowy.errors import (
        CompensationError,
        FlowyError,
        MapFailedError,
        SuspendTask,
        TaskError,
        TaskTimedout,
    )
    from flowy.execution.retry import RetryPolicy
    from flowy.swf.boilerplate import (
        async_scheduler,
        start_activity_worker,
        start_workflow_worker,
        starter_for,
        workflow_starter,
    )
    from flowy.swf.scanner import activity, workflow
    from flowy.swf.task import ActivityProxy, LambdaProxy, WorkflowProxy
    from flowy.task.activity import Activity
    from flowy.task.branch import Branch, spawn
    from flowy.task.calling import pending
    from flowy.task.gathering import Waited, as_completed, first, wait
    from flowy.task.guarding import unguarded
    from flowy.task.mapping import ItemOutcome, MapOutcome
    from flowy.task.mapping import map as map  # noqa: A004 -- the builtin's twin, not for `import *`
    from flowy.task.reducing import parallel_reduce
    from flowy.task.result import Result
    from flowy.task.saga import Saga
    from flowy.task.signal import Signal, on_signal
    from flowy.task.workflow import Workflow
    from flowy.transport.payloads import Payloads
    from flowy.transport.registered import register_failure

__all__ = [
    "Activity",
    "ActivityProxy",
    "Branch",
    "CompensationError",
    "FlowyError",
    "ItemOutcome",
    "LambdaProxy",
    "MapFailedError",
    "MapOutcome",
    "Payloads",
    "Result",
    "RetryPolicy",
    "Saga",
    "Signal",
    "SuspendTask",
    "TaskError",
    "TaskTimedout",
    "Waited",
    "Workflow",
    "WorkflowProxy",
    "activity",
    "as_completed",
    "async_scheduler",
    "first",
    "on_signal",
    "parallel_reduce",
    "pending",
    "register_failure",
    "spawn",
    "start_activity_worker",
    "start_workflow_worker",
    "starter_for",
    "unguarded",
    "wait",
    "workflow",
    "workflow_starter",
]

_PLACES = {
    "Activity": "flowy.task.activity",
    "ActivityProxy": "flowy.swf.task",
    "Branch": "flowy.task.branch",
    "CompensationError": "flowy.errors",
    "FlowyError": "flowy.errors",
    "ItemOutcome": "flowy.task.mapping",
    "LambdaProxy": "flowy.swf.task",
    "MapFailedError": "flowy.errors",
    "MapOutcome": "flowy.task.mapping",
    "Payloads": "flowy.transport.payloads",
    "Result": "flowy.task.result",
    "RetryPolicy": "flowy.execution.retry",
    "Saga": "flowy.task.saga",
    "Signal": "flowy.task.signal",
    "SuspendTask": "flowy.errors",
    "TaskError": "flowy.errors",
    "TaskTimedout": "flowy.errors",
    "Waited": "flowy.task.gathering",
    "Workflow": "flowy.task.workflow",
    "WorkflowProxy": "flowy.swf.task",
    "activity": "flowy.swf.scanner",
    "as_completed": "flowy.task.gathering",
    "async_scheduler": "flowy.swf.boilerplate",
    "first": "flowy.task.gathering",
    "map": "flowy.task.mapping",
    "on_signal": "flowy.task.signal",
    "parallel_reduce": "flowy.task.reducing",
    "pending": "flowy.task.calling",
    "register_failure": "flowy.transport.registered",
    "spawn": "flowy.task.branch",
    "start_activity_worker": "flowy.swf.boilerplate",
    "start_workflow_worker": "flowy.swf.boilerplate",
    "starter_for": "flowy.swf.boilerplate",
    "unguarded": "flowy.task.guarding",
    "wait": "flowy.task.gathering",
    "workflow": "flowy.swf.scanner",
    "workflow_starter": "flowy.swf.boilerplate",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _PLACES:
        raise AttributeError(f"module 'flowy' has no name {name!r}")
    return getattr(import_module(_PLACES[name]), name)
