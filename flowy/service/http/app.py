"""SWF's wire protocol as a bare ASGI application.

``POST /`` carries an operation, named by ``X-Amz-Target``; ``GET /health`` tells that the process
lives, ``GET /ready`` that the service answers. The event loop only reads, parks and writes;
requests are carried out on a few threads, so a commit never holds up other clients, and requests
that arrive meanwhile share the next one. Parked polls wait on the event loop and hold no thread.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from flowy.errors import Fault, FlowyError
from flowy.protocol import wire
from flowy.protocol.faults import (
    InternalFailure,
    RequestEntityTooLargeException,
    UnknownOperationException,
)
from flowy.protocol.operations import OPERATIONS
from flowy.protocol.polls import POLL_SECONDS, waits
from flowy.protocol.request import Request
from flowy.protocol.requests.domains import ListDomains
from flowy.protocol.validation import decode
from flowy.service.http.asgi import (
    Disconnected,
    Headers,
    Receive,
    Scope,
    Send,
    read_body,
    send_answer,
)
from flowy.service.http.parking import Parking
from flowy.service.notifier import Watch
from flowy.service.server import Poll, Service

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

THREADS = 16
"""How many requests are carried out at once, and so how many share a commit at most."""

NO_TASK = b'{"taskToken":"","startedEventId":0,"previousStartedEventId":0}'
"""The answer to a poll of either kind that found no task."""

_STATUS: dict[type[FlowyError], int] = {InternalFailure: 500, RequestEntityTooLargeException: 413}
_READY = ListDomains(registration_status="REGISTERED", maximum_page_size=1)


class Application:
    """The ASGI application of a service.

    Args:
        service: Carries out the requests.
        threads: How many of them at once.
        poll_seconds: How long a poll without a task is held.
    """

    def __init__(
        self, service: Service, threads: int = THREADS, poll_seconds: float = POLL_SECONDS
    ) -> None:
        self._service = service
        self._poll_seconds = poll_seconds
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="flowy-http")
        self._parked: set[Parking] = set()
        self._stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise RuntimeError(f"this application speaks HTTP, not {scope['type']}")
        if scope["method"] == "GET":
            await self._report(scope["path"], send)
            return
        try:
            status, body = await self._respond(scope, receive)
        except Disconnected:
            return
        await send_answer(send, status, body)

    def stop(self) -> None:
        """Answer all parked polls without a task, and later ones at once; on the loop's thread."""
        self._stopping = True
        for parking in self._parked:
            parking.end()

    def close(self) -> None:
        """Wait for the requests in hand and give back the threads."""
        self._threads.shutdown()

    async def _respond(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        try:
            headers = dict(scope["headers"])
            body = await read_body(headers, receive)
            request = decode(_operation(scope, headers), body)
            return 200, await self._serve(request, receive)
        except Fault as fault:
            return _STATUS.get(type(fault), 400), wire.encode_fault(fault)
        except Disconnected:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it ends as this request's answer
            _log.exception("%s failed", dict(scope["headers"]).get(b"x-amz-target", b"a request"))
            return 500, wire.encode_fault(InternalFailure("The service failed; see its log"))

    async def _serve(self, request: Request[Any], receive: Receive) -> bytes:
        if waits(request):
            return await self._poll(cast(Poll, request), receive) or NO_TASK
        return await self._run(self._service.serve, request) or b""

    async def _poll(self, poll: Poll, receive: Receive) -> bytes | None:
        if self._stopping:
            return None
        parking = Parking(asyncio.get_running_loop())
        self._parked.add(parking)
        try:
            watch, task = await self._run(self._first_look, poll, parking.wake)
            try:
                if task is None:
                    parking.begin(self._poll_seconds, receive)
                while task is None and await parking.next_wake():
                    watch.rearm()
                    task = await self._run(self._service.serve, poll)
            finally:
                watch.cancel()
        finally:
            self._parked.discard(parking)
            parking.leave()
        return task

    def _first_look(self, poll: Poll, wake: Callable[[], None]) -> tuple[Watch, bytes | None]:
        # Watch before looking: a task that comes in between wakes the poll.
        watch = self._service.watch(poll, wake)
        try:
            return watch, self._service.serve(poll)
        except BaseException:
            watch.cancel()
            raise

    async def _run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, *arguments)

    async def _report(self, path: str, send: Send) -> None:
        if path == "/health":
            await send_answer(send, 200, b"ok\n", b"text/plain")
        elif path == "/ready":
            ready = await self._is_ready()
            status, text = (200, b"ready\n") if ready else (503, b"not ready\n")
            await send_answer(send, status, text, b"text/plain")
        else:
            await send_answer(send, 404, b"not found\n", b"text/plain")

    async def _is_ready(self) -> bool:
        if self._stopping:
            return False
        try:
            await self._run(self._service.serve, _READY)
        except FlowyError:
            _log.warning("the service is not ready", exc_info=True)
            return False
        return True


def _operation(scope: Scope, headers: Headers) -> type[Request[Any]]:
    """Find the operation that a request names; old SDKs put a Java package in front."""
    target = headers.get(b"x-amz-target", b"").decode("latin-1")
    service, _, name = target.rpartition(".")
    found = OPERATIONS.get(name) if service.endswith(wire.TARGET_PREFIX) else None
    if found is None or scope["method"] != "POST":
        raise UnknownOperationException(f"{scope['method']} with X-Amz-Target {target!r}")
    return found
