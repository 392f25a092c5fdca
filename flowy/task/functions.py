"""What is decorated, as a task's class: the class itself, or one made of a function."""

import copyreg
import inspect
from collections.abc import Callable
from typing import Any

from flowy.errors import DefinitionError
from flowy.task.activity import Activity
from flowy.task.declared import definition_of, reads_arguments
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.task.signal import check_signals
from flowy.task.signature import annotations_of, check_declaration
from flowy.task.task import Task
from flowy.task.workflow import Workflow


class FunctionTask(type):
    """The class of the classes that are made of functions.

    Such a class goes to another process as its function, which makes it anew there.
    """

    function: Any


def _travelling(cls: FunctionTask) -> tuple[Any, ...]:
    return _class_of, (cls.function, issubclass(cls, Workflow))


def _class_of(function: Any, decides: bool) -> type[Task]:
    kind = WorkflowDefinition if decides else ActivityDefinition
    found: type[Task] = definition_of(function, kind).factory
    return found


copyreg.pickle(FunctionTask, _travelling)


def as_task(holder: Any, kind: str) -> type[Task]:
    """Return the class that does the tasks of what is decorated.

    Args:
        holder: The class or function.
        kind: "activity" or "workflow".

    Raises:
        DefinitionError: It is neither a task's class nor a function that could do the work, or
            an annotation asks for what JSON can never give.
    """
    cls = holder if isinstance(holder, type) else _MADE[kind](holder)
    if not issubclass(cls, Task):
        raise DefinitionError(f"@{kind} belongs on a task's class or a function, not on {holder!r}")
    _check_run(cls, kind)
    try:
        if reads_arguments(cls):
            check_declaration(cls)
        if issubclass(cls, Workflow):
            check_signals(cls)
    except DefinitionError as error:
        raise DefinitionError(f"{cls.__module__}.{cls.__qualname__}: {error}") from error
    return cls


def _check_run(cls: type[Task], kind: str) -> None:
    other = Workflow if kind == "activity" else Activity
    if issubclass(cls, other):
        raise DefinitionError(
            f"@{kind} does not belong on {cls.__qualname__}, which is a class of "
            f"{'workflows: use @workflow' if other is Workflow else 'activities: use @activity'}"
        )
    run = cls.run
    if not callable(run):
        raise DefinitionError(f"{cls.__qualname__}.run is a method, not {run!r:.100}")
    if inspect.isgeneratorfunction(run) or inspect.isasyncgenfunction(run):
        raise DefinitionError(f"{cls.__qualname__}.run yields: let it return its result")


def _activity(function: Any) -> type[Task]:
    parameters = _parameters(function, "activity")
    base = _asked_for(function, parameters[0], Activity) if parameters else None
    if base is None:
        return _class(function, Activity, staticmethod(function))
    # The activity itself is what a method has as self.
    return _class(function, base, function)


def _workflow(function: Any) -> type[Task]:
    parameters = _parameters(function, "workflow")
    if not parameters or parameters[0].kind not in _POSITIONAL:
        raise DefinitionError(
            "@workflow belongs on a task's class, or on a function whose first parameter is the "
            f"workflow: {function.__qualname__} has none"
        )
    return _class(function, _asked_for(function, parameters[0], Workflow) or Workflow, function)


_MADE: dict[str, Callable[[Any], type[Task]]] = {"activity": _activity, "workflow": _workflow}

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _parameters(function: Any, kind: str) -> list[inspect.Parameter]:
    if not inspect.isfunction(function):
        raise DefinitionError(
            f"@{kind} belongs on a task's class or a function, not on {function!r}"
        )
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise DefinitionError(
            f"@{kind} belongs on a function that returns its result: {function.__qualname__} yields"
        )
    return list(inspect.signature(function).parameters.values())


def _asked_for(function: Any, parameter: inspect.Parameter, kind: type[Task]) -> type[Task] | None:
    """Return the class of tasks that a parameter is annotated with."""
    annotation = annotations_of(function).get(parameter.name)
    is_class = isinstance(annotation, type) and issubclass(annotation, kind)
    return annotation if is_class and parameter.kind in _POSITIONAL else None


def _class(function: Any, base: type[Task], run: Any) -> type[Task]:
    body = {
        "run": run,
        "__doc__": function.__doc__,
        "__module__": function.__module__,
        "__qualname__": function.__qualname__,
        "function": staticmethod(function),
    }
    made: Any = FunctionTask(function.__name__, (base,), body)
    return made  # type: ignore[no-any-return]  # a subclass of base
