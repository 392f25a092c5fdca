"""Heartbeats: what an activity reports, and what the worker sends for it and learns.

Every activity that runs longer than a moment is heartbeated beside it: at a third of its heartbeat
timeout, or every ten seconds when it has none, because the answers tell what the worker must know.
The task is to be cancelled; or it is over, because it timed out or its execution was closed. Each
beat repeats what the activity reported last. A call's own timeout stands in the activity's id
(`flowy.transport.attempt`).
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from math import isfinite
from typing import Any

import msgspec

from flowy.clock import Clock
from flowy.errors import Fault, PayloadError, PayloadUnavailable, ServiceUnavailable
from flowy.execution.alarms import Alarm, Alarms
from flowy.execution.thread_pool import ThreadPool
from flowy.protocol.client import SwfClient
from flowy.protocol.requests.activity_tasks import RecordActivityTaskHeartbeat
from flowy.transport.packing import PACKING, Packing
from flowy.transport.sealed import note
from flowy.worker.backoff import PASSING

logger = logging.getLogger(__name__)

DETAILS_MAXIMUM = 2_048
"""Characters that SWF takes for a heartbeat's details."""

BEATS_A_TIMEOUT = 3
"""One beat may be late and one be lost before the service gives the activity up."""

LOOK_EVERY = 10.0
"""Seconds between two beats of an activity, at most: so late does it learn that it is to stop."""

REPORT_EVERY = 1.0
"""Seconds between two reports of progress that are sent, at least."""

SENDERS = 4
"""Threads that send beats, so that a slow answer holds up no other activity."""


class Progress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What heartbeat details say of an activity that reports its progress, as JSON.

    Args:
        done: How much is done.
        total: How much there is to do, where that is known.
        details: What the activity said besides.
    """

    done: float
    total: float | None = None
    details: str | None = None


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    progress: Progress


def read_progress(details: str | None) -> Progress | None:
    """Return the progress that heartbeat details tell of; None when they tell of none."""
    with suppress(msgspec.DecodeError, UnicodeError):
        if details and details.startswith('{"progress":'):
            return msgspec.json.decode(details, type=_Envelope).progress
    return None


def said(details: str | None) -> str | None:
    """Return what an activity said in heartbeat details, without its progress."""
    progress = read_progress(details)
    return details if progress is None else progress.details


class Beaten(msgspec.Struct, frozen=True, kw_only=True):
    """What is heartbeated.

    Args:
        client: The service.
        task_token: The task.
        name: The task, for the log.
        timeout: Its heartbeat timeout, in seconds; None has none.
        packing: How its details travel.
    """

    client: SwfClient
    task_token: str
    name: str
    timeout: float | None = None
    packing: Packing = PACKING


class Heartbeat:
    """Says to the service that one task is alive, and hears whether it is to stop.

    Args:
        beaten: The task.
        clock: Tells when the next beat is due.
        stopped: Called once, from any thread, when the task is to stop.
        look_every: Seconds between two beats, at most.
    """

    def __init__(
        self,
        beaten: Beaten,
        clock: Clock,
        stopped: Callable[[], None] = lambda: None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._beaten = beaten
        self._clock = clock
        self._stopped = stopped
        timeout = beaten.timeout
        self._interval = min(look_every, (timeout or float("inf")) / BEATS_A_TIMEOUT)
        self._lock = threading.Lock()
        self._details: str | None = None
        self._progress: Progress | None = None
        self._sealed: tuple[str | None, str | None] = None, None
        """What is sent, and what it stands for."""
        self._last = self._heard = clock.now()
        self._answering = False
        self.canceled = False
        """The service said that the task is to be cancelled."""
        self.lost = False
        """Nobody waits for the answer any more: the task is over, or has timed out by now."""

    @property
    def due(self) -> float | None:
        """When the next beat is due, in seconds since the epoch; None for never."""
        return None if self.lost else self._last + self._interval

    @property
    def is_due(self) -> bool:
        """Whether a beat is due now."""
        due = self.due
        return due is not None and self._clock.now() >= due

    @property
    def cancel_requested(self) -> bool:
        """Whether the activity is to stop."""
        return self.canceled or self.lost

    @property
    def details(self) -> str | None:
        """What the next beat says."""
        if self._progress is None:
            return self._details
        return msgspec.json.encode(_Envelope(self._progress)).decode()

    @property
    def sealed(self) -> str | None:
        """What the next beat says, as it travels, or the one before where it cannot travel now."""
        try:
            self._seal()
        except PayloadError as error:  # to be alive matters more than what was said last
            logger.warning(
                "a heartbeat of %s says what the one before did: %s", self._beaten.name, error
            )
        return self._sealed[1]

    def _seal(self) -> None:
        plain = self.details
        if plain != self._sealed[0]:
            what = "the details of a heartbeat"
            self._sealed = plain, note(self._beaten.packing, plain, what, DETAILS_MAXIMUM)

    def heartbeat(self, details: str | None) -> bool:
        """Send a beat now; further ones repeat its details.

        Returns:
            False when the service refused it or could not be reached.

        Raises:
            PayloadTooLarge: The details are longer than SWF takes.
            PayloadError: The details are not a text that can be sent.
        """
        self._report(details, self._progress)
        return self.beat()

    def progress(self, done: float, total: float | None, details: str | None) -> None:
        """Note how far the activity is, and send it unless a beat was sent just before.

        Raises:
            PayloadTooLarge: The details are longer than SWF takes.
            PayloadError: The details are not a text that can be sent, or there is no number.
        """
        _check_number("done", done)
        if total is not None:
            _check_number("total", total)
        self._report(details, Progress(done=done, total=total, details=details))
        if self._clock.now() - self._last >= REPORT_EVERY:
            self.beat()

    def beat(self) -> bool:
        """Send a beat with the details reported last."""
        now = self._last = self._clock.now()
        beaten = self._beaten
        request = RecordActivityTaskHeartbeat(task_token=beaten.task_token, details=self.sealed)
        try:
            status = beaten.client.call(request)
        except (Fault, ServiceUnavailable) as error:
            level = logging.DEBUG if self._answering else logging.WARNING
            logger.log(level, "a heartbeat of %s failed: %r", beaten.name, error)
            silent = beaten.timeout is not None and now - self._heard >= beaten.timeout
            if not isinstance(error, PASSING) or silent:
                self._stop(lost=True)
            return False
        self._heard = now
        if status.cancel_requested:
            self._stop(lost=False)
        return True

    def answering(self) -> None:
        """Note that the task's answer is on its way: a beat that is refused now means nothing."""
        self._answering = True

    def _report(self, details: str | None, progress: Progress | None) -> None:
        _check_text(details)
        before = self._details, self._progress
        self._details = details
        if progress is not None:
            self._progress = msgspec.structs.replace(progress, details=details)
        try:
            self._seal()
        except PayloadUnavailable:
            return  # it is tried again with each beat
        except BaseException:
            self._details, self._progress = before
            raise

    def _stop(self, *, lost: bool) -> None:
        if self._answering:
            return
        with self._lock:
            first = not self.cancel_requested
            self.lost = self.lost or lost
            self.canceled = self.canceled or not lost
        if first:
            self._stopped()


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise PayloadError(f"{name} of an activity's progress is a number, not {value!r:.100}")


