"""`@activity` and `@workflow`: attach a definition to a class for the scanner to find."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import venusian

from flowy.errors import DefinitionError
from flowy.task.definition import ActivityDefinition, WorkflowDefinition, checked_name, type_id
from flowy.task.option_values import seconds
from flowy.task.task import Task

ACTIVITY = "activity"
WORKFLOW = "workflow"
DEPTH = 3
"""How many frames the decorated module is above the call of venusian."""

T = TypeVar("T", bound=type[Task])


def activity(
    name: Any,
    version: Any,
    task_list: Any,
    heartbeat: Any = None,
    schedule_to_close: Any = 420,
    schedule_to_start: Any = 120,
    start_to_close: Any = 300,
) -> Callable[[T], T]:
    """Declare an activity type and the class that does it; the class itself stays as it is.

    Args:
        name: The type's name.
        version: The type's version; 1 and "1" are the same.
        task_list: Where tasks of the type wait unless a call says otherwise.
        heartbeat: Longest silence between two heartbeats, in seconds; None for no such limit.
        schedule_to_close: Longest time from scheduling to the answer, in seconds.
        schedule_to_start: Longest wait for a worker, in seconds.
        start_to_close: Longest time from a worker's start to its answer, in seconds.

    Raises:
        DefinitionError: A value can never work; it is also a ``ValueError``.
    """
    define = partial(
        define_activity,
        name=name,
        version=version,
        task_list=task_list,
        heartbeat=heartbeat,
        schedule_to_close=schedule_to_close,
        schedule_to_start=schedule_to_start,
        start_to_close=start_to_close,
    )
    return _attacher(ACTIVITY, define)


def workflow(
    name: Any,
    version: Any,
    task_list: Any,
    workflow_duration: Any = 3600,
    decision_duration: Any = 60,
    max_open_tasks: Any = 1_000,
) -> Callable[[T], T]:
    """Declare a workflow type and the class that decides it; the class itself stays as it is.

    Args:
        name: The type's name.
        version: The type's version; 1 and "1" are the same.
        task_list: Where decision tasks of the type wait unless a start says otherwise.
        workflow_duration: Longest time from start to close, in seconds.
        decision_duration: Longest time for one decision, in seconds.
        max_open_tasks: How many activities, children and timers may be open at once, each kind by
            itself; SWF takes 1,000.

    Raises:
        DefinitionError: A value can never work; it is also a ``ValueError``.
    """
    define = partial(
        define_workflow,
        name=name,
        version=version,
        task_list=task_list,
        workflow_duration=workflow_duration,
        decision_duration=decision_duration,
        max_open_tasks=max_open_tasks,
    )
    return _attacher(WORKFLOW, define)


def define_activity(
    factory: Any,
    name: Any,
    version: Any,
    task_list: Any,
    heartbeat: Any = None,
    schedule_to_close: Any = 420,
    schedule_to_start: Any = 120,
    start_to_close: Any = 300,
) -> ActivityDefinition:
    """Return the definition of an activity; takes and raises what ``activity`` does."""
    return ActivityDefinition(
        id=type_id(name, version),
        task_list=checked_name(task_list, "task list"),
        heartbeat=None if heartbeat is None else seconds(heartbeat, "heartbeat"),
        schedule_to_close=seconds(schedule_to_close, "schedule_to_close"),
        schedule_to_start=seconds(schedule_to_start, "schedule_to_start"),
        start_to_close=seconds(start_to_close, "start_to_close"),
        factory=factory,
    )


def define_workflow(
    factory: Any,
    name: Any,
    version: Any,
    task_list: Any,
    workflow_duration: Any = 3600,
    decision_duration: Any = 60,
    max_open_tasks: Any = 1_000,
) -> WorkflowDefinition:
    """Return the definition of a workflow; takes and raises what ``workflow`` does."""
    return WorkflowDefinition(
        id=type_id(name, version),
        task_list=checked_name(task_list, "task list"),
        workflow_duration=seconds(workflow_duration, "workflow_duration"),
        decision_duration=seconds(decision_duration, "decision_duration"),
        max_open_tasks=seconds(max_open_tasks, "max_open_tasks"),
        factory=factory,
    )


def attach_activity(holder: Any, definition: ActivityDefinition) -> None:
    """Let the scanner find an activity on a function of the module that decorates it."""
    _attach(holder, definition, ACTIVITY)


def attach_workflow(holder: Any, definition: WorkflowDefinition) -> None:
    """Let the scanner find a workflow on a function of the module that decorates it."""
    _attach(holder, definition, WORKFLOW)


def _attacher(category: str, define: Callable[[type[Task]], Any]) -> Callable[[T], T]:
    define(Task)  # a bad declaration fails here, where it stands

    def attach(cls: T) -> T:
        if not _is_task(cls):
            raise DefinitionError(f"@{category} belongs on a task's class, not on {cls!r}")
        # The same depth as by way of attach_activity: venusian looks for the decorated module.
        _attach_here(cls, define(cls), category)
        return cls

    return attach


def _attach_here(holder: Any, definition: Any, category: str) -> None:
    _attach(holder, definition, category)


def _attach(holder: Any, definition: Any, category: str) -> None:
    def found(scanner: Any, _name: str, _holder: Any) -> None:
        scanner.found.append(definition)

    venusian.attach(holder, found, category=category, depth=DEPTH)


def _is_task(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, Task)
