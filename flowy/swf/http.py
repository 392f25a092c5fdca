"""An SWF over HTTP: the same calls on kept connections, without an AWS SDK in between."""

import http.client
import secrets
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import msgspec

from flowy.config import without_secret
from flowy.errors import Fault, FlowyError, ServiceUnavailable, ServiceUnreachable
from flowy.protocol import wire
from flowy.protocol.polls import CLIENT_HEADER, EMPTY, REPEATABLE, waits
from flowy.protocol.request import Request
from flowy.protocol.requests.extensions import EndPolls
from flowy.swf.connection import Connection
from flowy.swf.sent_poll import SentPoll

Answer = TypeVar("Answer")

Signer = Callable[[Mapping[str, str], bytes], Mapping[str, str]]
"""Given the headers and the body of a ``POST /``, return the headers that sign it."""

POLL_TIMEOUT = 70.0
"""Seconds to wait for the answer to a poll; the service answers within 60."""

ENDED_WITHIN = 3.0
"""Seconds that the service may take to end polls, until they say goodbye by themselves."""

_PORTS = {"http": 80, "https": 443}
_LOST = (OSError, http.client.HTTPException)


class HttpClient:
    """An SwfClient that speaks to a service's HTTP front.

    Connections are kept and used again, by one thread at a time.

    Args:
        endpoint: ``http://host:port`` or ``https://host:port``.
        signer: Signs each request; without it requests go out unsigned.
        timeout: Seconds to wait for the answer to anything but a poll.
        authorities: For HTTPS, path of the certificates (PEM) that are trusted; None is those that
            the machine trusts.

    Raises:
        ValueError: The endpoint is no such address.
        OSError: The certificates cannot be read.
    """

    def __init__(
        self,
        endpoint: str,
        signer: Signer | None = None,
        timeout: float = 30.0,
        authorities: str | None = None,
    ) -> None:
        parts = urlsplit(endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"not an address of an HTTP service: {without_secret(endpoint)!r}")
        self._address_given = endpoint
        self._authorities = authorities
        self._endpoint = without_secret(endpoint)
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._address = parts.netloc.rpartition("@")[2]
        self._path = parts.path or "/"
        self._context: ssl.SSLContext | None = None
        if parts.scheme == "https":
            self._context = ssl.create_default_context(cafile=authorities)
        self._signer = signer
        self._timeout = timeout
        self._idle: deque[Connection] = deque()
        self._parked: set[Connection] = set()
        self._stranded: defaultdict[object, deque[Connection]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._interrupted = threading.Event()
        self._name = secrets.token_hex(8)
        self._closed = False

    def call(self, request: Request[Answer]) -> Answer:
        """Carry out one operation; see `flowy.protocol.client.SwfClient`.

        Reads, polls and heartbeats are sent a second time when the connection breaks; nothing
        else is, because it might then be carried out twice.
        """
        if waits(request):
            return self.finish(request, self._left_behind(request))
        status, body = self._exchange(request, self._timeout)
        return self._read(request, status, body)

    def exchange(
        self, answers: Sequence[Request[Any]], poll: Request[Answer], most: int
    ) -> SentPoll[Answer]:
        """Send answers, and a poll on another connection before they are acknowledged.

        So the poll waits at the service already when the next task is made. It brings one task,
        as SWF's polls do. See `flowy.protocol.client.ExchangingClient`.
        """
        *others, last = answers
        faults = [self._fault(answer) for answer in others]
        sent = self._sent(last)
        begun = self._begun(poll)
        try:
            faults.append(self._fault(last, sent))
        except BaseException:
            # A task may be on its way on it: it is for whoever polls that list next.
            if begun is not None:
                self._stranded[_list_of(poll)].append(begun)
            raise
        exchange = SentPoll(self, poll, begun)
        exchange.faults = faults
        return exchange

    def interrupt(self) -> None:
        """Make polls come back without a task, now and from now on.

        A task that a poll was given meanwhile is returned. Our own service ends the polls when it
        is told to; where it cannot be told, a poll says goodbye on its connection, and still reads
        what was sent before.
        """
        with self._lock:
            if self._interrupted.is_set():
                return
            self._interrupted.set()
            parked = bool(self._parked)
        if parked and self._have_polls_ended():
            late = threading.Timer(ENDED_WITHIN, self._say_goodbye)
            late.daemon = True
            late.start()
        else:
            self._say_goodbye()

    def _have_polls_ended(self) -> bool:
        request = EndPolls(client=self._name)
        try:
            self._read(request, *self._exchange(request, ENDED_WITHIN))
        except FlowyError:
            return False
        return True

    def _say_goodbye(self) -> None:
        with self._lock:
            for connection in self._parked:
                connection.say_goodbye()

    def another(self) -> "HttpClient":
        """Make a client of the same service whose polls are not interrupted with this one's."""
        return HttpClient(self._address_given, self._signer, self._timeout, self._authorities)

    def close(self) -> None:
        """Close the connections; polls come back without a task, other calls fail."""
        self.interrupt()
        with self._lock:
            self._closed = True
        for kept in (self._idle, *self._stranded.values()):
            while kept:
                kept.pop().close()

    def finish(self, request: Request[Answer], sent: Connection | None) -> Answer:
        """Wait for the answer to a poll that was sent, or send it now."""
        try:
            answer = None if sent is None else self._received(sent)
        except _LOST:
            answer = None
        return self._poll(request) if answer is None else self._read(request, *answer)

    def drop(self, sent: Connection) -> None:
        """Give up a poll that was sent; the service hears that its client is gone."""
        sent.close()
        self._give_back(sent)

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

    def _fault(self, answer: Request[Any], sent: Connection | None = None) -> Fault | None:
        """Carry out an answer to a task, or wait for what was sent; return the refusal."""
        try:
            if sent is None:
                self.call(answer)
            else:
                self._read(answer, *self._received(sent))
        except Fault as fault:
            return fault
        except _LOST as error:
            raise self._unavailable(answer, error) from error
        return None

    def _sent(self, request: Request[Any]) -> Connection:
        """Send a request and return the connection on which its answer will come."""
        try:
            return self._begin(request, self._timeout, parked=False)
        except _LOST as error:
            raise self._unavailable(request, error) from error

    def _begun(self, poll: Request[Any]) -> Connection | None:
        """Send a poll, unless one was left behind; None when it cannot be sent now."""
        found = self._left_behind(poll)
        if found is not None:
            return found
        try:
            return self._begin(poll, POLL_TIMEOUT, parked=True)
        except (*_LOST, ServiceUnavailable):
            return None

    def _left_behind(self, poll: Request[Any]) -> Connection | None:
        """Return a poll of the same list whose sender did not come to wait for it."""
        with suppress(IndexError):
            return self._stranded[_list_of(poll)].pop()
        return None

    def _begin(self, request: Request[Any], timeout: float, parked: bool) -> Connection:
        body = wire.encode(request)
        connection = self._take()
        try:
            if parked:
                self._park(connection)
            connection.send(self._path, self._headers(request, body), body, timeout)
        except BaseException:
            connection.close()
            self._give_back(connection)
            raise
        return connection

    def _received(self, connection: Connection) -> tuple[int, bytes]:
        try:
            return connection.receive()
        finally:
            self._give_back(connection)

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
        connection = self._take()
        try:
            if parked:
                self._park(connection)
            return connection.post(self._path, headers, body, timeout)
        finally:
            self._give_back(connection)

    def _may_repeat(self, request: Request[Any], error: Exception) -> bool:
        repeatable = type(request) in REPEATABLE and not isinstance(error, TimeoutError)
        return repeatable and not self._interrupted.is_set()

    def _headers(self, request: Request[Any], body: bytes) -> dict[str, str]:
        headers = {
            "Host": self._address,
            "Content-Type": wire.CONTENT_TYPE,
            "X-Amz-Target": wire.target(type(request)),
        }
        if self._signer is not None:
            headers.update(self._signer(headers, body))
        if waits(request):  # not signed: a front may leave it out
            headers[CLIENT_HEADER] = self._name
        return headers

    def _park(self, connection: Connection) -> None:
        with self._lock:
            if self._interrupted.is_set():
                raise ConnectionAbortedError("polls are interrupted")
            self._parked.add(connection)

    def _take(self) -> Connection:
        """Take a kept connection that the service has not closed meanwhile, or make one."""
        while self._idle:
            with suppress(IndexError):  # another thread was quicker
                connection = self._idle.pop()
                if not connection.is_stale():
                    return connection
                connection.close()
        if self._closed:
            raise ServiceUnavailable(f"the client of {self._endpoint} is closed")
        try:
            return Connection(self._host, self._port, self._context)
        except OSError as error:
            raise ServiceUnreachable(f"no connection to {self._endpoint}: {error}") from error

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            said_goodbye = connection in self._parked and self._interrupted.is_set()
            self._parked.discard(connection)
            if connection.is_open and not self._closed and not said_goodbye:
                self._idle.append(connection)
                return
        connection.close()

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


def _list_of(poll: Request[Any]) -> object:
    """Return what two polls have in common that may have each other's tasks."""
    poll_of: Any = poll
    return type(poll), poll_of.domain, poll_of.task_list
