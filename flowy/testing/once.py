"""Run one workflow in a test, in one line."""

from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, TypeVar, overload

from flowy.task.calling import Runs, RunsAsync
from flowy.task.result import Result
from flowy.testing.environment import START, Environment
from flowy.testing.replacements import Replacements

T = TypeVar("T")


@overload
def run(
    workflow: type[RunsAsync[..., T]],
    *args: Any,
    activities: Replacements | None = None,
    start: float = START,
    **kwargs: Any,
) -> T: ...
@overload
def run(
    workflow: type[Runs[..., Result[T]]],
    *args: Any,
    activities: Replacements | None = None,
    start: float = START,
    **kwargs: Any,
) -> T: ...
@overload
def run(
    workflow: type[Runs[..., T]],
    *args: Any,
    activities: Replacements | None = None,
    start: float = START,
    **kwargs: Any,
) -> T: ...
@overload
def run(
    workflow: Callable[Concatenate[Any, ...], Coroutine[Any, Any, T]],
    *args: Any,
    activities: Replacements | None = None,
    start: float = START,
    **kwargs: Any,
) -> T: ...
@overload
def run(
    workflow: Callable[Concatenate[Any, ...], T],
    *args: Any,
    activities: Replacements | None = None,
    start: float = START,
    **kwargs: Any,
) -> T: ...
def run(
    workflow: Any,
    *args: Any,
    activities: Replacements | None = None,
    start: float = START,
    **kwargs: Any,
) -> Any:
    """Run a workflow to its end in an environment of its own, and return its result.

    The result is read as the workflow's annotation says.

    Args:
        workflow: The class or function that declares it. Its module, and what its proxies of
            classes and functions stand for, are there with it.
        args: The arguments of its ``run``.
        activities: Functions in the place of activities, as ``Environment.fake`` takes them.
        start: The first moment of the clock, in seconds since the epoch.
        kwargs: Further arguments by name; a workflow whose arguments are named ``activities`` or
            ``start`` needs an ``Environment``.

    Raises:
        TaskError: It did not complete; the subclass and the reason say why.
        FlowyError: It is open and waits for something that will not come by itself.
        DefinitionError: It declares no workflow, or an activity that is to be replaced is not
            there.
        PayloadMismatch: It does not take the arguments.
        NondeterminismError: The code does not do again what it did.
    """
    with Environment(workflow, activities=activities, start=start) as environment:
        return environment.run(workflow, *args, **kwargs)
