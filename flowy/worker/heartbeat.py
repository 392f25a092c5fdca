"""Heartbeats: those that an activity sends, and those that the worker sends for it.

An activity type with a heartbeat timeout is heartbeated from a thread beside it, at a third of the
timeout, with the details that it reported last. The thread lives as long as its poller. A timeout
that only a call gives is not known here, SWF does not tell it to workers: such an activity
heartbeats itself.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flowy.clock import Clock
from flowy.errors import Fault, PayloadError, PayloadTooLarge, ServiceUnavailable
from flowy.protocol.client import SwfClient
from flowy.protocol.requests.activity_tasks import RecordActivityTaskHeartbeat
from flowy.worker.backoff import PASSING

logger = logging.getLogger(__name__)

DETAILS_MAXIMUM = 2_048
"""Characters that SWF takes for a heartbeat's details."""

BEATS_A_TIMEOUT = 3
"""One beat may be late and one be lost before the service gives the activity up."""


class Heartbeat:
    """What an activity reaches as its context: says to the service that one task is alive.

    Args:
        client: The service.
        task_token: The task.
        name: The task, for the log.
        clock: Tells when the next beat is due.
        timeout: The heartbeat timeout of the activity's type, in seconds; None has no due beats.
    """

    def __init__(
        self,
        client: SwfClient,
        task_token: str,
        name: str,
        clock: Clock,
        timeout: float | None = None,
    ) -> None:
        self._client = client
        self._token = task_token
        self._name = name
        self._clock = clock
        self._interval = None if timeout is None else timeout / BEATS_A_TIMEOUT
        self._details: str | None = None
        self._last = clock.now()
        self._gone = False
        self._answering = False

    @property
    def due(self) -> float | None:
        """When the next beat is due, in seconds since the epoch; None for never."""
        return None if self._interval is None or self._gone else self._last + self._interval

    def heartbeat(self, details: str | None) -> bool:
        """Send a beat now; further ones repeat its details.

        Returns:
            False when the service refused it or could not be reached.

        Raises:
            PayloadTooLarge: The details are longer than SWF takes.
            PayloadError: The details are not a text that can be sent.
        """
        if details is not None:
            _check(details)
        self._details = details
        return self.beat()

    def beat(self) -> bool:
        """Send a beat with the details reported last."""
        self._last = self._clock.now()
        request = RecordActivityTaskHeartbeat(task_token=self._token, details=self._details)
        try:
            self._client.call(request)
        except (Fault, ServiceUnavailable) as error:
            self._gone = not isinstance(error, PASSING)
            level = logging.DEBUG if self._answering else logging.WARNING
            logger.log(level, "a heartbeat of %s failed: %r", self._name, error)
            return False
        return True

    def answering(self) -> None:
        """Note that the task's answer is on its way: a beat that is refused now means nothing."""
        self._answering = True


def _check(details: str) -> None:
    try:
        details.encode()
    except (AttributeError, UnicodeEncodeError) as error:
        raise PayloadError(f"the details of a heartbeat are a text, not {details!r}") from error
    if len(details) > DETAILS_MAXIMUM:
        raise PayloadTooLarge(
            f"the details of a heartbeat have {len(details):,} characters, "
            f"SWF takes {DETAILS_MAXIMUM:,}"
        )


class Pulse:
    """Sends the due beats of the activity that its poller runs.

    Args:
        clock: What it sleeps on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        self._heartbeat: Heartbeat | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def beating(self, heartbeat: Heartbeat) -> Iterator[None]:
        """Send the due beats of a task while the block runs."""
        if heartbeat.due is None:
            yield
            return
        self._watch(heartbeat)
        try:
            yield
        finally:
            self._watch(None)

    def close(self) -> None:
        """Let the thread end."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def _watch(self, heartbeat: Heartbeat | None) -> None:
        with self._condition:
            self._heartbeat = heartbeat
            self._condition.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="flowy-heartbeats", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._condition:
                if self._closed:
                    return
                heartbeat = self._heartbeat
                due = None if heartbeat is None else heartbeat.due
                if heartbeat is None or due is None or self._clock.now() < due:
                    self._clock.wait(self._condition, due)
                    continue
            try:
                heartbeat.beat()
            except Exception:  # the activities to come need this thread
                logger.exception("a heartbeat failed")
