"""An HTTP answer off a socket.

``http.client`` parses headers as those of a mail, which takes longer than the rest of a call. Here
only what frames the body is read; an answer that is framed in another way than by its length is
left to ``http.client`` after all.
"""

import http.client
import io
import socket
from typing import NamedTuple

MOST_HEAD = 65_536
"""Bytes that the head of an answer may have."""

_CHUNK = 65_536


class Answer(NamedTuple):
    """What a service has answered, and whether it closes the connection behind it."""

    status: int
    body: bytes
    closes: bool


def read_answer(connection: socket.socket) -> Answer:
    """Read an answer to a POST.

    Raises:
        OSError: The connection broke.
        http.client.HTTPException: What came is not an answer, or not all of one.
    """
    data, end = _head(connection)
    head = data[:end].split(b"\r\n")
    version, _, status = head[0].partition(b" ")
    fields = dict(_field(line) for line in head[1:])
    length = fields.get(b"content-length", b"")
    framed = length.isdigit() and b"transfer-encoding" not in fields
    if version != b"HTTP/1.1" or not status[:3].isdigit() or status[:1] == b"1" or not framed:
        return _by_library(connection, data)
    body = data[end + 4 :]
    return Answer(
        int(status[:3]),
        _whole(connection, body, int(length)),
        fields.get(b"connection", b"").lower() == b"close",
    )


def _head(connection: socket.socket) -> tuple[bytes, int]:
    """Receive until the head is complete; return what came and where the head ends."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        more = connection.recv(_CHUNK)
        if not more:
            if data:
                raise http.client.IncompleteRead(data)
            raise http.client.RemoteDisconnected("the connection was closed without an answer")
        data += more
        if len(data) > MOST_HEAD and b"\r\n\r\n" not in data:
            raise http.client.LineTooLong("head of an answer")
    return data, end


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip().lower(), value.strip()


def _whole(connection: socket.socket, body: bytes, length: int) -> bytes:
    """Return a body of which a part has come, once all of it has."""
    if len(body) >= length:
        return body[:length]
    parts, missing = [body], length - len(body)
    while missing:
        part = connection.recv(min(missing, _CHUNK))
        if not part:
            raise http.client.IncompleteRead(b"".join(parts), missing)
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _by_library(connection: socket.socket, begun: bytes) -> Answer:
    with http.client.HTTPResponse(_Begun(connection, begun), method="POST") as response:  # type: ignore[arg-type]
        response.begin()
        return Answer(response.status, response.read(), response.will_close)


class _Begun:
    """A connection of which the beginning has been read already."""

    def __init__(self, connection: socket.socket, begun: bytes) -> None:
        self._connection = connection
        self._begun = begun

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return all of it as a file."""
        return io.BufferedReader(_Stream(self._connection, self._begun))


class _Stream(io.RawIOBase):
    def __init__(self, connection: socket.socket, begun: bytes) -> None:
        self._connection = connection
        self._begun = begun

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._begun:
            return self._connection.recv_into(buffer)
        count = min(len(buffer), len(self._begun))
        buffer[:count] = self._begun[:count]
        self._begun = self._begun[count:]
        return count
