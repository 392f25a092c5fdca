"""What users hand in by the wrong type is refused by name, before anything is begun with it."""

from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, TypeVar

from flowy.errors import DefinitionError

T = TypeVar("T")


def kind(value: Any, wanted: type[T], what: str) -> T:
    """Return a value of a type.

    Args:
        value: What was given.
        wanted: The class that it is of.
        what: Which argument it is, for the error.

    Raises:
        DefinitionError: It is of another one.
    """
    if not isinstance(value, wanted):
        made = " itself, not yet made: call it" if value is wanted else ""
        place = "" if wanted.__module__ == "builtins" else f"{wanted.__module__}."
        raise DefinitionError(f"{what} is a {place}{wanted.__qualname__}, not {shown(value)}{made}")
    return value


def whole(value: Any, what: str, least: int = 0, most: int | None = None) -> int:
    """Return a whole number that is not too small, nor too large.

    Raises:
        DefinitionError: It is none, or less, or more.
    """
    if not _is_number(value, Integral):
        raise DefinitionError(f"{what} is a whole number, not {shown(value)}")
    if value < least:
        raise DefinitionError(f"{what} is at least {least:,}, not {value:,}")
    if most is not None and value > most:
        raise DefinitionError(f"{what} is at most {most:,}, not {value:,}")
    return int(value)


def number(value: Any, what: str, *, positive: bool = False) -> float:
    """Return a number, which is not negative.

    Raises:
        DefinitionError: It is none, or negative, or 0 where it is to be positive.
    """
    if not _is_number(value, Real) or value != value:
        raise DefinitionError(f"{what} is a number, not {shown(value)}")
    if value < 0 or (positive and value == 0):
        raise DefinitionError(f"{what} is {'more than' if positive else 'at least'} 0: {value}")
    found: float = value
    return found


def _is_number(value: Any, wanted: type) -> bool:
    return isinstance(value, wanted) and not isinstance(value, bool)


def function(value: Any, what: str) -> Callable[..., Any]:
    """Return something that can be called.

    Raises:
        DefinitionError: It cannot.
    """
    if not callable(value):
        raise DefinitionError(f"{what} is a function, not {shown(value)}")
    called: Callable[..., Any] = value
    return called


def several(value: Any, what: str, wanted: type | None = None) -> Sequence[Any]:
    """Return a sequence that is no text.

    Args:
        value: What was given.
        what: Which argument it is, for the error.
        wanted: The class of all that is in it.

    Raises:
        DefinitionError: It is none, or something in it is of another class.
    """
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
        raise DefinitionError(f"{what} is a list, not {shown(value)}")
    if wanted is not None:
        for each in value:
            kind(each, wanted, f"each of {what}")
    return value


def mapping(value: Any, what: str) -> Mapping[Any, Any]:
    """Return a mapping.

    Raises:
        DefinitionError: It is none.
    """
    if not isinstance(value, Mapping):
        raise DefinitionError(f"{what} is a dict, not {shown(value)}")
    return value


def has(value: Any, methods: Sequence[str], what: str, wanted: str) -> None:
    """Refuse what has not all methods of a port.

    Raises:
        DefinitionError: It has not.
    """
    missing = [name for name in methods if not callable(getattr(value, name, None))]
    if missing or isinstance(value, type):
        raise DefinitionError(f"{what} is {wanted}, not {shown(value)}")


def shown(value: Any) -> str:
    """Return how an error shows a value."""
    return f"{value!r:.100} ({type(value).__name__})"
