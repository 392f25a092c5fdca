"""Exceptions to SWF's `reason` and `details`, and back to something that shows both sides."""

import traceback

import msgspec

from flowy.errors import RetryAfter, TaskError

REASON_MAXIMUM = 256
"""Characters that SWF takes for a reason."""

DETAILS_MAXIMUM = 32_768
"""Characters that SWF takes for details."""

HANDED_BACK = "flowy.errors.HandedBack"
"""What a failure's type says when a leaving worker gave a task back: try it again elsewhere."""

_NAME = 512
_MESSAGE = 8_000
_LINE = 500


class Failure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What ``details`` says of a failure.

    Args:
        type: The exception's class as ``module.name``.
        message: All of its message.
        traceback: Where it came from, as Python prints it.
        retry_after: Seconds after which the task asks to be tried again.
        heartbeat: What an activity's heartbeats said last.
    """

    type: str
    message: str
    traceback: str
    retry_after: float | None = None
    heartbeat: str | None = None


def describe(error: BaseException, heartbeat: str | None = None) -> tuple[str, str]:
    """Return the reason and the details that tell of an exception, cut to what SWF takes.

    Args:
        error: The exception.
        heartbeat: What the heartbeats of the activity that raised it said last.
    """
    message = _message(error)
    # A subclass may not call the constructor that sets the reason, or call it with anything.
    reason = str(getattr(error, "reason", message)) if isinstance(error, TaskError) else message
    printed = "".join(traceback.format_exception(error))
    lines = "".join(line[:_LINE] + "\n" for line in printed.splitlines())
    return _clean(reason)[:REASON_MAXIMUM], _details(error, message, lines, heartbeat)


def remote(details: str | None) -> Failure | None:
    """Return the failure that ``details`` tells of, or None when it is somebody else's text."""
    if not details:
        return None
    try:
        return msgspec.json.decode(details, type=Failure)
    except (msgspec.DecodeError, UnicodeError):
        return None


def revive(cls: type[TaskError], reason: str | None, details: str | None = None) -> TaskError:
    """Make the exception for a task that failed elsewhere; its notes show the remote traceback."""
    error = cls(reason or "", details)
    found = remote(details)
    if found is not None:
        error.type = found.type
        error.retry_after = found.retry_after
        if found.traceback:
            error.add_note(f"where the task ran:\n{found.traceback.rstrip()}")
    return error


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 -- a broken __str__ must not hide the failure
        return f"<{type(error).__name__} whose message cannot be shown>"


def _details(error: BaseException, message: str, lines: str, heartbeat: str | None) -> str:
    cls = type(error)
    failure = Failure(
        type=_clean(f"{cls.__module__}.{cls.__qualname__}"[:_NAME]),
        message=_clean(message[:_MESSAGE]),
        traceback=_clean(lines),
        retry_after=error.retry_after if isinstance(error, RetryAfter) else None,
        heartbeat=heartbeat,
    )
    # Halve the traceback's oldest part until it fits: the newest frames tell most.
    while True:
        text = msgspec.json.encode(failure).decode()
        if len(text) <= DETAILS_MAXIMUM:
            return text
        lines = failure.traceback
        failure = msgspec.structs.replace(
            failure,
            message=failure.message[: max(1_000, len(failure.message) // 2)],
            traceback="[...]\n" + lines[len(lines) // 2 + 6 :],
        )


def _clean(text: str) -> str:
    """Return a text that can be sent: halves of surrogate pairs are spelled out."""
    return text.encode(errors="backslashreplace").decode()
