"""Signals that go out: by name, or by the ``Signal`` of the workflow that takes them."""

from typing import Any, Protocol, TypeVar

from flowy.task import naming
from flowy.transport import serializer

T_in = TypeVar("T_in", contravariant=True)


class Takes(Protocol[T_in]):
    """What says which signal is meant, and of which type its values are: a ``Signal``."""

    name: str

    def check_value(self, value: T_in) -> None:
        """Refuse a value that whoever takes the signal could not read.

        Raises:
            PayloadMismatch: It is one.
        """
        ...


def name_of(signal: str | Takes[Any]) -> str:
    """Return SWF's name of a signal.

    Raises:
        DefinitionError: It is no name that SWF takes.
    """
    return naming.signal(signal if isinstance(signal, str) else getattr(signal, "name", signal))


def dump(signal: str | Takes[Any], value: Any) -> str:
    """Encode what is sent with a signal, of whatever length.

    Raises:
        DefinitionError: It is no name that SWF takes.
        PayloadMismatch: The signal has a type, and the value is not of it.
        PayloadError: The value cannot travel.
    """
    name = name_of(signal)
    if not isinstance(signal, str):
        signal.check_value(value)
    return serializer.dump(value, f"the value of signal {name}", None)
