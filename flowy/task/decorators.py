"""`@activity` and `@workflow`: attach a definition to a class for the scanner to find."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import venusian

from flowy.errors import DefinitionError
from flowy.execution.retry import RetryPolicy
from flowy.task.declared import record
from flowy.task.definition import (
    HOLD,
    ActivityDefinition,
    WorkflowDefinition,
    checked_name,
    mismatch_policy,
    type_id,
)
from flowy.task.functions import as_task
from flowy.task.ignored import refuse_ignored
from flowy.task.option_values import seconds
from flowy.task.task import Task

ACTIVITY = "activity"
WORKFLOW = "workflow"
DEPTH = 3
"""How many frames the decorated module is above the call of venusian."""

T = TypeVar("T", bound=Callable[..., Any])


def activity(
    name: Any,
    version: Any,
    task_list: Any,
    heartbeat: Any = None,
    schedule_to_close: Any = 420,
    schedule_to_start: Any = 120,
    start_to_close: Any = 300,
    *,
    strategy: str | None = None,
    at_most_once: bool = False,
    local_retry: RetryPolicy | None = None,
) -> Callable[[T], T]:
    """Declare an activity type and the class or function that does it, which stays as it is.

    A function does the work itself, ``def`` or ``async def``. When its first parameter is annotated
    with ``Activity``, or a class that inherits from it, it gets the activity there.

    Args:
        name: The type's name.
        version: The type's version; 1 and "1" are the same.
        task_list: Where tasks of the type wait unless a call says otherwise.
        heartbeat: Longest silence between two heartbeats, in seconds; None for no such limit.
        schedule_to_close: Longest time from scheduling to the answer, in seconds.
        schedule_to_start: Longest wait for a worker, in seconds.
        start_to_close: Longest time from a worker's start to its answer, in seconds.
        strategy: How the worker runs the code: ``inline``, ``asyncio``, ``thread``, ``process``,
            ``script``, or the name of an executor that the worker was given; None as the worker
            says.
        at_most_once: When an attempt has begun, no other one does the work: further attempts fail
            with ``NotRepeated``.
        local_retry: When the worker tries again by itself, inside the task, what raised an
            exception; the workflow does not see it.

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
        strategy=strategy,
        at_most_once=at_most_once,
        local_retry=local_retry,
    )
    return _attacher(ACTIVITY, define)


def workflow(
    name: Any,
    version: Any,
    task_list: Any,
    workflow_duration: Any = 3600,
    decision_duration: Any = 60,
    max_open_tasks: Any = 1_000,
    *,
    on_mismatch: str = HOLD,
) -> Callable[[T], T]:
    """Declare a workflow type and the class or function that decides it, which stays as it is.

    A function's first parameter is the workflow: what ``self`` is in a class. When it is annotated
    with a class that inherits from ``Workflow``, it is one of that class.

    Args:
        name: The type's name.
        version: The type's version; 1 and "1" are the same.
        task_list: Where decision tasks of the type wait unless a start says otherwise.
        workflow_duration: Longest time from start to close, in seconds.
        decision_duration: Longest time for one decision, in seconds.
        max_open_tasks: How many activities, children and timers may be open at once, each kind by
            itself; SWF takes 1,000.
        on_mismatch: What becomes of an execution whose history the code does not follow: "hold"
            leaves it as it is until there is code that does, "fail" fails it.

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
        on_mismatch=on_mismatch,
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
    *,
    strategy: str | None = None,
    at_most_once: bool = False,
    local_retry: RetryPolicy | None = None,
) -> ActivityDefinition:
    """Return the definition of an activity; takes and raises what ``activity`` does."""
    if at_most_once and local_retry is not None:
        raise DefinitionError(
            f"activity {name} {version} is at_most_once, so its worker cannot try it again: leave "
            "local_retry out"
        )
    return ActivityDefinition(
        id=type_id(name, version),
        task_list=checked_name(task_list, "task list"),
        heartbeat=None if heartbeat is None else seconds(heartbeat, "heartbeat"),
        schedule_to_close=seconds(schedule_to_close, "schedule_to_close"),
        schedule_to_start=seconds(schedule_to_start, "schedule_to_start"),
        start_to_close=seconds(start_to_close, "start_to_close"),
        factory=factory,
        strategy=None if strategy is None else checked_name(strategy, "strategy"),
        at_most_once=bool(at_most_once),
        local_retry=_policy(local_retry),
    )


def _policy(value: object) -> RetryPolicy | None:
    if value is None or isinstance(value, RetryPolicy):
        return value
    raise DefinitionError(f"local_retry is a RetryPolicy, not {value!r}")


def define_workflow(
    factory: Any,
    name: Any,
    version: Any,
    task_list: Any,
    workflow_duration: Any = 3600,
    decision_duration: Any = 60,
    max_open_tasks: Any = 1_000,
    *,
    on_mismatch: str = HOLD,
) -> WorkflowDefinition:
    """Return the definition of a workflow; takes and raises what ``workflow`` does."""
    return WorkflowDefinition(
        id=type_id(name, version),
        task_list=checked_name(task_list, "task list"),
        workflow_duration=seconds(workflow_duration, "workflow_duration"),
        decision_duration=seconds(decision_duration, "decision_duration"),
        max_open_tasks=seconds(max_open_tasks, "max_open_tasks"),
        on_mismatch=mismatch_policy(on_mismatch),
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

    def attach(holder: T) -> T:
        definition = define(as_task(holder, category))
        refuse_ignored(definition)
        # The same depth as by way of attach_activity: venusian looks for the decorated module.
        _attach_here(holder, definition, category)
        return holder

    return attach


def _attach_here(holder: Any, definition: Any, category: str) -> None:
    _attach(holder, definition, category)


def _attach(holder: Any, definition: Any, category: str) -> None:
    def found(scanner: Any, _name: str, _holder: Any) -> None:
        scanner.found.append(definition)

    record(holder, definition)
    if definition.factory is not holder:
        record(definition.factory, definition)
    venusian.attach(holder, found, category=category, depth=DEPTH)