def _check_text(details: str | None) -> None:
    if details is None:
        return
    try:
        details.encode()
    except (AttributeError, UnicodeEncodeError) as error:
        raise PayloadError(f"the details of a heartbeat are a text, not {details!r}") from error


class Pulse:
    """Sends the due beats of all activities that run.

    Args:
        clock: What it waits on.
    """

    def __init__(self, clock: Clock) -> None:
        self._alarms = Alarms(clock)
        self._senders = ThreadPool(SENDERS, "flowy-heartbeats")

    def begin(self, heartbeat: Heartbeat) -> "Beating":
        """Send the due beats of a task until ``Beating.end``."""
        beating = Beating(heartbeat, self._alarms, self._senders)
        beating.wait()
        return beating

    def close(self) -> None:
        """Send no more."""
        self._alarms.close()
        self._senders.shutdown(wait=False, cancel_futures=True)


class Beating:
    """The beats of one task; a job of the senders."""

    def __init__(self, heartbeat: Heartbeat, alarms: Alarms, senders: ThreadPool) -> None:
        self._heartbeat = heartbeat
        self._alarms = alarms
        self._senders = senders
        self._lock = threading.Lock()
        self._alarm: Alarm | None = None
        self._over = False

    def wait(self) -> None:
        """Set the alarm for the next beat."""
        due = self._heartbeat.due
        with self._lock:
            if not self._over and due is not None:
                self._alarm = self._alarms.set(due, self._ring)

    def end(self) -> None:
        """Send no more beats; one that is under way comes to its end."""
        with self._lock:
            self._over = True
            alarm, self._alarm = self._alarm, None
        if alarm is not None:
            self._alarms.clear(alarm)

    def _ring(self) -> None:
        if not self._over and not self._senders.closed:
            self._senders.put(self)

    def work(self) -> None:
        """Send a beat, unless the activity has sent one itself meanwhile."""
        heartbeat = self._heartbeat
        try:
            if not self._over and heartbeat.is_due:
                heartbeat.beat()
        except Exception:
            logger.exception("a heartbeat failed")
        self.wait()

    def drop(self) -> None:
        """Hear that no beat will be sent any more."""
