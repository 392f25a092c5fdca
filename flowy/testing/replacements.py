"""Functions in the place of activities."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from flowy.errors import DefinitionError
from flowy.task.definition import ActivityDefinition
from flowy.task.registry import Registry

Replacements = Mapping[Any, Callable[..., Any]]
"""By the activity's class or the name of its type: what is called in its place."""


def replaced(
    definitions: Iterable[ActivityDefinition], replacements: Replacements
) -> Registry[ActivityDefinition]:
    """Return the definitions with functions in the place of the activities that are named.

    Arguments and results travel as those of the activity do, by its own overrides.

    Raises:
        DefinitionError: A replacement names no activity of these.
    """
    found: Registry[ActivityDefinition] = Registry()
    left = dict(replacements)
    for definition in definitions:
        used = [key for key in replacements if key in (definition.factory, definition.id.name)]
        for key in used:
            left.pop(key, None)
        found.add(_with(definition, replacements[used[0]]) if used else definition)
    if left:
        names = ", ".join(map(_shown, left))
        known = ", ".join(sorted(str(definition.id) for definition in found)) or "none"
        raise DefinitionError(f"there is no activity {names} to replace; there are: {known}")
    return found


def _with(definition: ActivityDefinition, function: Callable[..., Any]) -> ActivityDefinition:
    def call(_activity: Any, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    async def wait(_activity: Any, *args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    run = wait if inspect.iscoroutinefunction(function) else call
    original = definition.factory
    return replace(definition, factory=type(original.__name__, (original,), {"run": run}))


def _shown(key: Any) -> str:
    return key.__qualname__ if isinstance(key, type) else repr(key)
