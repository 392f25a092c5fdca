"""Workers: pollers in this thread, or in threads of their own, until they are asked to leave."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from flowy.errors import FlowyError
from flowy.protocol.client import SwfClient
from flowy.telemetry import PollEnded, PollOutcome, TaskKind
from flowy.worker.backoff import Backoff, Breath
from flowy.worker.decisions import DecisionPoller
from flowy.worker.draining import Drain, Grace
from flowy.worker.poller import Poller
from flowy.worker.signals import leaving_on_signals
from flowy.worker.stop import Stop
from flowy.worker.watchdog import Watchdog
from flowy.worker.workshop import Workshop

_LOOK = 1.0
"""Seconds between two looks whether all have left."""

_KINDS: dict[str, TaskKind] = {"ActivityPoller": "activity", "DecisionPoller": "decision"}

MANY = 1_000_000
"""How many tasks a poller may take that is to serve for ever."""

logger = logging.getLogger(__name__)


class Worker:
    """Runs pollers, one in the calling thread or several in threads, and stops them.

    Args:
        client: The service; its polls are interrupted when the worker is to leave.
        stop: The wish that the pollers' sources share.
        pollers: What gets and does the tasks.
        shop: What the activities among them share; it is closed when all have left.
    """

    def __init__(
        self,
        client: SwfClient,
        stop: Stop,
        pollers: Sequence[Poller[Any]],
        shop: Workshop | None = None,
    ) -> None:
        self._client = client
        self._stop = stop
        self._pollers = tuple(pollers)
        self._shop = shop
        self._threads: list[threading.Thread] = []
        self._polling: set[int] = set()
        watches = [each.watch for each in pollers if isinstance(each, DecisionPoller)]
        self._watchdog = Watchdog(watches)

    def run(
        self,
        loop: int = -1,
        announce: Callable[[], None] | None = None,
        *,
        grace: Grace | None = None,
    ) -> int:
        """Serve in the calling thread until asked to leave, by ``stop``, SIGTERM or Ctrl-C.

        Pollers after the first one get threads of their own. A second signal ends at once.

        Args:
            loop: How many tasks the first poller takes before leaving; -1 is no such end.
            announce: Called once the worker serves, and leaves in order when it is asked to.
            grace: How long it takes to leave; None is as long as the tasks in hand take.

        Returns:
            How many tasks were handed back because they were not done in time.
        """
        first, *others = self._pollers
        drain = Drain(grace, self._shop, lambda: bool(self._polling)) if grace else None
        if grace is not None and drain is not None:
            self._stop.grant(grace.seconds)
            self._stop.then(drain.begin)
        with leaving_on_signals(self.stop, once=grace is not None and grace.supervised):
            self._start(others)
            self._watchdog.start()
            if announce is not None:
                announce()
            try:
                serve(first, self._stop, loop, self._polling)
            except KeyboardInterrupt:
                logger.warning("interrupted; the task in hand is left to time out")
                self.stop()
                return 0
            except BaseException:
                self.stop()
                raise
            finally:
                self._watchdog.stop()
            self._leave(others)
        if drain is None:
            return 0
        drain.end()
        return drain.handed_back

    def _leave(self, others: Sequence[Poller[Any]]) -> None:
        if others:
            self.stop()
        while others and not self.join(_LOOK):
            pass  # in turns: a second Ctrl-C is noticed
        if self._shop is not None:
            while not self._shop.wait(_LOOK):
                pass
            self._shop.close()

    def start(self) -> None:
        """Serve in threads, one a poller; returns at once."""
        self._watchdog.start()
        self._start(self._pollers)

    def stop(self) -> None:
        """Ask all pollers to finish the task in hand and leave; does not wait until they have."""
        self._watchdog.stop()
        self._stop.wish()
        self._client.interrupt()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the pollers' threads and for what they started, so many seconds each at most.

        Returns:
            Whether all have ended.
        """
        for thread in self._threads:
            thread.join(timeout)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if self._threads or (self._shop is not None and not self._shop.wait(timeout)):
            return False
        if self._shop is not None and self._stop.wished:
            self._shop.close()
        return True

    def _start(self, pollers: Sequence[Poller[Any]]) -> None:
        for number, poller in enumerate(pollers, len(self._threads) + 1):
            name = f"flowy-{type(poller).__name__}-{number}"
            # A daemon: a poll that cannot be interrupted must not keep the process alive.
            thread = threading.Thread(target=self._serve, args=(poller,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, poller: Poller[Any]) -> None:
        try:
            serve(poller, self._stop, polling=self._polling)
        except BaseException:  # half a worker would look alive and not be
            logger.exception("%s ended, and the worker with it", threading.current_thread().name)
            self.stop()


def serve(poller: Poller[Any], stop: Stop, loop: int = -1, polling: set[int] | None = None) -> None:
    """Poll and handle tasks in this thread until asked to leave.

    Args:
        poller: What gets and does the tasks; it is closed at the end.
        stop: The wish to leave.
        loop: How many tasks to take before leaving; -1 is no such end.
        polling: Has this thread's number while a poll is under way, or a decision: that one cannot
            be handed back.
    """
    polling = set() if polling is None else polling
    here, decides = threading.get_ident(), isinstance(poller, DecisionPoller)
    backoff = poller.source.backoff(f"polling by {type(poller).__name__}")
    breath = Breath(stop)
    try:
        while loop != 0 and (poller.has_begun or not stop.wished):
            polling.add(here)
            task = _polled(poller, backoff)
            if not decides:
                polling.discard(here)
            if task is not None:
                loop -= 1 if loop > 0 else 0
                _handle(poller, task, 0 if stop.wished else loop if loop >= 0 else MANY)
            breath.polled(found=task is not None)
    finally:
        polling.discard(here)
        poller.close()


def _handle(poller: Poller[Any], task: Any, more: int) -> None:
    try:
        poller.handle(task, more)
    except Exception:
        logger.exception("a task is left to time out, dealing with it failed: %.500r", task)


def _polled(poller: Poller[Any], backoff: Backoff) -> Any:
    telemetry = poller.source.telemetry
    if not telemetry.listens:
        return _found(poller, backoff)
    clock, failures = poller.source.clock, backoff.failures
    started_at = clock.now()
    task = _found(poller, backoff)
    kind = _KINDS.get(type(poller).__name__)
    if kind is not None:
        outcome: PollOutcome = "empty" if task is None else "task"
        telemetry.tell(
            PollEnded(
                kind=kind,
                domain=poller.source.domain,
                task_list=poller.source.task_list,
                outcome="failed" if backoff.failures > failures else outcome,
                seconds=clock.now() - started_at,
            )
        )
    return task


def _found(poller: Poller[Any], backoff: Backoff) -> Any:
    try:
        task = poller.poll()
    except FlowyError as error:
        backoff.failed(error)
        return None
    except Exception as error:
        logger.debug("an unexpected error of the client", exc_info=True)
        backoff.failed(error)
        return None
    backoff.succeeded()
    return task
