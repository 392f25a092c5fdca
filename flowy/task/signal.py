"""Signals: what the outside tells a workflow while it runs."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, Generic, Self, get_args, overload

from flowy.errors import DefinitionError
from flowy.task import naming
from flowy.task.context import WorkflowContext, running_context
from flowy.task.result import Result
from flowy.task.signature import annotations_of, check_declaration, reader_at_use, signature_of
from flowy.transport.typed import Reader, reader_of

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # typing has the default only from 3.13 on

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Signal(Generic[T]):
    """A signal that a workflow waits for: an attribute of the workflow's class, or of a module.

    On a workflow that runs it is a queue of its own for the signals of one name: in the order in
    which they came, none lost, whether or not the code waited when they came::

        class Order(Workflow):
            approved = Signal()
            paid = Signal[Payment]()

            async def run(self, order):
                who = await self.approved.get()

    With a type in brackets, or in the attribute's annotation, what was sent is read as that type.
    One that stands in a module has a name and serves whatever workflow runs: ``approved.get()``.
    Who sends it may say ``Order.paid`` in place of the name, and is held to its type.

    Args:
        name: SWF's signal name; None is the name of the class's attribute.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = naming.signal(name) if name else ""
        self._owner: type | None = None
        self._attribute = ""

    def __set_name__(self, owner: type, attribute: str) -> None:
        self.name = self.name or attribute
        self._owner, self._attribute = owner, attribute

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> "BoundSignal[T]": ...
    def __get__(self, instance: object | None, owner: type) -> "Self | BoundSignal[T]":
        if instance is None:
            return self
        scheduler = getattr(instance, "_scheduler", None)
        if scheduler is None:
            raise AttributeError(
                f"the signal {self.name} belongs on a Workflow that runs, "
                f"not on {type(instance).__name__}"
            )
        return self._on(scheduler)

    def get(self) -> "Result[T]":
        """Take the next signal of the workflow whose code is running; as ``BoundSignal.get``.

        Raises:
            RuntimeError: No workflow's code is running.
        """
        return self._here().get()

    def __len__(self) -> int:
        """Return how many signals have come to the workflow that runs and nobody has taken."""
        return len(self._here())

    def __bool__(self) -> bool:
        """Say that the signal is there, also when none has come."""
        return True

    @cached_property
    def reader(self) -> Reader | None:
        """What reads the values; None leaves them as JSON gives them.

        Raises:
            DefinitionError: JSON can never give what the annotation asks for.
        """
        wanted = self._wanted()
        return None if wanted is Any else reader_at_use(self._owner or Signal, self.name, wanted)

    def check(self) -> None:
        """Refuse a type that can never work; one whose names are not there yet may.

        Raises:
            DefinitionError: JSON can never give what the type asks for.
        """
        wanted = self._wanted()
        if not isinstance(wanted, str):
            with suppress(NameError):
                reader_of(wanted)

    def check_value(self, value: T) -> None:
        """Refuse a value that whoever takes the signal could not read.

        Raises:
            PayloadMismatch: It is one.
        """
        if self.reader is not None:
            self.reader.convert(value, f"the value of signal {self.name}")

    def _wanted(self) -> Any:
        asked: Any = getattr(self, "__orig_class__", None)
        if asked is None and self._owner is not None:
            asked = annotations_of(self._owner).get(self._attribute)
        return (get_args(asked) or (Any,))[0]

    def _here(self) -> "BoundSignal[T]":
        if not self.name:
            raise DefinitionError("a signal outside of a class needs a name: Signal('approved')")
        return self._on(running_context(f"the signal {self.name}"))

    def _on(self, scheduler: WorkflowContext) -> "BoundSignal[T]":
        return BoundSignal(self.name, scheduler, self.reader)


