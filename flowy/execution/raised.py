"""What a call in a process raised: exceptions that survive pickling as such, others described.

Pickling leaves an exception's causes behind, so each travels by itself.
"""

import pickle
from typing import NamedTuple

from flowy.errors import ExecutionError, RemoteError

DEPTH = 10
"""Causes that travel with an exception."""


class Raised(NamedTuple):
    """One exception of a chain.

    Args:
        pickled: The exception; None for one that does not survive that.
        type: Its class, as ``module.name``.
        bases: The exceptions that its class inherits from, as ``module.name``.
        message: Its message.
    """

    pickled: bytes | None
    type: str
    bases: tuple[str, ...]
    message: str


def send(error: BaseException) -> list[Raised]:
    """Return what travels of an exception and of its causes, the nearest first."""
    sent: list[Raised] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen and len(sent) <= DEPTH:
        seen.add(id(cause))
        sent.append(_sent(cause))
        cause = cause.__cause__ if _is_chosen(cause) else cause.__context__
    return sent


def receive(sent: list[Raised]) -> BaseException:
    """Make the exception of what came; ``ExecutionError`` stands for one that is only described."""
    made: BaseException | None = None
    for raised in reversed(sent[1:]):
        cause = _made(raised)
        cause.__cause__ = made
        made = cause
    error = _made(sent[0])
    error.__cause__ = made
    if type(error) is RemoteError and sent[0].type != _name(RemoteError):
        name = sent[0].type.rpartition(".")[2]
        problem = ExecutionError(f"{name}: {sent[0].message}")
        problem.__cause__ = error
        return problem
    return error


def _sent(error: BaseException) -> Raised:
    cls = type(error)
    bases = tuple(_name(base) for base in cls.__mro__[1:] if _is_told(base))
    return Raised(_pickled(error), _name(cls), bases, _message(error))


def _pickled(error: BaseException) -> bytes | None:
    try:
        pickled = pickle.dumps(error, pickle.HIGHEST_PROTOCOL)
        survives = type(pickle.loads(pickled)) is type(error)  # noqa: S301 -- our own
    except Exception:  # noqa: BLE001 -- any failure has the same remedy
        return None
    return pickled if survives else None


def _made(raised: Raised) -> BaseException:
    described = RemoteError(raised.type, raised.message, raised.bases)
    if raised.pickled is None:
        return described
    try:
        made: BaseException = pickle.loads(raised.pickled)  # noqa: S301 -- of our child
    except Exception:  # noqa: BLE001 -- such as a class that cannot be imported here
        return described
    return made


def _is_chosen(error: BaseException) -> bool:
    return error.__cause__ is not None or error.__suppress_context__


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 -- a broken __str__ must not hide the failure
        return f"<{type(error).__name__} whose message cannot be shown>"


def _is_told(base: type) -> bool:
    return issubclass(base, Exception) and base is not Exception


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
