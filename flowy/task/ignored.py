"""Options of a type that stand in its class, where nobody would look for them, are refused.

The options of a type stand in its decorator. A class that says ``max_open_tasks = 5`` in its body
looks as if it had said something.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

from flowy.errors import DefinitionError
from flowy.execution.retry import RetryPolicy
from flowy.given import whole
from flowy.task.definition import FAIL, HOLD, ActivityDefinition, WorkflowDefinition
from flowy.task.workflow import Workflow

_STRATEGIES = ("asyncio", "inline", "process", "script", "thread")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


_ACTIVITY: Mapping[str, Callable[[Any], bool]] = {
    "at_most_once": lambda value: isinstance(value, bool),
    "heartbeat": _is_number,
    "local_retry": lambda value: isinstance(value, RetryPolicy),
    "schedule_to_close": _is_number,
    "schedule_to_start": _is_number,
    "start_to_close": _is_number,
    "strategy": lambda value: value in _STRATEGIES,
}
_WORKFLOW: Mapping[str, Callable[[Any], bool]] = {
    "decision_duration": _is_number,
    "max_open_tasks": _is_number,
    "on_mismatch": lambda value: value in (HOLD, FAIL),
    "workflow_duration": _is_number,
}
_OPTIONS: Mapping[type, tuple[str, Mapping[str, Callable[[Any], bool]]]] = {
    ActivityDefinition: ("activity", _ACTIVITY),
    WorkflowDefinition: ("workflow", _WORKFLOW),
}
"""What could be meant as which option; an attribute of another kind is the user's own."""


def refuse_ignored(definition: ActivityDefinition | WorkflowDefinition) -> None:
    """Refuse a class that has options of its type as attributes, unless they say the same.

    Raises:
        DefinitionError: It has.
    """
    cls = definition.factory
    decorator, options = _OPTIONS[type(definition)]
    for name, could_be in options.items():
        value = inspect.getattr_static(cls, name, None)
        same = name != "heartbeat" and value == getattr(definition, name)
        if could_be(value) and not same:
            raise DefinitionError(
                f"{cls.__module__}.{cls.__qualname__} has {name} = {value!r:.100} in its body, "
                f"where it means nothing: write @{decorator}(..., {name}={value!r:.100})"
            )
    if issubclass(cls, Workflow):
        for name in ("restart_events", "restart_bytes"):
            value = inspect.getattr_static(cls, name)
            if hasattr(value, "__get__") or value == math.inf:
                continue  # a property says it for each workflow; and never is an answer
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # as 1e6 is
            whole(value, f"{cls.__module__}.{cls.__qualname__}.{name}", 1)
