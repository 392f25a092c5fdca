"""Task tokens: opaque texts that name one hand-out of one task."""

from binascii import a2b_base64, b2a_base64
from typing import Literal
from zlib import crc32

import msgspec

from flowy.protocol.faults import ValidationException


class TaskToken(msgspec.Struct, frozen=True, array_like=True):
    """What a token says: which execution, which task, which hand-out of it.

    ``execution_key`` is whatever number finds the execution in its store; ``run_id`` guards
    against a number that another database gave to another run.
    """

    kind: Literal["activity", "decision"]
    execution_key: int
    run_id: str
    scheduled_event_id: int
    started_event_id: int


_decoder = msgspec.msgpack.Decoder(TaskToken)
_encoder = msgspec.msgpack.Encoder()


_CHECK = 4
"""Bytes of the checksum."""

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def encode_token(token: TaskToken) -> str:
    """Write a token as a text of at most 1,024 characters."""
    return seal(_encoder.encode(token))


def decode_token(text: str) -> TaskToken:
    """Read a token back.

    Raises:
        ValidationException: The text is not a token that ``encode_token`` wrote.
    """
    try:
        return _decoder.decode(unseal(text))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValidationException("Invalid token") from error


def seal(body: bytes) -> str:
    """Write bytes and their checksum as a text.

    The checksum stands last: a text that begins with chance begins with a hyphen now and then, and
    command lines take that for an option.
    """
    check = crc32(body).to_bytes(_CHECK, "big")
    return b2a_base64(body + check, newline=False).translate(_TO_URL_SAFE).decode()


def unseal(text: str) -> bytes:
    """Return the bytes that a text was made of.

    Raises:
        ValidationException: ``seal`` did not make the text.
    """
    try:
        raw = a2b_base64(text.encode("ascii").translate(_FROM_URL_SAFE))
    except ValueError as error:
        raise ValidationException("Invalid token") from error
    body = raw[:-_CHECK]
    if crc32(body) == int.from_bytes(raw[-_CHECK:], "big"):
        return body
    # Tokens that an earlier version gave out have the checksum first.
    body = raw[_CHECK:]
    if crc32(body) == int.from_bytes(raw[:_CHECK], "big"):
        return body
    raise ValidationException("Invalid token")
