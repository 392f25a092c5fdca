"""The chain of causes of an exception, as values that travel, and made anew on the other side."""

from collections.abc import Iterable
from typing import Any

import msgspec

from flowy.errors import ExecutionError, FailedTask, RemoteError, TaskError
from flowy.transport import registered

DEPTH = 10
"""Causes that travel with a failure."""

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
        lost: What of a registered class's stayed behind, since JSON cannot say it: ``args``, or the
            names of attributes.
    """

    type: str
    message: str
    bases: tuple[str, ...] = ()
    args: tuple[Any, ...] | None = None
    attributes: dict[str, Any] | None = None
    lost: tuple[str, ...] = ()


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
        return _of_another_process(error)
    cls = type(error)
    sends = registered.is_registered(cls)
    attributes, lost = _attributes(error) if sends else ({}, [])
    args = _sendable(error.args) if sends else None
    if sends and args is None:
        lost.insert(0, "args")
    bases = [registered.name_of(base) for base in cls.__mro__[1:] if issubclass(base, Exception)]
    return Cause(
        type=clean(registered.name_of(cls)[: registered.NAME_MAXIMUM]),
        message=clean(message_of(error)[:_MESSAGE]),
        bases=tuple(
            clean(name[: registered.NAME_MAXIMUM]) for name in bases[:_BASES] if name not in _PLAIN
        ),
        args=args,
        attributes=attributes or None,
        lost=tuple(clean(name[: registered.NAME_MAXIMUM]) for name in lost[:_BASES]),
    )


def _of_another_process(error: RemoteError) -> Cause:
    # A process that could not send it said where its class stands, and not how it is registered.
    return Cause(
        type=clean(registered.called(error.type)[: registered.NAME_MAXIMUM]),
        message=clean(error.message[:_MESSAGE]),
        bases=tuple(registered.called(base) for base in error.bases),
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
    remote = RemoteError(cause.type, cause.message, cause.bases)
    cls = registered.find((cause.type, *cause.bases))
    if cls is None:
        return remote
    args = (cause.message,) if cause.args is None else cause.args
    error = registered.make(cls, args, cause.attributes or {})
    if error is None:
        remote.add_note(
            f"{registered.full_name(cls)} is registered, and could not be made of the arguments "
            f"{args!r:.200}: its __new__ refuses them"
        )
        return remote
    if cause.lost:
        error.add_note(
            f"what did not come along, since JSON cannot say it: {', '.join(cause.lost)}"
        )
    return _with_task(error)


def _with_task(error: Exception) -> Exception:
    if isinstance(error, TaskError):
        known = vars(error)
        error.reason = str(known.get("reason", ""))
        error.details = None
        error.bases = tuple(known.get("bases", ()))
        task = known.get("task")
        error.task = msgspec.convert(task, FailedTask) if isinstance(task, dict) else None
    return error


def _attributes(error: BaseException) -> tuple[dict[str, Any], list[str]]:
    """Return the attributes that can be sent, and the names of those that cannot."""
    found: dict[str, Any] = {}
    lost: list[str] = []
    for name, value in (registered.slots_of(error) | vars(error)).items():
        if name.startswith("__") or (name == "details" and isinstance(error, TaskError)):
            continue  # details hold all of the failure before
        sent = _sendable((value,))
        if sent is None:
            lost.append(name)
        else:
            found[name] = sent[0]
    return found, lost


def _sendable(values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    try:
        text = msgspec.json.encode(values)
    except Exception:  # noqa: BLE001 -- whatever a value of the user's raises, it stays behind
        return None
    return msgspec.json.decode(text, type=tuple[Any, ...])
