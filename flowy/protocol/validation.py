"""Says what is wrong with a request, in the words of AWS.

A good request costs one typed decode and nothing else. Only when that refuses, the body is read
again without types and walked beside the request's type: a wrong JSON type is a
``SerializationException`` for the first one, otherwise all broken constraints are counted in one
``ValidationException``, as the live service does.
"""

from typing import Any, TypeVar

import msgspec

from flowy.protocol import wire
from flowy.protocol.faults import (
    RequestEntityTooLargeException,
    SerializationException,
    ValidationException,
)
from flowy.protocol.request import Request
from flowy.protocol.violations import Mistyped, Problem, problems

Answer = TypeVar("Answer")

MAXIMUM_BODY = 1024 * 1024
"""Bytes of a request that SWF reads, uncompressed."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode(request_class: type[Request[Answer]], body: bytes) -> Request[Answer]:
    """Decode and check a request.

    Args:
        request_class: The class of the operation that the request names.
        body: JSON, uncompressed.

    Raises:
        RequestEntityTooLargeException: The body is longer than SWF reads.
        SerializationException: The body is not a JSON object, or a member has the wrong type.
        ValidationException: Members are missing, or not what SWF takes; all of them are named.
    """
    check_size(len(body))
    try:
        return wire.decode_request(request_class, body)
    except _UNREADABLE:
        return _decode_slowly(request_class, body)


def check_size(size: int) -> None:
    """Refuse a body that is longer than SWF reads.

    Args:
        size: The length in bytes, uncompressed.

    Raises:
        RequestEntityTooLargeException: It is too long.
    """
    if size > MAXIMUM_BODY:
        raise RequestEntityTooLargeException(
            f"The request is {size} bytes long; at most {MAXIMUM_BODY} are taken"
        )


def _decode_slowly(request_class: type[Request[Answer]], body: bytes) -> Request[Answer]:
    raw = _parse(body)
    found = list(problems(request_class, raw))
    if found:
        raise _fault(found)
    try:
        return msgspec.convert(_without_null_attributes(raw), request_class)
    except msgspec.ValidationError as error:
        # A number that JSON can write and no 64-bit number can hold.
        raise SerializationException(str(error)) from error


def _parse(body: bytes) -> dict[str, Any]:
    try:
        raw = msgspec.json.decode(body)
    except _UNREADABLE as error:
        raise SerializationException(f"The request is not JSON: {error}") from error
    if not isinstance(raw, dict):
        raise SerializationException("The request is not a JSON object")
    return raw


def _fault(found: list[Problem]) -> SerializationException | ValidationException:
    for problem in found:
        if isinstance(problem, Mistyped):
            return SerializationException(str(problem))
    errors = "error" if len(found) == 1 else "errors"
    listed = "; ".join(map(str, found))
    return ValidationException(f"{len(found)} validation {errors} detected: {listed}")


def _without_null_attributes(raw: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is null in decisions: only there, a member may be missing but not null."""
    decisions = raw.get("decisions")
    if not isinstance(decisions, list):
        return raw
    kept = [{name: value for name, value in d.items() if value is not None} for d in decisions]
    return {**raw, "decisions": kept}
