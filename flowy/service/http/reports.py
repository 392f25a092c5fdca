"""What a front tells about itself: whether it lives, whether it is ready, what it has counted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from flowy.errors import FlowyError
from flowy.protocol.requests.domains import ListDomains
from flowy.service.http import metrics
from flowy.service.http.metrics import Requests
from flowy.service.server import Service

_log = logging.getLogger(__name__)

_READY = ListDomains(registration_status="REGISTERED", maximum_page_size=1)
_TEXT = b"text/plain"

Report = tuple[int, bytes, bytes]
"""HTTP status, body and content type."""


class Reports:
    """Answers to ``GET``; they need no signature.

    Args:
        service: What is told about.
        requests: What the front has counted.
    """

    def __init__(self, service: Service, requests: Requests) -> None:
        self._service = service
        self._requests = requests
        self._stopping = False
        self._pages: dict[str, Callable[[], Awaitable[Report]]] = {
            "/health": self._health,
            "/metrics": self._metrics,
            "/ready": self._ready,
        }

    def stop(self) -> None:
        """Report from now on that the front is not ready."""
        self._stopping = True

    async def page(self, path: str) -> Report:
        """Return the page of a path; 404 where there is none."""
        found = self._pages.get(path)
        return await found() if found else (404, b"not found\n", _TEXT)

    async def _health(self) -> Report:
        return 200, b"ok\n", _TEXT

    async def _ready(self) -> Report:
        if not self._stopping and await self._answers():
            return 200, b"ready\n", _TEXT
        return 503, b"not ready\n", _TEXT

    async def _answers(self) -> bool:
        try:
            await asyncio.to_thread(partial(self._service.serve, _READY))
        except FlowyError:
            _log.warning("the service is not ready", exc_info=True)
            return False
        return True

    async def _metrics(self) -> Report:
        try:
            figures = await asyncio.to_thread(self._service.figures)
        except FlowyError:
            _log.warning("the service cannot be counted", exc_info=True)
            return 503, b"the database cannot be read\n", _TEXT
        return 200, metrics.write(self._requests, figures), metrics.CONTENT_TYPE