class BoundSignal(Generic[T]):
    """The signals of one name, on a workflow that runs.

    Args:
        name: SWF's signal name.
        scheduler: What runs the workflow.
        reader: What reads the values; None leaves them as JSON gives them.
    """

    def __init__(self, name: str, scheduler: WorkflowContext, reader: Reader | None = None) -> None:
        self._name = name
        self._scheduler = scheduler
        self._reader = reader

    def get(self) -> "Result[T]":
        """Take the next signal: what was sent with it, now or when it comes.

        A text that is not JSON, from a sender other than Flowy, is given as it is. Cancelling the
        result leaves the signal to whoever asks next. What does not fit the signal's type fails
        the result with ``PayloadMismatch``; the signal is taken.
        """
        if self._reader is None:
            return self._scheduler.next_signal(self._name)
        return self._scheduler.next_signal(self._name, partial(_read, self._reader, self._name))

    def __len__(self) -> int:
        """Return how many signals have come that nobody has taken."""
        return self._scheduler.waiting_signals(self._name)

    def __bool__(self) -> bool:
        """Say that the queue is there, also when it is empty."""
        return True


def on_signal(name: str) -> Callable[[Handler], Handler]:
    """Mark a method of a workflow to be called with what each signal of a name brings.

    The method may be ``def`` or ``async def``; it may call activities and wait, and then runs
    beside ``run``. Signals of that name go to the method and to no queue. What was sent is read as
    the method's parameter is annotated; when it does not fit, the method fails as if it had raised.

    Raises:
        DefinitionError: SWF does not take the name, or there is none.
    """
    method: Any = name
    if callable(method):  # the brackets were left out
        raise DefinitionError(
            f"on_signal takes the name of the signal: write @on_signal({method.__name__!r})"
        )
    naming.signal(name)

    def mark(method: Handler) -> Handler:
        function: Any = getattr(method, "__func__", method)  # of a static method or a class's
        if not callable(function):
            raise DefinitionError(
                f"on_signal marks a method that takes the signal {name}, not {method!r:.100}"
            )
        function.flowy_signal = name
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


def handler_of(workflow: Any, method: str) -> Callable[[Any], Any]:
    """Return what takes the values of a signal: a workflow's method, by its annotation."""
    handler: Callable[[Any], Any] = getattr(workflow, method)
    cls = type(workflow)
    reader = _reader_of(cls, method)  # type: ignore[arg-type]  # it hashes
    if reader is None:
        return handler
    return lambda value: handler(_read(reader, handler.flowy_signal, value))  # type: ignore[attr-defined]


def check_signals(cls: Any) -> None:
    """Refuse what can never work of a workflow's signals: annotations, and methods that take them.

    Raises:
        DefinitionError: JSON can never give what an annotation asks for; a method does not take one
            value, or yields; or two methods take the same signal.
    """
    handlers_of.__wrapped__(cls)  # not kept: the class may get more methods yet
    for name in dir(cls):
        found = getattr(cls, name, None)
        if isinstance(found, Signal):
            found.check()
    for name, method in _handlers(cls):
        _check_handler(cls, method, name)
        check_declaration(cls, method)


def _check_handler(cls: Any, attribute: str, name: str) -> None:
    method = getattr(cls, attribute)
    found = inspect.getattr_static(cls, attribute)
    try:
        # Of what wraps a method, what it takes itself counts, and not what it gives on.
        taken = inspect.signature(method, follow_wrapped=False)
    except ValueError:  # it is not written in Python, and does not tell what it takes
        return
    try:
        if inspect.isfunction(found):
            taken.bind(None, None)
        elif isinstance(found, staticmethod | classmethod):
            taken.bind(None)
        # What else there is may or may not be given the workflow, as its own code says.
    except TypeError as error:
        raise DefinitionError(
            f"{attribute} takes what comes with the signal {name}, one value: {error}"
        ) from error
    if inspect.isgeneratorfunction(method) or inspect.isasyncgenfunction(method):
        raise DefinitionError(f"{attribute} takes the signal {name} and yields: let it return")


@cache
def _reader_of(cls: Any, method: str) -> Reader | None:
    positional = signature_of(cls, method).positional
    return positional[0][1] if positional else None


def _read(reader: Reader, name: str, value: Any) -> Any:
    return reader.convert(value, f"the value of signal {name}")


def _handlers(cls: type) -> Iterator[tuple[str, str]]:
    for attribute in dir(cls):
        name = getattr(getattr(cls, attribute, None), "flowy_signal", None)
        if isinstance(name, str):
            yield name, attribute
