"""AWS JSON 1.0: operation names and bytes on one side, typed values on the other.

Events travel as they are stored: a page of history is joined from the bytes of its events and
never encoded again.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import msgspec

from flowy.errors import Fault
from flowy.protocol.event import Event
from flowy.protocol.faults import NAME_SPACES, UnknownOperationException, fault
from flowy.protocol.history import EVENTS, HistoryEvent
from flowy.protocol.operations import ANSWERS, EXTENSIONS, OPERATIONS
from flowy.protocol.request import Request

CONTENT_TYPE = "application/x-amz-json-1.0"
TARGET_PREFIX = "SimpleWorkflowService"

Answer = TypeVar("Answer")

_encoder = msgspec.json.Encoder()
encode_event: Callable[[Event], bytes] = _encoder.encode
"""Encodes one event as it is stored and sent."""
_events: msgspec.json.Decoder[tuple[HistoryEvent, ...]] = msgspec.json.Decoder(
    tuple[HistoryEvent, ...]
)
_requests: dict[type[Request[Any]], msgspec.json.Decoder[Any]] = {
    cls: msgspec.json.Decoder(cls) for cls in ANSWERS
}
_answers: dict[type[Request[Any]], msgspec.json.Decoder[Any]] = {
    cls: msgspec.json.Decoder(answer) for cls, answer in ANSWERS.items()
}


_targets: dict[type[Request[Any]], str] = {
    **{cls: f"{TARGET_PREFIX}.{name}" for name, cls in OPERATIONS.items()},
    **{cls: name for name, cls in EXTENSIONS.items()},
}


def target(request_class: type[Request[Any]]) -> str:
    """Return the ``X-Amz-Target`` of an operation."""
    return _targets[request_class]


def operation_name(target: str) -> str:
    """Return the operation that an ``X-Amz-Target`` names; old SDKs put a Java package in front.

    A target of another name space is returned whole.
    """
    service, _, name = target.rpartition(".")
    return name if service.endswith(TARGET_PREFIX) else target


def operation(name: str) -> type[Request[Any]]:
    """Return the class of an operation's requests.

    Raises:
        UnknownOperationException: Neither SWF nor Flowy has such an operation.
    """
    found = OPERATIONS.get(name) or EXTENSIONS.get(name)
    if found is None:
        raise UnknownOperationException(f"There is no operation {name!r}")
    return found


def encode(value: msgspec.Struct | None) -> bytes:
    """Encode a request or an answer; no answer is an empty body, as SWF sends it."""
    return b"" if value is None else _encoder.encode(value)


def decode_request(request_class: type[Request[Answer]], body: bytes) -> Request[Answer]:
    """Decode and check a request.

    Raises:
        msgspec.ValidationError: A member is missing or not what SWF takes.
        msgspec.DecodeError: The body is not JSON.
    """
    return cast(Request[Answer], _requests[request_class].decode(body))


def decode_answer(request_class: type[Request[Answer]], body: bytes) -> Answer:
    """Decode the answer to a request; an empty body is no answer.

    Events of types that this version does not know are left out.

    Raises:
        msgspec.DecodeError: The body is not JSON, or not this answer.
    """
    if not body:
        return cast(Answer, None)
    try:
        return cast(Answer, _answers[request_class].decode(body))
    except msgspec.ValidationError:
        return convert_answer(request_class, msgspec.json.decode(body, type=dict[str, Any]))


def convert_answer(request_class: type[Request[Answer]], members: dict[str, Any]) -> Answer:
    """Make the answer to a request of its parsed members, timestamps being numbers.

    Events of types that this version does not know are left out.

    Raises:
        msgspec.ValidationError: The members are not those of this answer.
    """
    answer = ANSWERS[request_class]
    if answer is type(None):
        return cast(Answer, None)
    if "events" in members:
        members = {**members, "events": list(filter(_is_known, members["events"]))}
    return cast(Answer, msgspec.convert(members, answer))


def decode_events(body: bytes) -> tuple[HistoryEvent, ...]:
    """Decode a JSON array of events; types that this version does not know are left out."""
    try:
        return _events.decode(body)
    except msgspec.ValidationError:
        known = (msgspec.json.encode(raw) for raw in msgspec.json.decode(body) if _is_known(raw))
        return _events.decode(join_events(known))


def join_events(events: Iterable[bytes]) -> bytes:
    """Join stored events into a JSON array."""
    return b"[" + b",".join(events) + b"]"


def encode_fault(error: Fault) -> bytes:
    """Encode a fault as the body of an HTTP 400 answer."""
    space = NAME_SPACES.get(type(error), "com.amazonaws.swf.base.model")
    return _encoder.encode({"__type": f"{space}#{type(error).__name__}", "message": error.message})


def decode_fault(body: bytes) -> Fault:
    """Decode the body of a refused call."""
    try:
        found = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Fault(f"an answer that is not JSON: {body[:200]!r}")
    message = found.get("message", found.get("Message", ""))
    return fault(str(found.get("__type", "Fault")), str(message or ""))


def _is_known(raw: Any) -> bool:
    return isinstance(raw, dict) and raw.get("eventType") in EVENTS
