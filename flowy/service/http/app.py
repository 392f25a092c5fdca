"""SWF's wire protocol as a bare ASGI application.

``POST /`` carries an operation, named by ``X-Amz-Target``; ``GET /health`` tells that the process
lives, ``GET /ready`` that the service answers. The event loop only reads, parks and writes;
requests are carried out on a few threads, so a commit never holds up other clients, and requests
that arrive meanwhile share the next one. Parked polls wait on the event loop and hold no thread.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, cast

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
from flowy.protocol.requests.activity_types import DescribeActivityType
from flowy.protocol.requests.domains import DescribeDomain, ListDomains, ListTagsForResource
from flowy.protocol.requests.visibility import CountPendingActivityTasks, CountPendingDecisionTasks
from flowy.protocol.requests.workflow_types import DescribeWorkflowType
from flowy.protocol.validation import decode
from flowy.service.dispatch import Poll
from flowy.service.http.asgi import (
    Disconnected,
    Headers,
    Receive,
    Scope,
    Send,
    read_body,
    send_answer,
)
from flowy.service.http.lane import Lane
from flowy.service.http.parking import Parking
from flowy.service.notifier import Watch
from flowy.service.operations.table import READS
from flowy.service.server import Service

_log = logging.getLogger(__name__)

WRITERS = 16
"""How many changes are carried out at once, and so how many share a commit at most."""
READERS = 4
"""How many long reads are carried out at once."""
LOOKUPS_AT_ONCE = 32
"""How many look-ups are handed over together."""

LOOKUPS: frozenset[type[Request[Any]]] = frozenset(
    {
        CountPendingActivityTasks,
        CountPendingDecisionTasks,
        DescribeActivityType,
        DescribeDomain,
        DescribeWorkflowType,
        ListTagsForResource,
    }
)
"""Reads of a row or two. They never take long, so none of them has to wait for a thread."""

NO_TASK = b'{"taskToken":"","startedEventId":0,"previousStartedEventId":0}'
"""The answer to a poll of either kind that found no task."""

_STATUS: dict[type[FlowyError], int] = {InternalFailure: 500, RequestEntityTooLargeException: 413}
_READY = ListDomains(registration_status="REGISTERED", maximum_page_size=1)


class Application:
    """The ASGI application of a service.

    Args:
        service: Carries out the requests.
        writers: How many changes are carried out at once.
        poll_seconds: How long a poll without a task is held.
    """

    def __init__(
        self, service: Service, writers: int = WRITERS, poll_seconds: float = POLL_SECONDS
    ) -> None:
        self._service = service
        self._poll_seconds = poll_seconds
        self._writers = Lane("flowy-http-write", writers, 1)
        self._readers = Lane("flowy-http-read", READERS, 1)
        self._lookups = Lane("flowy-http-look", 1, LOOKUPS_AT_ONCE)
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
        for lane in (self._writers, self._readers, self._lookups):
            lane.close()

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
        return await self._lane(request).run(partial(self._service.serve, request)) or b""

    def _lane(self, request: Request[Any]) -> Lane:
        if type(request) in LOOKUPS:
            return self._lookups
        return self._readers if type(request) in READS else self._writers

    async def _poll(self, poll: Poll, receive: Receive) -> bytes | None:
        if self._stopping:
            return None
        parking = Parking(asyncio.get_running_loop())
        self._parked.add(parking)
        try:
            watch, task = await self._writers.run(partial(self._first_look, poll, parking.wake))
            try:
                if task is None:
                    parking.begin(self._poll_seconds, receive)
                while task is None:
                    if watch.park() and not await parking.next_wake() and watch.leave():
                        break
                    while (handed := watch.take()) is None and watch.is_served:
                        await parking.outcome()
                    serve = partial(self._service.serve, poll)
                    task = handed.body() if handed else await self._writers.run(serve)
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
            await self._readers.run(partial(self._service.serve, _READY))
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
