"""The types of ASGI, and the two things that are done with them: read a body, send an answer."""

import uuid
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from flowy.protocol.faults import SerializationException
from flowy.protocol.validation import MAXIMUM_BODY, check_size
from flowy.protocol.wire import CONTENT_TYPE

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]

_CONTENT_TYPE = CONTENT_TYPE.encode()
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class Disconnected(Exception):
    """The client went away before its request was whole."""


async def read_body(receive: Receive) -> bytes:
    """Read the body of a request as it was sent.

    Raises:
        RequestEntityTooLargeException: It is longer than SWF reads.
        Disconnected: The client went away.
    """
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _read_rest(body, receive)
    check_size(len(body))
    return body


def uncompressed(headers: Headers, body: bytes) -> bytes:
    """Return the body of a request uncompressed.

    Raises:
        RequestEntityTooLargeException: It is longer than SWF reads.
        SerializationException: It says that it is compressed, and is not, or in an unknown way.
    """
    encoding = headers.get(b"content-encoding", b"").strip().lower()
    return body if encoding in {b"", b"identity"} else _inflate(encoding, body)


async def _read_rest(first: bytes, receive: Receive) -> bytes:
    parts, size, more = [first], len(first), True
    while more:
        check_size(size)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
    return b"".join(parts)


def _inflate(encoding: bytes, body: bytes) -> bytes:
    if encoding not in {b"gzip", b"x-gzip"}:
        raise SerializationException(f"Unsupported Content-Encoding {encoding.decode('latin-1')!r}")
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        # One byte more than is allowed tells a body that is too large from one that just fits.
        inflated = inflater.decompress(body, MAXIMUM_BODY + 1)
    except zlib.error as error:
        raise SerializationException(f"The request is not gzip: {error}") from error
    check_size(len(inflated))
    if not inflater.eof:
        raise SerializationException("The request's gzip data are cut off")
    return inflated


async def send_answer(
    send: Send, status: int, body: bytes, content_type: bytes = _CONTENT_TYPE
) -> None:
    """Send a whole answer with a request id of its own."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"x-amzn-requestid", str(uuid.uuid4()).encode()),
                (b"content-type", content_type),
                (b"content-length", str(len(body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
