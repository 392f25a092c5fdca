"""Middleware: code around every activity, and around every decision, of a worker.

A middleware is a class with a generator for each kind of task that it cares about. The generator
gets a frozen input, yields the input to go on with (the same, or one with other values), is sent
what came of it or thrown what it raised, and returns what is to be the outcome::

    class Timing(Middleware):
        def activity(self, input: ActivityInput) -> Steps[ActivityInput, Any]:
            started = time.monotonic()
            try:
                result = yield input
            finally:
                record(input.definition.id, time.monotonic() - started)
            return result

Several are chained, the first one outermost. One form serves all strategies: the generators run in
the worker's process, and what they put into context variables is seen by code that runs there too.
"""

import contextvars
import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flowy.errors import DefinitionError
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.task.context import ActivityInfo
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.worker.cache import Decided

Input = TypeVar("Input")
Outcome = TypeVar("Outcome")

Steps = Generator[Input, Outcome, Outcome]
"""What a middleware's method returns: it yields an input once, and returns an outcome."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityInput:
    """An activity that is about to run.

    Args:
        definition: Its type and settings.
        info: Which task it is.
        args: Its positional arguments, decoded.
        kwargs: Its arguments by name.
    """

    definition: ActivityDefinition
    info: ActivityInfo
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionInput:
    """A decision that is about to be made.

    Args:
        definition: The workflow's type and settings.
        execution: Whose decision it is.
        events: The events that its run is fed with.
        is_replayed: Whether the run is made anew and goes through its whole history.
    """

    definition: WorkflowDefinition
    execution: ExecutionId
    events: Sequence[HistoryEvent]
    is_replayed: bool


class Middleware:
    """Does something around tasks; override what it cares about.

    What a method raises before it yields, or lets pass, is the task's failure.
    """

    def activity(self, input: ActivityInput) -> Steps[ActivityInput, Any]:
        """Surround the code of an activity; the outcome is what ``run`` returned."""
        return (yield input)

    def decision(self, input: DecisionInput) -> Steps[DecisionInput, Decided]:
        """Surround a decision; the outcome is what was decided, which is not to be changed.

        To return nothing leaves it as it is.
        """
        return (yield input)


class Chain:
    """The generators around one task, begun one by one and ended in reverse.

    Args:
        steps: Makes the generator of each middleware, the outermost first.
        input: What the outermost one gets.
    """

    def __init__(self, steps: Sequence[Callable[[Any], Steps[Any, Any]]], input: Any) -> None:
        self.context = contextvars.copy_context()
        """What the generators see, and the code inside them is to see."""
        self.input = input
        self._open: list[Steps[Any, Any]] = []
        for make in steps:
            try:
                self._begin(_generator(make, self.input))
            except BaseException as error:
                self.end(None, error)
                raise

    def end(self, value: Any, error: BaseException | None) -> Any:
        """Tell the generators how it went, and return the outcome.

        Raises:
            BaseException: The outcome is a failure.
        """
        while self._open:
            steps = self._open.pop()
            try:
                if error is None:
                    self.context.run(steps.send, value)
                else:
                    self.context.run(steps.throw, error)
            except StopIteration as stop:
                if stop.value is not None or not isinstance(self.input, DecisionInput):
                    value, error = stop.value, None
            except BaseException as raised:  # noqa: BLE001 -- it is the outcome from here on
                error = raised
            else:
                steps.close()
                error = _more_than_once(steps)
        if error is not None:
            raise error
        return value

    def _begin(self, steps: Steps[Any, Any]) -> None:
        name = getattr(steps, "__qualname__", repr(steps))
        try:
            given = self.context.run(next, steps)
        except StopIteration as stop:
            raise RuntimeError(f"middleware {name} yielded no input") from stop
        self._open.append(steps)
        if isinstance(given, type(self.input)):
            self.input = given
        elif isinstance(self.input, ActivityInput):
            raise TypeError(
                f"middleware {name} yielded {given!r:.100} and not the input to go on with"
            )


def _generator(make: Callable[[Any], Any], given: Any) -> Steps[Any, Any]:
    steps = make(given)
    if not isinstance(steps, Generator):
        name = getattr(make, "__qualname__", repr(make))
        raise TypeError(
            f"middleware {name} is no generator, it gave {steps!r:.100}: write it with "
            "`return (yield input)`"
        )
    return steps


def _more_than_once(steps: Steps[Any, Any]) -> RuntimeError:
    name = getattr(steps, "__qualname__", repr(steps))
    return RuntimeError(f"middleware {name} yielded more than once")


def overriding(middleware: Sequence[Middleware], method: str) -> list[Callable[[Any], Any]]:
    """Return a method of those middlewares that override it.

    Raises:
        DefinitionError: It is no method, or an ``async`` one.
    """
    found = [
        getattr(each, method)
        for each in middleware
        if getattr(type(each), method) is not getattr(Middleware, method)
    ]
    for each in found:
        is_async = inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each)
        if is_async or not callable(each):
            name = getattr(each, "__qualname__", repr(each))
            raise DefinitionError(
                f"{method} of a middleware is a plain generator, written with `return (yield "
                f"input)`, and {name} is not"
            )
    return found
