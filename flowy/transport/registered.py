"""Which exceptions come back from another process as what they were there.

Names come over the wire, classes never do: only a class that this process has registered is made.
Its ``__init__`` is not called; it gets the ``args`` and the attributes that could be sent as JSON.
"""

from collections.abc import Callable, Mapping
from types import MemberDescriptorType
from typing import Any, TypeVar, overload

from flowy.errors import (
    ActivityFailed,
    ChildFailed,
    DefinitionError,
    LambdaFailed,
    SideEffectFailed,
    TaskCanceled,
    TaskError,
    TaskNotScheduled,
    TaskTerminated,
    TaskTimedout,
)

E = TypeVar("E", bound=type[Exception])

NAME_MAXIMUM = 512
"""Characters that travel of the name of an exception's class."""

_classes: dict[str, type[Exception]] = {}
_names: dict[type, str] = {}
_places: dict[str, str] = {}
_both: dict[tuple[type, type], type[TaskError]] = {}


@overload
def register_failure(cls: E) -> E: ...
@overload
def register_failure(*, name: str) -> Callable[[E], E]: ...
def register_failure(cls: E | None = None, *, name: str | None = None) -> Any:
    """Have a failure of this class come back as this class: a decorator, or a call.

    Register it in the activity's process and in the workflow's, such as where the class is written.
    A task that fails with it is then caught by ``except`` with the class, and with `TaskError` too.
    Its ``args`` and attributes come along as far as JSON can say them; ``__init__`` is not called
    again. A subclass that is not registered comes back as its nearest base that is::

        @register_failure
        class OutOfStock(Exception):
            def __init__(self, item, left):
                super().__init__(item, left)
                self.left = left

    Args:
        cls: A class of exceptions.
        name: What it is called on the wire; None is ``module.Class``, which differs when the module
            is a script in one process and imported in another.

    Raises:
        DefinitionError: It is no class of exceptions, or another class has the name.
    """
    if cls is None:
        return lambda decorated: _register(decorated, name)
    return _register(cls, name)


def _register(cls: E, name: str | None) -> E:
    given: Any = cls
    if not (isinstance(given, type) and issubclass(given, Exception)):
        raise DefinitionError(f"only a class of exceptions can be registered, not {cls!r}")
    _check_name(name)
    name = name or full_name(cls)
    known = _classes.get(name)
    if known is not None and full_name(known) != full_name(cls):
        raise DefinitionError(
            f"the failures {full_name(known)} and {full_name(cls)} are both named {name}: give "
            "one another name"
        )
    _classes[name] = cls  # also when a module is imported anew
    _names[cls] = name
    _places[full_name(cls)] = name
    return cls


def _check_name(name: Any) -> None:
    if name is None or (isinstance(name, str) and 1 <= len(name) <= NAME_MAXIMUM):
        return
    raise DefinitionError(
        f"a registered failure's name is a text of 1 to {NAME_MAXIMUM} characters: {name!r:.100}"
    )


def full_name(cls: type) -> str:
    """Return a class as ``module.name``."""
    return f"{cls.__module__}.{cls.__qualname__}"


def name_of(cls: type) -> str:
    """Return what a class is called on the wire."""
    return _names.get(cls) or full_name(cls)


def called(place: str) -> str:
    """Return what the class that stands in a place, ``module.name``, is called on the wire."""
    return _places.get(place, place)


def is_registered(cls: type) -> bool:
    """Tell whether a class, or one that it inherits from, was registered."""
    return any(base in _names for base in cls.__mro__)


def find(names: tuple[str, ...]) -> type[Exception] | None:
    """Return the class of the first name that was registered."""
    return next((_classes[name] for name in names if name in _classes), None)


def make(
    cls: type[Exception], args: tuple[Any, ...], attributes: Mapping[str, Any]
) -> Exception | None:
    """Make an exception without calling its ``__init__``; None when its class does not let us."""
    try:
        error = cls.__new__(cls, *args)
        error.args = args
        given = {k: v for k, v in attributes.items() if not k.startswith("__")}
        for name in given.keys() & _slots(cls):
            getattr(cls, name).__set__(error, given.pop(name))
        vars(error).update(given)
    except Exception:  # noqa: BLE001 -- a class of the user's may do anything
        return None
    return error


def slots_of(error: BaseException) -> dict[str, Any]:
    """Return what stands in the slots that a class of the user's gives its exceptions."""
    slots = _slots(type(error))
    return {name: getattr(error, name) for name in sorted(slots) if hasattr(error, name)}


def _slots(cls: type) -> set[str]:
    named = (vars(each).get("__slots__", ()) for each in cls.__mro__)
    several = ((each,) if isinstance(each, str) else tuple(each) for each in named)
    names = {name for each in several for name in each if not name.startswith("__")}
    # A subclass may have hidden one behind something else, such as a property.
    return {name for name in names if isinstance(getattr(cls, name, None), MemberDescriptorType)}


def both(kind: type[TaskError], cls: type[Exception]) -> type[TaskError]:
    """Return a class of failures of a task that are caught as either of two classes."""
    known = _both.get((kind, cls))
    if known is None:
        known = _both[kind, cls] = _make_both(kind, cls)
    return known


def _make_both(kind: type[TaskError], cls: type[Exception]) -> type[TaskError]:
    if issubclass(cls, TaskError):
        return kind  # what failed there is not what failed here
    names = {"__module__": cls.__module__, "__doc__": cls.__doc__, "__getattr__": _of_the_original}
    try:
        return type(cls.__name__, (kind, cls), names)
    except TypeError:  # such as another metaclass
        return kind


def _of_the_original(self: BaseException, name: str) -> Any:
    if self.__cause__ is None or name.startswith("__"):
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
    return getattr(self.__cause__, name)


for _own in (
    ActivityFailed,
    ChildFailed,
    LambdaFailed,
    SideEffectFailed,
    TaskCanceled,
    TaskError,
    TaskNotScheduled,
    TaskTerminated,
    TaskTimedout,
):
    _register(_own, None)
