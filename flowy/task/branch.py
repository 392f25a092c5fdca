"""Branches: code of a workflow that runs beside the code that started it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

from flowy.errors import DefinitionError
from flowy.task.declared import definitions_of
from flowy.task.result import Result

P = ParamSpec("P")
T = TypeVar("T")


class WorkflowLoop(Protocol):
    """What composition needs of the loop that runs a workflow's code."""

    def can_block(self) -> bool:
        """Tell whether the code that asks is a plain function, which waits without ``await``."""
        ...

    def block_on(self, future: asyncio.Future[Any]) -> None:
        """Return when the future is done; other code of the workflow runs meanwhile."""
        ...

    def create_future(self) -> asyncio.Future[Any]:
        """Make a future of this loop."""
        ...

    def spawn(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> "Branch[Any]":
        """Run a function, plain or ``async``, beside the code that asks."""
        ...

    def enter_saga(self) -> "asyncio.Task[Any] | None":
        """Note that the code that asks is in a saga; return the task that it runs in."""
        ...

    def leave_saga(self, task: "asyncio.Task[Any] | None") -> None:
        """Note that code has left a saga, and what had to be undone is undone."""
        ...


class Branch(Result[T]):
    """The outcome of code that runs beside the code that started it.

    It is a ``Result``, but cancelling it only asks: the code is told by ``CancelledError`` where it
    waits, may clean up, and the branch is done when the code is.

    Args:
        task: The asyncio task that the code runs in.
    """

    def __init__(self, task: asyncio.Task[T]) -> None:
        super().__init__(loop=task.get_loop())
        self.number = self.origin = None
        self.shielded = shielded.get()
        """Whether a cancel request for the workflow passes it by."""
        self._task = task
        task.add_done_callback(self._end)

    def cancel(self, msg: Any | None = None) -> bool:
        """Ask the code to stop.

        Returns:
            False when it has ended already.
        """
        return not self.done() and self._task.cancel(msg)

    def _end(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            super().cancel()
        elif (error := task.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(task.result())


shielded: ContextVar[bool] = ContextVar("flowy_shielded", default=False)
"""Whether what the code asks for now is kept when the workflow is asked to cancel itself."""


def workflow_loop(what: str) -> WorkflowLoop:
    """Return the loop of the workflow whose code runs.

    Args:
        what: What is asked for, for the error: "flowy.first".

    Raises:
        RuntimeError: No workflow's code runs here.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = None
    if not hasattr(loop, "spawn"):
        raise RuntimeError(
            f"{what} belongs in the code of a workflow that runs: call it in run, or in what run "
            "calls"
        )
    return cast(WorkflowLoop, loop)


@overload
def spawn(
    function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> Branch[T]: ...
@overload
def spawn(function: Callable[P, Result[T]], *args: P.args, **kwargs: P.kwargs) -> Branch[T]: ...
@overload
def spawn(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Branch[T]: ...
def spawn(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Branch[Any]:
    """Run a part of a workflow beside the code that goes on: a branch.

    In a plain ``run`` this is the way to have two things in progress that each wait::

        branches = [flowy.spawn(self.order, item) for item in items]
        return [branch.result() for branch in branches]

    The workflow does not end before its branches have. A branch that fails fails the workflow at
    its end, unless somebody looked at its failure. A workflow that fails or is cancelled cancels
    its branches and waits for what they clean up.

    Args:
        function: Plain or ``async``; what it returns is awaited where it is a result.
        args: Its arguments.
        kwargs: The same by name.

    Returns:
        The outcome, for ``await``, ``result()``, or another call.

    Raises:
        DefinitionError: The function cannot be called.
        RuntimeError: No workflow's code runs here.
    """
    return workflow_loop("flowy.spawn").spawn(callable_of(function, "flowy.spawn"), *args, **kwargs)


def callable_of(function: Any, what: str) -> Callable[..., Any]:
    """Return a function that can be called.

    Raises:
        DefinitionError: It cannot; ``what`` says who wanted it.
    """
    if not callable(function):
        raise DefinitionError(
            f"{what} takes a function or a proxy, and calls it itself, not {function!r}"
        )
    if definitions_of(function):
        name = getattr(function, "__qualname__", repr(function))
        raise DefinitionError(
            f"{name} is declared as a type of its own: give {what} its proxy, {name}.proxy() as an "
            "attribute of the workflow"
        )
    return cast(Callable[..., Any], function)
