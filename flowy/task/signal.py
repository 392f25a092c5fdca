"""Signals: what the outside tells a workflow while it runs."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Self, TypeVar, overload

from flowy.errors import DefinitionError
from flowy.task.context import WorkflowContext
from flowy.task.result import Result

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Signal:
    """A signal that a workflow waits for: a class attribute of the workflow.

    On a workflow that runs it is a queue of its own for the signals of one name: in the order in
    which they came, none lost, whether or not the code waited when they came::

        class Order(Workflow):
            approved = Signal()

            async def run(self, order):
                who = await self.approved.get()

    Args:
        name: SWF's signal name; None is the attribute's name.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or ""

    def __set_name__(self, owner: type, attribute: str) -> None:
        self.name = self.name or attribute

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> "BoundSignal": ...
    def __get__(self, instance: object | None, owner: type) -> "Self | BoundSignal":
        if instance is None:
            return self
        scheduler = getattr(instance, "_scheduler", None)
        if scheduler is None:
            raise AttributeError(
                f"the signal {self.name} belongs on a Workflow that runs, "
                f"not on {type(instance).__name__}"
            )
        return BoundSignal(self.name, scheduler)


class BoundSignal:
    """The signals of one name, on a workflow that runs.

    Args:
        name: SWF's signal name.
        scheduler: What runs the workflow.
    """

    def __init__(self, name: str, scheduler: WorkflowContext) -> None:
        self._name = name
        self._scheduler = scheduler

    def get(self) -> Result:
        """Take the next signal: what was sent with it, now or when it comes.

        A text that is not JSON, from a sender other than Flowy, is given as it is. Cancelling the
        result leaves the signal to whoever asks next.
        """
        return self._scheduler.next_signal(self._name)

    def __len__(self) -> int:
        """Return how many signals have come that nobody has taken."""
        return self._scheduler.waiting_signals(self._name)

    def __bool__(self) -> bool:
        """Say that the queue is there, also when it is empty."""
        return True


def on_signal(name: str) -> Callable[[Handler], Handler]:
    """Mark a method of a workflow to be called with what each signal of a name brings.

    The method may be ``def`` or ``async def``; it may call activities and wait, and then runs
    beside ``run``. Signals of that name go to the method and to no queue.

    Raises:
        DefinitionError: The name is empty.
    """
    if not name:
        raise DefinitionError("a signal has a name of 1 to 256 characters")

    def mark(method: Handler) -> Handler:
        method.flowy_signal = name  # type: ignore[attr-defined]
        return method

    return mark


@cache
def handlers_of(cls: Any) -> dict[str, str]:
    """Return which method of a workflow's class takes which signal: method names by signal name.

    Raises:
        DefinitionError: Two methods take the same signal.
    """
    found: dict[str, str] = {}
    for name, attribute in _handlers(cls):
        if found.setdefault(name, attribute) != attribute:
            raise DefinitionError(
                f"{cls.__name__}.{found[name]} and {cls.__name__}.{attribute} both take the signal "
                f"{name}: only one method can"
            )
    return found


def _handlers(cls: type) -> Iterator[tuple[str, str]]:
    for attribute in dir(cls):
        name = getattr(getattr(cls, attribute, None), "flowy_signal", None)
        if isinstance(name, str):
            yield name, attribute
