"""Bodies are read whole, uncompressed and never beyond SWF's megabyte."""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from flowy.protocol.faults import RequestEntityTooLargeException, SerializationException
from flowy.protocol.validation import MAXIMUM_BODY
from flowy.service.http.asgi import Disconnected, read_body, send_answer, uncompressed


def arriving(*messages: Any) -> Callable[[], Awaitable[Any]]:
    """Give an ASGI receive of parts of a body, or of whole messages."""
    waiting = list(messages)

    async def receive() -> Any:
        message = waiting.pop(0)
        if isinstance(message, bytes):
            return {"type": "http.request", "body": message, "more_body": bool(waiting)}
        return message

    receive.waiting = waiting
    return receive


def read(receive: Any, **headers: str) -> bytes:
    named = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return uncompressed(named, asyncio.run(read_body(receive)))


def test_a_body_is_joined_of_its_parts():
    assert read(arriving(b"ab", b"", b"c")) == b"abc"
    assert read(arriving(b"")) == b""


def test_a_client_that_goes_away_sends_no_request():
    gone = {"type": "http.disconnect"}
    with pytest.raises(Disconnected):
        read(arriving(gone))
    first = {"type": "http.request", "body": b"{", "more_body": True}
    with pytest.raises(Disconnected):
        read(arriving(first, gone))


def test_a_body_that_is_too_long_is_not_read_to_its_end():
    receive = arriving(*[b"x" * MAXIMUM_BODY] * 5)
    with pytest.raises(RequestEntityTooLargeException):
        read(receive)
    assert len(receive.waiting) == 3


def test_the_longest_body_is_taken():
    assert len(read(arriving(b"x" * MAXIMUM_BODY))) == MAXIMUM_BODY


def test_a_gzip_body_is_inflated():
    assert read(arriving(gzip.compress(b"{}")), content_encoding="gzip") == b"{}"
    assert read(arriving(b"{}"), content_encoding="identity") == b"{}"


def test_a_bomb_of_zeros_is_not_inflated_to_its_end():
    bomb = gzip.compress(bytes(50 * MAXIMUM_BODY))
    with pytest.raises(RequestEntityTooLargeException):
        read(arriving(bomb), content_encoding="gzip")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"{}"),
        ("gzip", gzip.compress(b'{"name":"domain"}', mtime=0)[:-9]),
        ("gzip", b""),
        ("deflate", zlib.compress(b"{}")),
        ("br", b"{}"),
    ],
)
def test_what_cannot_be_inflated_is_a_serialization_exception(encoding, body):
    with pytest.raises(SerializationException):
        read(arriving(body), content_encoding=encoding)


def test_each_answer_has_its_own_request_id_and_its_length():
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(send_answer(send, 200, b"{}"))
    asyncio.run(send_answer(send, 200, b""))
    first, second = (dict(message["headers"]) for message in sent[::2])
    assert first[b"content-type"] == b"application/x-amz-json-1.0"
    assert (first[b"content-length"], second[b"content-length"]) == (b"2", b"0")
    assert first[b"x-amzn-requestid"] != second[b"x-amzn-requestid"]
    assert [message["body"] for message in sent[1::2]] == [b"{}", b""]
