"""An SWF over HTTP: the same calls on kept connections, without an AWS SDK in between."""

import http.client
import select
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import msgspec

from flowy.errors import ServiceUnavailable
from flowy.protocol import wire
from flowy.protocol.polls import EMPTY, REPEATABLE, waits
from flowy.protocol.request import Request

Answer = TypeVar("Answer")

Signer = Callable[[Mapping[str, str], bytes], Mapping[str, str]]
"""Given the headers and the body of a ``POST /``, return the headers that sign it."""

POLL_TIMEOUT = 70.0
"""Seconds to wait for the answer to a poll; the service answers within 60."""

_CONNECT_TIMEOUT = 10.0
_LOST = (OSError, http.client.HTTPException)


class HttpClient:
    """An SwfClient that speaks to a service's HTTP front.

    Connections are kept and used again, by one thread at a time.

    Args:
        endpoint: ``http://host:port`` or ``https://host:port``.
        signer: Signs each request; without it requests go out unsigned.
        timeout: Seconds to wait for the answer to anything but a poll.
    """

    def __init__(self, endpoint: str, signer: Signer | None = None, timeout: float = 30.0) -> None:
        parts = urlsplit(endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"not an address of an HTTP service: {endpoint!r}")
        self._endpoint = endpoint
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path or "/"
        self._context = ssl.create_default_context() if parts.scheme == "https" else None
        self._signer = signer
        self._timeout = timeout
        self._idle: deque[http.client.HTTPConnection] = deque()
        self._parked: set[http.client.HTTPConnection] = set()
        self._lock = threading.Lock()
        self._interrupted = threading.Event()
        self._closed = False

    def call(self, request: Request[Answer]) -> Answer:
        """Carry out one operation; see `flowy.protocol.client.SwfClient`.

        Reads, polls and heartbeats are sent a second time when the connection breaks; nothing
        else is, because it might then be carried out twice.
        """
        if waits(request):
            return self._poll(request)
        status, body = self._exchange(request, self._timeout)
        return self._read(request, status, body)

    def interrupt(self) -> None:
        """Make polls come back without a task, now and from now on.

        A parked poll says goodbye to the service and still reads what the service has already
        sent, so a task that is on its way is returned.
        """
        with self._lock:
            self._interrupted.set()
            for connection in self._parked:
                if connection.sock is not None:
                    with suppress(OSError):
                        connection.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the connections; polls come back without a task, other calls fail."""
        self.interrupt()
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _poll(self, request: Request[Answer]) -> Answer:
        empty = cast(Answer, EMPTY[type(request)])
        if self._interrupted.is_set():
            return empty
        try:
            status, body = self._exchange(request, POLL_TIMEOUT, parked=True)
        except ServiceUnavailable:
            if self._interrupted.is_set():
                return empty
            raise
        return self._read(request, status, body)

    def _exchange(
        self, request: Request[Any], timeout: float, parked: bool = False
    ) -> tuple[int, bytes]:
        body = wire.encode(request)
        headers = self._headers(request, body)
        try:
            return self._send(body, headers, timeout, parked)
        except _LOST as error:
            if not self._may_repeat(request, error):
                raise self._unavailable(request, error) from error
        try:
            return self._send(body, headers, timeout, parked)
        except _LOST as error:
            raise self._unavailable(request, error) from error

    def _send(
        self, body: bytes, headers: dict[str, str], timeout: float, parked: bool
    ) -> tuple[int, bytes]:
        with self._connection(timeout, parked) as connection:
            try:
                connection.request("POST", self._path, body, headers)
                response = connection.getresponse()
                return response.status, response.read()
            except _LOST:
                connection.close()
                raise

    def _may_repeat(self, request: Request[Any], error: Exception) -> bool:
        repeatable = type(request) in REPEATABLE and not isinstance(error, TimeoutError)
        return repeatable and not self._interrupted.is_set()

    def _headers(self, request: Request[Any], body: bytes) -> dict[str, str]:
        headers = {
            "Host": self._host if self._port is None else f"{self._host}:{self._port}",
            "Content-Type": wire.CONTENT_TYPE,
            "X-Amz-Target": f"{wire.TARGET_PREFIX}.{type(request).__name__}",
        }
        if self._signer is not None:
            headers.update(self._signer(headers, body))
        return headers

    @contextmanager
    def _connection(self, timeout: float, parked: bool) -> Iterator[http.client.HTTPConnection]:
        connection = self._open(timeout)
        try:
            if parked:
                self._park(connection)
            yield connection
        finally:
            with self._lock:
                self._parked.discard(connection)
            if connection.sock is None or self._closed or (parked and self._interrupted.is_set()):
                connection.close()
            else:
                self._idle.append(connection)

    def _park(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if self._interrupted.is_set():
                raise ConnectionAbortedError("polls are interrupted")
            self._parked.add(connection)

    def _open(self, timeout: float) -> http.client.HTTPConnection:
        """Take a kept connection that the service has not closed meanwhile, or make one."""
        while self._idle:
            with suppress(IndexError):  # another thread was quicker
                connection = self._idle.pop()
                if not _is_stale(connection.sock):
                    connection.sock.settimeout(timeout)
                    return connection
                connection.close()
        connection = self._new_connection()
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise ServiceUnavailable(f"no connection to {self._endpoint}: {error}") from error
        connection.sock.settimeout(timeout)
        return connection

    def _new_connection(self) -> http.client.HTTPConnection:
        if self._closed:
            raise ServiceUnavailable(f"the client of {self._endpoint} is closed")
        if self._context is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=_CONNECT_TIMEOUT)
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=_CONNECT_TIMEOUT, context=self._context
        )

    def _read(self, request: Request[Answer], status: int, body: bytes) -> Answer:
        if status >= http.client.INTERNAL_SERVER_ERROR:
            reason = wire.decode_fault(body).message
            raise ServiceUnavailable(
                f"{self._endpoint} answered {type(request).__name__} with {status}: {reason}"
            )
        if status != http.client.OK:
            raise wire.decode_fault(body)
        try:
            return wire.decode_answer(type(request), body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._unavailable(request, error) from error

    def _unavailable(self, request: Request[Any], error: Exception) -> ServiceUnavailable:
        what = f"{type(error).__name__} {error}".rstrip()
        return ServiceUnavailable(
            f"no answer to {type(request).__name__} from {self._endpoint}: {what}"
        )


def _is_stale(connected: socket.socket) -> bool:
    """Tell whether a connection that nobody reads has something to read: its end."""
    watch = select.poll()
    watch.register(connected, select.POLLIN)
    return bool(watch.poll(0))
