"""Failures and notes where texts are encoded: what nobody but the reader of a domain is to read.

Without a codec they travel as they are, for every client of SWF to read. With one, such as one that
encrypts, ``details`` are encoded and ``reason`` is the name of the exception's class alone, which
may stand in a console; what it said is in the details. They never go to the volume: a volume that
cannot be used is among what they tell of.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from flowy.errors import PayloadError, PayloadTooLarge, TaskError
from flowy.transport import causes, failure
from flowy.transport.failure import DETAILS_MAXIMUM, REASON_MAXIMUM, Failure
from flowy.transport.packing import Packing
from flowy.transport.serializer import encodable

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=TaskError)

_SHRINKS = 3
"""How often the plain details are halved before nothing but the class is told."""


def describe(
    packing: Packing,
    error: BaseException,
    heartbeat: str | None = None,
    limit: int = DETAILS_MAXIMUM,
    *,
    waits: bool = False,
) -> tuple[str, str]:
    """Return the reason and the details that tell of an exception, as they travel.

    Args:
        packing: How texts travel.
        error: The exception.
        heartbeat: What the heartbeats of the activity that raised it said last.
        limit: Characters that the details may have.
        waits: Whether it can be told later, when the codec does not work now; else it is told
            without what the exception says.

    Raises:
        PayloadUnavailable: The codec does not work now, and it can be told later.
    """
    if packing.codec is None:
        return failure.describe(error, heartbeat, limit)
    if waits:
        packing.seal("", limit)
    name = _told_by(error) or causes.cause_of(causes.original(error)).type
    return name[:REASON_MAXIMUM], _details(packing, name, error, heartbeat, limit)


def said(packing: Packing, message: str) -> tuple[str, str | None]:
    """Return the reason and the details of a failure that is no exception, as they travel."""
    reason = message[:REASON_MAXIMUM]
    if packing.codec is None:
        return reason, None
    told = Failure(type="", message=message, reason=reason, traceback="")
    details = _sealed(packing, msgspec.json.encode(told).decode(), DETAILS_MAXIMUM)
    return "failed", details or _nothing(packing, "")


def note(packing: Packing, text: str | None, what: str, limit: int) -> str | None:
    """Return what travels in place of a note, such as what a heartbeat says.

    Args:
        packing: How texts travel.
        text: The note; None is none.
        what: What it is, for errors: "the details of a heartbeat".
        limit: Characters that the field takes.

    Raises:
        PayloadError: It is no text, or holds half of a surrogate pair.
        PayloadTooLarge: It does not fit, as it is or encoded.
    """
    if text is None:
        return None
    given: object = text
    if not isinstance(given, str):
        raise PayloadError(f"{what} are a text, not {given!r:.100}")
    text = encodable(text, what)
    found = packing.seal(text, limit)
    if found is None:
        encoded = "" if packing.codec is None else f", encoded by {packing.codec.name!r} or not"
        raise PayloadTooLarge(f"{what} have {len(text):,} characters, SWF takes {limit:,}{encoded}")
    return found


def reveal(packing: Packing, text: str | None, what: str = "the details") -> str | None:
    """Return the text that details stand for; those that are not packed stand for themselves.

    Raises:
        PayloadLost: They are damaged, or encoded in a way that cannot be undone here.
    """
    return None if text is None else packing.unpack(text, what)


def revive(packing: Packing, cls: type[T], reason: str | None, details: str | None) -> T:
    """Make the exception for a task that failed elsewhere; see ``failure.revive``.

    Of details that cannot be read, it says why.
    """
    try:
        plain = reveal(packing, details, "what it said")
    except PayloadError as error:
        return cls(f"{reason}; {error}", details)
    return failure.revive(cls, reason, plain)


def told(packing: Packing, messages: Iterable[str]) -> list[str]:
    """Return what the reason and details of a failure say, for people.

    Details that cannot be read stay as they are.
    """
    found: list[str] = []
    for text in messages:
        plain = _readable(packing, text)
        sealed = failure.remote(plain) if plain != text else None
        if found and sealed is not None and sealed.reason is not None:
            found[-1] = sealed.reason  # the name of a class stood for it
        found.append(plain)
    return found


def _readable(packing: Packing, text: str) -> str:
    try:
        return packing.unpack(text, "a failure")
    except PayloadError as error:
        logger.warning("%s", error)
        return text


def _told_by(error: BaseException) -> str | None:
    """Return the class of what a task raised; a class of the user's may call something else so."""
    if isinstance(error, TaskError) and type(error).__module__ == TaskError.__module__:
        return error.type
    return None


def _details(
    packing: Packing, name: str, error: BaseException, heartbeat: str | None, limit: int
) -> str:
    for plain in _limits():
        reason, details = failure.describe(error, heartbeat, plain)
        whole = msgspec.json.decode(details, type=Failure)
        text = msgspec.json.encode(msgspec.structs.replace(whole, reason=reason)).decode()
        sealed = _sealed(packing, text, limit)
        if sealed is not None:
            return sealed
    return _nothing(packing, name)


def _limits() -> Iterator[int]:
    yield from (DETAILS_MAXIMUM >> shrink for shrink in range(_SHRINKS))


def _sealed(packing: Packing, text: str, limit: int) -> str | None:
    try:
        return packing.seal(text, limit)
    except Exception:  # the codec is the user's, and may need a service that is away
        logger.exception("what failed cannot be told: the codec did not encode it")
        return None


def _nothing(packing: Packing, name: str) -> str:
    """Tell of a failure all that may be told when it cannot be encoded."""
    codec = "" if packing.codec is None else packing.codec.name
    reason = f"{name or 'it failed'}; what it said could not be encoded by {codec!r}"
    bare = Failure(type=name, message="", reason=reason[:REASON_MAXIMUM], traceback="")
    return msgspec.json.encode(bare).decode()
