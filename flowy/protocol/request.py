"""What every request is: a value that names the class of its answer."""

from typing import Generic, TypeVar

from flowy.protocol.value import Value

Answer = TypeVar("Answer")


class Request(Value, Generic[Answer]):
    """A call of one operation; the class has the operation's name."""
