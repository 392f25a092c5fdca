"""Functions in the place of activities and of child workflows."""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from flowy.task.activity import Activity
from flowy.task.declared import Definition, definitions_of
from flowy.task.decorators import define_activity, define_workflow
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.task.proxy import TaskProxy, WorkflowProxy
from flowy.task.workflow import Workflow

Replacements = Mapping[Any, Callable[..., Any]]
"""By the activity's class, function or proxy, or the name of its type: what is called instead."""

AnyDefinition = TypeVar("AnyDefinition", bound=Definition)


def is_meant(definition: Definition, key: Any) -> bool:
    """Tell whether a class, function, proxy or type name stands for a definition."""
    if isinstance(key, TaskProxy):
        return key.task_id == definition.id and isinstance(definition, _kind(key))
    if key in (definition.factory, definition.id.name):
        return True
    return any(
        type(each) is type(definition) and each.id == definition.id for each in definitions_of(key)
    )


def with_function(definition: AnyDefinition, function: Callable[..., Any]) -> AnyDefinition:
    """Return a definition with a function in the place of its code."""
    original = definition.factory
    code = inspect.getattr_static(original, "run")
    # How the arguments are read, the code in whose place it stands goes on to say.
    run = functools.wraps(original.run)(_call(function, int(not isinstance(code, staticmethod))))
    body = {
        "run": staticmethod(run) if isinstance(code, staticmethod) else run,
        "__module__": original.__module__,
        "__qualname__": original.__qualname__,
    }
    return replace(definition, factory=type(original.__name__, (original,), body))


def stand_in(
    proxy: TaskProxy[..., Any], task_list: str, function: Callable[..., Any]
) -> Definition:
    """Return a definition that does with a function what a proxy names and nobody else does.

    Args:
        proxy: The proxy.
        task_list: Where its tasks wait unless it says otherwise.
        function: Is called with the arguments.
    """
    place: Any = proxy.options
    name, version = proxy.task_id.name, proxy.task_id.version  # type: ignore[union-attr]
    waits = place.task_list or task_list
    if _kind(proxy) is ActivityDefinition:
        return with_function(define_activity(Activity, name, version, waits), function)
    return with_function(define_workflow(Workflow, name, version, waits), function)


def _kind(proxy: TaskProxy[..., Any]) -> type[Definition]:
    return WorkflowDefinition if isinstance(proxy, WorkflowProxy) else ActivityDefinition


def _call(function: Callable[..., Any], skipped: int) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args[skipped:], **kwargs)

    async def wait(*args: Any, **kwargs: Any) -> Any:
        return await function(*args[skipped:], **kwargs)

    return wait if inspect.iscoroutinefunction(function) else call


def shown(key: Any) -> str:
    """Return a class, function, proxy or type name as an error shows it."""
    if isinstance(key, TaskProxy):
        return str(key.task_id)
    return getattr(key, "__qualname__", None) or repr(key)
