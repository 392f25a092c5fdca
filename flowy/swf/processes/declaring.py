"""Declare a graph as a workflow: one workflow type, and one activity type for its processes."""

from collections.abc import Callable
from typing import Any, TypeVar

from flowy.process.workflow.core import Workflow as Graph
from flowy.swf.processes.node import NodeActivity
from flowy.swf.processes.workflow import GraphWorkflow
from flowy.swf.task import ActivityProxy
from flowy.task.decorators import (
    attach_activity,
    attach_workflow,
    define_activity,
    define_workflow,
)

MakeGraph = TypeVar("MakeGraph", bound=Callable[..., Graph])

DAY = 24 * 3600


def durable_graph(
    name: Any,
    version: Any,
    task_list: Any,
    *,
    heartbeat: Any = 60,
    start_to_close: Any = DAY,
    schedule_to_start: Any = DAY,
    workflow_duration: Any = 7 * DAY,
    decision_duration: Any = 60,
    retry: Any = 3,
) -> Callable[[MakeGraph], MakeGraph]:
    """Declare the graph that a function makes as a workflow; the function stays as it is.

    The workflow takes what ``Workflow.execute`` takes. The worker heartbeats for a process; when it
    dies the process is run again by another. The process's own retries are made by the worker.

    Args:
        name: The workflow type's name; that of the activity type is this one with ``.process``.
        version: The version of both.
        task_list: Where the tasks of both wait.
        heartbeat: After how many seconds a worker that is silent is given up.
        start_to_close: Longest time for one process, with its retries, in seconds.
        schedule_to_start: Longest wait for a worker, in seconds.
        workflow_duration: Longest time for the graph, in seconds.
        decision_duration: Longest time for one decision, in seconds.
        retry: How often a process is run again whose worker was lost.

    Raises:
        DefinitionError: A value can never work.
    """
    node_name = f"{name}.process"
    proxy = ActivityProxy(node_name, version, retry=retry)

    def mark(make: MakeGraph) -> MakeGraph:
        body = {"graph": staticmethod(make), "__module__": make.__module__, "__doc__": make.__doc__}
        workflow = type(make.__qualname__, (GraphWorkflow,), {**body, "node": proxy})
        node = type(f"{make.__qualname__}.process", (NodeActivity,), body)
        attach_workflow(
            make,
            define_workflow(
                workflow, name, version, task_list, workflow_duration, decision_duration
            ),
        )
        attach_activity(
            make,
            define_activity(
                node,
                node_name,
                version,
                task_list,
                heartbeat=heartbeat,
                schedule_to_close=_sum(schedule_to_start, start_to_close),
                schedule_to_start=schedule_to_start,
                start_to_close=start_to_close,
            ),
        )
        return make

    return mark


def _sum(*durations: Any) -> int:
    return sum(int(duration) for duration in durations)
