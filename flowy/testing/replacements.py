"""Functions in the place of activities and of child workflows."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from flowy.errors import DefinitionError
from flowy.task.declared import Definition, definitions_of
from flowy.task.definition import ActivityDefinition
from flowy.task.registry import Registry

Replacements = Mapping[Any, Callable[..., Any]]
"""By the activity's class or function, or the name of its type: what is called in its place."""

AnyDefinition = TypeVar("AnyDefinition", bound=Definition)


def replaced(
    definitions: Iterable[ActivityDefinition], replacements: Replacements
) -> Registry[ActivityDefinition]:
    """Return the definitions with functions in the place of the activities that are named.

    Arguments and results travel as those of the activity do, by its annotations and overrides.

    Raises:
        DefinitionError: A replacement names no activity of these.
    """
    found: Registry[ActivityDefinition] = Registry()
    left = dict(replacements)
    for definition in definitions:
        used = [key for key in replacements if is_meant(definition, key)]
        for key in used:
            left.pop(key, None)
        found.add(with_function(definition, replacements[used[0]]) if used else definition)
    if left:
        names = ", ".join(map(shown, left))
        known = ", ".join(sorted(str(definition.id) for definition in found)) or "none"
        raise DefinitionError(f"there is no activity {names} to replace; there are: {known}")
    return found


def is_meant(definition: Definition, key: Any) -> bool:
    """Tell whether a class, function or type name stands for a definition."""
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


def _call(function: Callable[..., Any], skipped: int) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args[skipped:], **kwargs)

    async def wait(*args: Any, **kwargs: Any) -> Any:
        return await function(*args[skipped:], **kwargs)

    return wait if inspect.iscoroutinefunction(function) else call


def shown(key: Any) -> str:
    """Return a class, function or type name as an error shows it."""
    return getattr(key, "__qualname__", None) or repr(key)
