"""A decider's two lists, the shared one and its own: two threads poll, one task comes at a time.

Two polls at once need two threads; runs belong to the decider's. So each list has a thread that
polls and reads the pages, and hands one complete task at a time to the decider. At the end, the own
list is left as `flowy.worker.leaving` says.
"""

import dataclasses
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from msgspec.structs import replace

from flowy.errors import FlowyError
from flowy.protocol.ids import TaskList
from flowy.protocol.request import Request
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.tasks import DecisionTask
from flowy.telemetry import PollEnded
from flowy.worker import history
from flowy.worker.backoff import PASSING, Breath
from flowy.worker.exchange import send
from flowy.worker.leaving import Leaving, uninterrupted
from flowy.worker.poller import LAST_PAUSE, Source


class TwoLists:
    """A decider's inlet (`flowy.worker.sticky.Inlet`): two lists, each polled by its own thread.

    Args:
        source: Where the shared list is.
        own: The decider's own list.
        is_needed: Tells whether executions are sent to the own list still.
    """

    def __init__(
        self, source: Source, own: str, is_needed: Callable[[], bool] = lambda: False
    ) -> None:
        self._source = source
        self._condition = threading.Condition()
        self._came: dict[str, DecisionTask | Exception] = {}
        self._left: set[str] = set()
        shared = PollForDecisionTask(
            domain=source.domain,
            task_list=TaskList(name=source.task_list),
            identity=source.identity,
        )
        mine = replace(shared, task_list=TaskList(name=own), start_at_previous_started_event=True)
        self._own = own
        self._is_needed = is_needed
        self._leaving = Leaving(source, mine)
        self._is_left_now = False
        self._backoffs = {
            name: dataclasses.replace(source, task_list=name).backoff("polling by DecisionPoller")
            for name in (source.task_list, own)
        }
        self._polling = 2
        for request in (shared, mine):
            threading.Thread(
                target=self._fetch, args=(request,), name="flowy-decision-poll", daemon=True
            ).start()

    @property
    def has_begun(self) -> bool:
        """Whether a task is here or may still come."""
        return self._polling > 0 or bool(self._came) or self._leaving.goes_on

    @property
    def has_tasks(self) -> bool:
        """No answer waits for another: they do not share a commit."""
        return False

    def poll(self) -> DecisionTask:
        """Wait for a task of either list; an empty one when both are polled no more.

        Raises:
            FlowyError: The service refused or could not be reached.
        """
        with self._condition:
            while not self._came and self._polling and not self._is_left_now:
                self._condition.wait()
            came = self._came.pop(next(iter(self._came))) if self._came else None  # the first
            self._condition.notify_all()
        if isinstance(came, Exception):
            raise came
        if came is not None:
            return came
        return self._last() if self._is_left_now else self._leaving.next()

    def answer(
        self, answers: Sequence[Request[Any]], what: object, deadline: float, more: int
    ) -> list[FlowyError | None]:
        """Send answers as ``Source.persist`` does; the polls go on by themselves."""
        return [send(self._source, answer, what, deadline) for answer in answers]

    def leave_own(self) -> None:
        """Poll the own list no more."""
        with self._condition:
            self._left.add(self._own)
            self._condition.notify_all()

    def close(self) -> None:
        """Poll no more; a poll that waits ends with its client."""
        with self._condition:
            self._left.update((self._own, self._source.task_list))
            self._condition.notify_all()

    def _fetch(self, request: PollForDecisionTask) -> None:
        name, breath = request.task_list.name, Breath(self._source.stop)
        try:
            while not self._is_over(name):
                breath.polled(found=self._bring(self._source, request))
            if name == self._own and name not in self._left:
                self._leave(request)
        finally:
            with self._condition:
                self._polling -= 1
                self._condition.notify_all()

    def _last(self) -> DecisionTask:
        """Begin to leave the own list: all answers are sent that send executions there."""
        try:
            return self._leaving.begin()
        finally:
            with self._condition:
                self._is_left_now = False
                self._condition.notify_all()

    def _leave(self, request: PollForDecisionTask) -> None:
        """Have the decider leave the own list, and serve it on where that cannot be told."""
        with self._condition:
            self._is_left_now = True
            self._condition.notify_all()
            while self._is_left_now and not self._is_closed:
                self._condition.wait()
        told = self._is_closed or self._leaving.is_told
        client = None if told else uninterrupted(self._source.client)
        if client is None:
            return
        source = dataclasses.replace(self._source, client=client)
        with closing(client):
            while self._is_needed() and not source.stop.is_over:
                began = source.clock.now()
                found = self._bring(source, request)
                # A service that is away, or about to be, answers at once.
                if not found and source.clock.now() - began < LAST_PAUSE:
                    source.stop.linger(LAST_PAUSE)

    def _bring(self, source: Source, request: PollForDecisionTask) -> bool:
        """Poll once and hand over what comes; tell whether a task did."""
        came = self._fetched(source, request)
        if came is not None:
            self._hand_over(request.task_list.name, came)
        return isinstance(came, DecisionTask)

    def _fetched(
        self, source: Source, request: PollForDecisionTask
    ) -> DecisionTask | Exception | None:
        backoff, began = self._backoffs[request.task_list.name], source.clock.now()
        try:
            task = source.client.call(request)
        except PASSING as error:
            # The decider does not pause: the other list may have tasks.
            _tell_failed(source, request, source.clock.now() - began)
            backoff.failed(error)
            return None
        except Exception as error:  # noqa: BLE001 -- the decider raises it where it is logged
            return error
        backoff.succeeded()
        try:
            return history.complete(source, request, task) if task.task_token else None
        except Exception as error:  # noqa: BLE001 -- the decider raises it where it is logged
            return error

    def _hand_over(self, name: str, came: DecisionTask | Exception) -> None:
        """Wait until there is room for a task: this one is the only one ahead."""
        with self._condition:
            self._came[name] = came
            self._condition.notify_all()
            while name in self._came and not self._is_closed:
                self._condition.wait()

    @property
    def _is_closed(self) -> bool:
        return self._source.task_list in self._left

    def _is_over(self, name: str) -> bool:
        return self._source.stop.wished or name in self._left


def _tell_failed(source: Source, request: PollForDecisionTask, seconds: float) -> None:
    if source.telemetry.listens:
        source.telemetry.tell(
            PollEnded(
                kind="decision",
                domain=source.domain,
                task_list=request.task_list.name,
                outcome="failed",
                seconds=seconds,
            )
        )
