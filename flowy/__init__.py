"""Durable workflows in plain Python, on Amazon SWF's model, with the service included.

The public names are here, each imported when it is first used: ``import flowy`` costs next to
nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowy.errors import FlowyError, SuspendTask, TaskError, TaskTimedout
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
    from flowy.task.calling import pending
    from flowy.task.guarding import unguarded
    from flowy.task.result import Result
    from flowy.task.signal import Signal, on_signal
    from flowy.task.workflow import Workflow
    from flowy.transport.payloads import Payloads
    from flowy.transport.registered import register_failure

__all__ = [
    "Activity",
    "ActivityProxy",
    "FlowyError",
    "LambdaProxy",
    "Payloads",
    "Result",
    "RetryPolicy",
    "Signal",
    "SuspendTask",
    "TaskError",
    "TaskTimedout",
    "Workflow",
    "WorkflowProxy",
    "activity",
    "async_scheduler",
    "on_signal",
    "pending",
    "register_failure",
    "start_activity_worker",
    "start_workflow_worker",
    "starter_for",
    "unguarded",
    "workflow",
    "workflow_starter",
]

_PLACES = {
    "Activity": "flowy.task.activity",
    "ActivityProxy": "flowy.swf.task",
    "FlowyError": "flowy.errors",
    "Payloads": "flowy.transport.payloads",
    "LambdaProxy": "flowy.swf.task",
    "Result": "flowy.task.result",
    "RetryPolicy": "flowy.execution.retry",
    "Signal": "flowy.task.signal",
    "SuspendTask": "flowy.errors",
    "TaskError": "flowy.errors",
    "TaskTimedout": "flowy.errors",
    "Workflow": "flowy.task.workflow",
    "WorkflowProxy": "flowy.swf.task",
    "activity": "flowy.swf.scanner",
    "async_scheduler": "flowy.swf.boilerplate",
    "on_signal": "flowy.task.signal",
    "pending": "flowy.task.calling",
    "register_failure": "flowy.transport.registered",
    "start_activity_worker": "flowy.swf.boilerplate",
    "start_workflow_worker": "flowy.swf.boilerplate",
    "starter_for": "flowy.swf.boilerplate",
    "unguarded": "flowy.task.guarding",
    "workflow": "flowy.swf.scanner",
    "workflow_starter": "flowy.swf.boilerplate",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _PLACES:
        raise AttributeError(f"module 'flowy' has no name {name!r}")
    return getattr(import_module(_PLACES[name]), name)
