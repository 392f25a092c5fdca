"""Page tokens: opaque texts that say where the next page begins."""

import zlib
from typing import Any, TypeVar

import msgspec

from flowy.protocol.faults import ValidationException
from flowy.protocol.request import Request
from flowy.protocol.wire import encode
from flowy.service.domain.tokens import seal, unseal
from flowy.service.operations.unit import Unit

LIFE = 86_400.0
"""Seconds for which a page token is good."""

CHANGEABLE = ("next_page_token", "maximum_page_size", "identity")
"""What may differ between the calls for two pages of the same thing."""

Position = TypeVar("Position")


class _Token(msgspec.Struct, frozen=True, array_like=True):
    scope: int
    expires: float
    position: msgspec.Raw


_decoder = msgspec.json.Decoder(_Token)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)


def page_size(unit: Unit, asked: int | None) -> int:
    """Return how many items a page has; 0 and None ask for the service's own choice."""
    return min(asked or unit.quotas.page, unit.quotas.page)


def make_token(unit: Unit, request: Request[Any], position: msgspec.Struct) -> str:
    """Make the token that goes with a request for the page behind a position."""
    raw = msgspec.Raw(msgspec.json.encode(position))
    token = _Token(scope=_scope(request), expires=unit.now + LIFE, position=raw)
    body = msgspec.json.encode(token)
    return seal(body)


def resume(
    unit: Unit, request: Request[Any], token: str | None, position_class: type[Position]
) -> Position | None:
    """Return the position that a request's token stands for, None for the first page.

    Raises:
        ValidationException: The token is not one for this request, or too old.
    """
    if not token:
        return None
    found = _read(token)
    if found.scope != _scope(request):
        raise ValidationException("Invalid token")
    if found.expires < unit.now:
        raise ValidationException("Specified token has exceeded its maximum lifetime")
    try:
        return msgspec.json.decode(found.position, type=position_class)
    except _UNREADABLE as error:  # another version's, perhaps
        raise ValidationException("Invalid token") from error


def _read(token: str) -> _Token:
    try:
        return _decoder.decode(unseal(token))
    except _UNREADABLE as error:
        raise ValidationException("Invalid token") from error


def _scope(request: Request[Any]) -> int:
    """Return a number that is the same for all pages of one thing."""
    present = set(CHANGEABLE).intersection(request.__struct_fields__)
    bare = msgspec.structs.replace(request, **dict.fromkeys(present))
    return zlib.crc32(type(request).__name__.encode() + encode(bare))
