"""Read-only properties of a class, computed by a function of the class or of nothing."""

from collections.abc import Callable
from types import FunctionType
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class staticproperty(Generic[Value]):
    """A property of a class that a function without arguments gives.

    Args:
        function: Called at each reading.
    """

    def __init__(self, function: Callable[[], Value]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: object, owner: type | None = None) -> Value:
        return self._function()


class classproperty(Generic[Value]):
    """A property of a class that a function of the class gives.

    Args:
        function: Called with the class at each reading.
    """

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: object, owner: type | None = None) -> Value:
        return self._function(owner if owner is not None else type(instance))


def resolve(given: Any) -> Any:
    """Return a class that was given as itself or as a function without arguments.

    An engine's factory and a factory's mappers may be written as a property of the class or as a
    static method; the latter arrives as the bare function.
    """
    return given() if isinstance(given, FunctionType) else given
