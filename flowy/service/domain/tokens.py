"""Task tokens: opaque texts that name one hand-out of one task."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Literal

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


def encode_token(token: TaskToken) -> str:
    """Write a token as a text of at most 1,024 characters."""
    body = _encoder.encode(token)
    return urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode()


def decode_token(text: str) -> TaskToken:
    """Read a token back.

    Raises:
        ValidationException: The text is not a token that ``encode_token`` wrote.
    """
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
        token = _decoder.decode(raw[4:])
    except (ValueError, msgspec.DecodeError) as error:
        raise ValidationException("Invalid token") from error
    if zlib.crc32(raw[4:]).to_bytes(4, "big") != raw[:4]:
        raise ValidationException("Invalid token")
    return token
