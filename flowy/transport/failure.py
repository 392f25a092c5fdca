"""Exceptions to SWF's `reason` and `details`, and back to something that shows both sides."""

import traceback
from typing import Any, TypeVar

import msgspec

from flowy.errors import RemoteError, RetryAfter, TaskError
from flowy.transport import causes, registered
from flowy.transport.causes import Cause, clean

T = TypeVar("T", bound=TaskError)

REASON_MAXIMUM = 256
"""Characters that SWF takes for a reason."""

DETAILS_MAXIMUM = 32_768
"""Characters that SWF takes for details."""

HANDED_BACK = "flowy.errors.HandedBack"
"""What a failure's type says when a leaving worker gave a task back: try it again elsewhere."""

_MESSAGE = 8_000
_LINE = 500


class Failure(Cause, frozen=True, kw_only=True, omit_defaults=True):
    """What ``details`` says of a failure.

    Args:
        traceback: Where it came from, as Python prints it.
        retry_after: Seconds after which the task asks to be tried again.
        causes: What caused it, the nearest first.
        heartbeat: What an activity's heartbeats said last.
        reason: What ``reason`` would say, where that stays hidden; see `flowy.transport.sealed`.
    """

    traceback: str
    retry_after: float | None = None
    causes: tuple[Cause, ...] = ()
    heartbeat: str | None = None
    reason: str | None = None


class _LambdaFailure(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What AWS Lambda says of a function that raised."""

    error_message: str
    error_type: str = ""
    stack_trace: tuple[Any, ...] = ()


def describe(
    error: BaseException, heartbeat: str | None = None, limit: int = DETAILS_MAXIMUM
) -> tuple[str, str]:
    """Return the reason and the details that tell of an exception, cut to what SWF takes.

    Args:
        error: The exception.
        heartbeat: What the heartbeats of the activity that raised it said last.
        limit: Characters that the details may have, at least 8,000.
    """
    stands_for = causes.original(error)
    if isinstance(stands_for, RemoteError) and stands_for is not error:
        message = stands_for.message
    else:
        message = causes.message_of(error)
    # A subclass may not call the constructor that sets the reason, or call it with anything.
    reason = str(getattr(error, "reason", message)) if isinstance(error, TaskError) else message
    printed = "".join(traceback.format_exception(error))
    lines = "".join(line[:_LINE] + "\n" for line in printed.splitlines())
    reason = reason or registered.name_of(type(stands_for))  # many are raised without a word
    return clean(reason)[:REASON_MAXIMUM], _details(error, message, lines, heartbeat, limit)


def remote(details: str | None) -> Failure | None:
    """Return the failure that ``details`` tells of, or None when it is somebody else's text."""
    if not details:
        return None
    try:
        return msgspec.json.decode(details, type=Failure)
    except (msgspec.DecodeError, UnicodeError):
        return None


def of_function(details: str | None) -> Failure | None:
    """Return the failure that the details of a Lambda function tell of, or None."""
    try:
        found = msgspec.json.decode(details or "", type=_LambdaFailure)
    except (msgspec.DecodeError, UnicodeError):
        return None
    trace = "\n".join(map(str, found.stack_trace))
    return Failure(type=found.error_type, message=found.error_message, traceback=trace)


def revive(
    cls: type[T], reason: str | None, details: str | None = None, found: Failure | None = None
) -> T:
    """Make the exception for a task that failed elsewhere; its notes show the remote traceback.

    Its cause is the exception that the task raised, of its own class where that is registered; it
    is then caught as that class too.

    Args:
        cls: How the task failed.
        reason: What the history says.
        details: The same.
        found: What the details tell of; None is read from them.
    """
    found = remote(details) if found is None else found
    if found is not None and found.reason is not None:
        reason = found.reason
        found = found if found.type else None  # it was no exception
    cause = None if found is None else causes.rebuild((found, *found.causes))
    error = _made(cls, reason or "", details, cause)
    if found is not None:
        error.type = found.type
        error.bases = found.bases
        error.retry_after = found.retry_after
        if found.traceback:
            error.add_note(f"where the task ran:\n{found.traceback.rstrip()}")
    return error


def _made(cls: type[T], reason: str, details: str | None, cause: BaseException | None) -> T:
    if isinstance(cause, Exception) and registered.is_registered(type(cause)):
        made: Any = registered.make(registered.both(cls, type(cause)), cause.args, {})
        if made is not None and type(made) is not cls:
            made.reason, made.details = reason, details
            made.__cause__ = cause
            return made  # type: ignore[no-any-return]  # it is of both classes
        if not isinstance(cause, TaskError):
            return _apart(cls(reason, details), cause)
    error = cls(reason, details)
    error.__cause__ = cause
    return error


def _apart(error: T, cause: Exception) -> T:
    """Say why a failure is not caught as the registered class that it comes from."""
    error.__cause__ = cause
    error.add_note(
        f"{registered.full_name(type(cause))} makes no class together with {type(error).__name__}, "
        f"so this is not caught as one: catch {type(error).__name__} and look at its __cause__"
    )
    return error


def _details(
    error: BaseException, message: str, lines: str, heartbeat: str | None, limit: int
) -> str:
    stands_for = causes.original(error)
    sent = causes.cause_of(stands_for)
    failure = Failure(
        type=sent.type,
        message=clean(message[:_MESSAGE]),
        bases=sent.bases,
        args=sent.args,
        attributes=sent.attributes,
        lost=sent.lost,
        traceback=clean(lines),
        retry_after=error.retry_after if isinstance(error, RetryAfter) else None,
        causes=causes.chain_of(stands_for),
        heartbeat=heartbeat,
    )
    if len(_text(failure)) > limit:
        failure = _without_values(failure, limit)
    # Halve the traceback's oldest part until it fits: the newest frames tell most.
    while len(text := _text(failure)) > limit:
        lines = failure.traceback
        failure = msgspec.structs.replace(
            failure,
            message=failure.message[: max(1_000, len(failure.message) // 2)],
            traceback="[...]\n" + lines[len(lines) // 2 + 6 :],
        )
    return text


def _text(failure: Failure) -> str:
    return msgspec.json.encode(failure).decode()


def _without_values(failure: Failure, limit: int) -> Failure:
    """Return a failure without what users put into its exceptions, when that is too large."""
    size = len(msgspec.json.encode((failure.args, failure.attributes)))
    bare = tuple(msgspec.structs.replace(one, args=None, attributes=None) for one in failure.causes)
    if size <= limit // 4:
        return msgspec.structs.replace(failure, causes=bare[:3])
    return msgspec.structs.replace(failure, args=None, attributes=None, causes=bare[:3])
