"""Exceptions to SWF's `reason` and `details`, and back to something that shows both sides."""

import traceback
from typing import Any

import msgspec

from flowy.errors import TaskError

REASON_MAXIMUM = 256
"""Characters that SWF takes for a reason."""

DETAILS_MAXIMUM = 32_768
"""Characters that SWF takes for details."""

_NAME = 512
_MESSAGE = 8_000
_LINE = 500


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """What ``details`` says of a failure.

    Args:
        type: The exception's class as ``module.name``.
        message: All of its message.
        traceback: Where it came from, as Python prints it.
    """

    type: str
    message: str
    traceback: str


def describe(error: BaseException) -> tuple[str, str]:
    """Return the reason and the details that tell of an exception, cut to what SWF takes."""
    message = _message(error)
    # A subclass may not call the constructor that sets the reason, or call it with anything.
    reason = str(getattr(error, "reason", message)) if isinstance(error, TaskError) else message
    printed = "".join(traceback.format_exception(error))
    lines = "".join(line[:_LINE] + "\n" for line in printed.splitlines())
    return _clean(reason)[:REASON_MAXIMUM], _details(type(error), message, lines)


def remote_traceback(details: str | None) -> str | None:
    """Return the traceback that ``details`` carries, or None when it is somebody else's text."""
    if not details:
        return None
    try:
        return msgspec.json.decode(details, type=Failure).traceback
    except (msgspec.DecodeError, UnicodeError):
        return None


def revive(cls: type[TaskError], reason: str | None, details: str | None = None) -> TaskError:
    """Make the exception for a task that failed elsewhere; its notes show the remote traceback."""
    error = cls(reason or "", details)
    remote = remote_traceback(details)
    if remote:
        error.add_note(f"where the task ran:\n{remote.rstrip()}")
    return error


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 -- a broken __str__ must not hide the failure
        return f"<{type(error).__name__} whose message cannot be shown>"


def _details(cls: type[Any], message: str, lines: str) -> str:
    name = f"{cls.__module__}.{cls.__qualname__}"[:_NAME]
    message = message[:_MESSAGE]
    # Halve the traceback's oldest part until it fits: the newest frames tell most.
    while True:
        failure = Failure(type=name, message=message, traceback=lines)
        text = _printable(failure)
        if len(text) <= DETAILS_MAXIMUM:
            return text
        message = message[: max(1_000, len(message) // 2)]
        lines = "[...]\n" + lines[len(lines) // 2 + 6 :]


def _printable(failure: Failure) -> str:
    try:
        return msgspec.json.encode(failure).decode()
    except UnicodeError:
        clean = (_clean(text) for text in (failure.type, failure.message, failure.traceback))
        return msgspec.json.encode(
            Failure(**dict(zip(Failure.__struct_fields__, clean, strict=True)))
        ).decode()


def _clean(text: str) -> str:
    """Return a text that can be sent: halves of surrogate pairs are spelled out."""
    return text.encode(errors="backslashreplace").decode()
