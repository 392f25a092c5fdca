"""The chain of causes of an exception, as values that travel, and made anew on the other side."""

from collections.abc import Iterable
from typing import Any

import msgspec

from flowy.errors import ExecutionError, FailedTask, RemoteError, TaskError
from flowy.transport import registered

DEPTH = 10
"""Causes that travel with a failure."""

_NAME = 512
_MESSAGE = 1_000
_BASES = 10


class Cause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is sent of one exception.

    Args:
        type: The exception's class as ``module.name``, or the name it was registered under.
        message: Its message.
        bases: The names of the classes that its class inherits from, the nearest first.
        args: Its arguments, of a registered class.
        attributes: Its attributes, of a registered class.
    """

    type: str
    message: str
    bases: tuple[str, ...] = ()
    args: tuple[Any, ...] | None = None
    attributes: dict[str, Any] | None = None


def message_of(error: BaseException) -> str:
    """Return an exception's message, whatever its ``__str__`` does."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 -- a broken __str__ must not hide the failure
        return f"<{type(error).__name__} whose message cannot be shown>"


def original(error: BaseException) -> BaseException:
    """Return what an exception stands for: of one that came over the wire, what it was there."""
    cause = error.__cause__
    if type(error) is ExecutionError and isinstance(cause, RemoteError):
        return cause  # it came from a process
    stands_for = (
        isinstance(error, TaskError) and cause is not None and isinstance(error, type(cause))
    )
    return cause if stands_for and cause is not None else error


def cause_of(error: BaseException) -> Cause:
    """Return what is sent of an exception."""
    if isinstance(error, RemoteError):
        return Cause(type=error.type, message=clean(error.message[:_MESSAGE]), bases=error.bases)
    cls = type(error)
    sends = registered.is_registered(cls)
    bases = [registered.name_of(base) for base in cls.__mro__[1:] if issubclass(base, Exception)]
    return Cause(
        type=clean(registered.name_of(cls)[:_NAME]),
        message=clean(message_of(error)[:_MESSAGE]),
        bases=tuple(clean(name[:_NAME]) for name in bases[:_BASES] if name not in _PLAIN),
        args=_sendable(error.args) if sends else None,
        attributes=_attributes(error) if sends else None,
    )


def chain_of(error: BaseException) -> tuple[Cause, ...]:
    """Return the causes of an exception, the nearest first."""
    found: list[Cause] = []
    seen = {id(error)}
    cause = _cause(error)
    while cause is not None and id(cause) not in seen and len(found) < DEPTH:
        seen.add(id(cause))
        cause = original(cause)
        seen.add(id(cause))
        found.append(cause_of(cause))
        cause = _cause(cause)
    return tuple(found)


def rebuild(chain: Iterable[Cause]) -> BaseException | None:
    """Make exceptions of what was sent, each the cause of the one before, and return the first."""
    first: BaseException | None = None
    for cause in reversed(tuple(chain)):
        error = _made(cause)
        error.__cause__ = first
        first = error
    return first


def clean(text: str) -> str:
    """Return a text that can be sent: halves of surrogate pairs are spelled out."""
    return text.encode(errors="backslashreplace").decode()


_PLAIN = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.object"})


def _cause(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None or error.__suppress_context__:
        return error.__cause__
    return error.__context__


def _made(cause: Cause) -> BaseException:
    cls = registered.find((cause.type, *cause.bases))
    if cls is not None:
        args = (cause.message,) if cause.args is None else cause.args
        error = registered.make(cls, args, cause.attributes or {})
        if error is not None:
            return _with_task(error)
    return RemoteError(cause.type, cause.message, cause.bases)


def _with_task(error: Exception) -> Exception:
    if isinstance(error, TaskError):
        known = vars(error)
        error.reason = str(known.get("reason", ""))
        error.details = None
        error.bases = tuple(known.get("bases", ()))
        task = known.get("task")
        error.task = msgspec.convert(task, FailedTask) if isinstance(task, dict) else None
    return error


def _attributes(error: BaseException) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for name, value in vars(error).items():
        if name.startswith("__") or (name == "details" and isinstance(error, TaskError)):
            continue  # details hold all of the failure before
        sent = _sendable((value,))
        if sent is not None:
            found[name] = sent[0]
    return found or None


def _sendable(values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    try:
        text = msgspec.json.encode(values)
    except Exception:  # noqa: BLE001 -- whatever a value of the user's raises, it stays behind
        return None
    return msgspec.json.decode(text, type=tuple[Any, ...])
