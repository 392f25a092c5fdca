"""SWF's wire protocol as a bare ASGI application.

``POST /`` carries an operation, named by ``X-Amz-Target``; ``GET`` is for those who watch the
service (`flowy.service.http.reports`). The event loop only reads, parks and writes; requests are
carried out on a few threads, so a commit never holds up other clients, and requests that arrive
meanwhile share the next one. Parked polls wait on the event loop and hold no thread.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from flowy.errors import Fault
from flowy.protocol import wire
from flowy.protocol.faults import InternalFailure, UnknownOperationException, status
from flowy.protocol.operations import EXTENSIONS, OPERATIONS
from flowy.protocol.polls import CLIENT_HEADER, NO_TASK, POLL_SECONDS, waits
from flowy.protocol.request import Request
from flowy.protocol.requests.activity_types import DescribeActivityType
from flowy.protocol.requests.domains import DescribeDomain, ListTagsForResource
from flowy.protocol.requests.extensions import EndPolls
from flowy.protocol.requests.visibility import CountPendingActivityTasks, CountPendingDecisionTasks
from flowy.protocol.requests.workflow_types import DescribeWorkflowType
from flowy.protocol.validation import decode
from flowy.service.dispatch import Poll
from flowy.service.http.asgi import (
    Disconnected,
    Receive,
    Scope,
    Send,
    read_body,
    send_answer,
    uncompressed,
)
from flowy.service.http.lane import Lane
from flowy.service.http.metrics import Requests
from flowy.service.http.parking import Parking, Parkings
from flowy.service.http.reports import Reports
from flowy.service.http.signatures import Gate, HttpRequest
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

_UNKNOWN = "unknown"
_CLIENT = CLIENT_HEADER.lower().encode()


class Application:
    """The ASGI application of a service.

    Args:
        service: Carries out the requests.
        gate: Lets requests pass that are signed as they should be; None lets all pass.
        writers: How many changes are carried out at once.
        poll_seconds: How long a poll without a task is held.
    """

    def __init__(
        self,
        service: Service,
        gate: Gate | None = None,
        writers: int = WRITERS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._service = service
        self._gate = gate
        self._requests = Requests()
        self._reports = Reports(service, self._requests)
        self._poll_seconds = poll_seconds
        self._writers = Lane("flowy-http-write", writers, 1)
        self._readers = Lane("flowy-http-read", READERS, 1)
        self._lookups = Lane("flowy-http-look", 1, LOOKUPS_AT_ONCE)
        self._parked = Parkings()
        self._stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise RuntimeError(f"this application speaks HTTP, not {scope['type']}")
        if scope["method"] == "GET":
            await send_answer(send, *await self._reports.page(scope["path"]))
            return
        time, name = asyncio.get_running_loop().time, _named(scope)
        began = time()
        try:
            outcome, code, body = await self._respond(name, scope, receive)
        except Disconnected:
            return
        known = name in OPERATIONS or name in EXTENSIONS
        self._requests.observe(name if known else _UNKNOWN, outcome, time() - began)
        await send_answer(send, code, body)

    def stop(self) -> None:
        """Answer all parked polls without a task, and later ones at once; on the loop's thread."""
        self._stopping = True
        self._reports.stop()
        self._parked.end_all()

    def close(self) -> None:
        """Wait for the requests in hand and give back the threads."""
        for lane in (self._writers, self._readers, self._lookups):
            lane.close()

    async def _respond(self, name: str, scope: Scope, receive: Receive) -> tuple[str, int, bytes]:
        """Return how a request ended, the HTTP status and the body."""
        try:
            body = await read_body(receive)
            if self._gate is not None:
                self._gate.check(_request(scope, body))
            body = uncompressed(dict(scope["headers"]), body)
            request = decode(_operation(name, scope), body)
            self._service.admit(request)
            return "ok", 200, await self._serve(request, receive, scope)
        except Fault as fault:
            return type(fault).__name__, status(fault), wire.encode_fault(fault)
        except Disconnected:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it ends as this request's answer
            _log.exception("%s failed", name)
            failure = InternalFailure("The service failed; see its log")
            return InternalFailure.__name__, 500, wire.encode_fault(failure)

    async def _serve(self, request: Request[Any], receive: Receive, scope: Scope) -> bytes:
        if waits(request):
            client = _header(scope, _CLIENT)
            return await self._poll(cast(Poll, request), receive, client) or NO_TASK
        if isinstance(request, EndPolls):
            self._parked.end(request.client)
        body = await self._lane(request).run(partial(self._service.serve, request))
        return NO_TASK if body is None else body

    def _lane(self, request: Request[Any]) -> Lane:
        if type(request) in LOOKUPS:
            return self._lookups
        return self._readers if type(request) in READS else self._writers

    async def _poll(self, poll: Poll, receive: Receive, client: str) -> bytes | None:
        if self._stopping:
            return None
        parking = Parking(asyncio.get_running_loop())
        self._parked.add(parking, client)
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
                    task = handed[0].body() if handed else await self._writers.run(serve)
            finally:
                watch.cancel()
        finally:
            self._parked.discard(parking, client)
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


def _named(scope: Scope) -> str:
    """Return the name of the operation that a request asks for."""
    return wire.operation_name(_header(scope, b"x-amz-target"))


def _header(scope: Scope, wanted: bytes) -> str:
    """Return the first value of a header, "" where there is none."""
    found: bytes = next((value for name, value in scope["headers"] if name == wanted), b"")
    return found.decode("latin-1")


def _operation(name: str, scope: Scope) -> type[Request[Any]]:
    if scope["method"] != "POST":
        raise UnknownOperationException(f"Operations are called with POST, not {scope['method']}")
    return wire.operation(name)


def _request(scope: Scope, body: bytes) -> HttpRequest:
    return HttpRequest(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=[
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
        ],
        body=body,
    )
