"""Everybody who works in an environment: a decider or a worker for each task list."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from flowy.clock import Clock
from flowy.decider.run import WorkflowRun
from flowy.errors import StaleRunError
from flowy.protocol import decisions
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId, TaskList
from flowy.protocol.request import Request
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import StartWorkflowExecution
from flowy.protocol.validation import decode
from flowy.protocol.wire import encode
from flowy.service.server import Service
from flowy.swf import registration
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.task.registry import Registry
from flowy.telemetry import SILENT, Telemetry
from flowy.transport.packing import PACKING, Packing
from flowy.worker.activities import ActivityPoller
from flowy.worker.cache import Decided, Run
from flowy.worker.decisions import DecisionPoller
from flowy.worker.poller import Poller, Source
from flowy.worker.stop import Stop
from flowy.worker.workshop import ActivitySettings, Workshop

Answer = TypeVar("Answer")
Place = tuple[str, str]
"""Who polls, "decider" or "worker", and which task list."""


class Client:
    """Calls a service as the wire would; a poll that finds nothing does not wait.

    Args:
        service: The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self.places: list[Place] = []
        """The task lists for which something was asked, with who has to poll them."""

    def call(self, request: Request[Answer]) -> Answer:
        """Carry out one operation, checked as on the wire."""
        self.places += _places(request)
        return self._service.call(decode(type(request), encode(request)))

    def interrupt(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """The service is the environment's."""


class Crew:
    """Does the tasks of an environment, one after the other.

    Args:
        client: The service.
        domain: The domain on it.
        clock: What deadlines are measured on.
        packing: How inputs and results travel.
        telemetry: Hears what happens.

    Attributes:
        workflows: What is decided.
        activities: What is done.
        shop: What the activities share.
    """

    def __init__(
        self,
        client: Client,
        domain: str,
        clock: Clock,
        packing: Packing = PACKING,
        telemetry: Telemetry = SILENT,
    ) -> None:
        self._packing = packing
        self._telemetry = telemetry
        self.workflows: Registry[WorkflowDefinition] = Registry()
        self.activities: Registry[ActivityDefinition] = Registry()
        self._client = client
        self._domain = domain
        self._clock = clock
        self._stop = Stop(clock)
        self._stop.wish()  # nothing waits in this thread, which moves the clock, to try again
        self.shop = Workshop(ActivitySettings(only_inline=True), clock, self._stop, telemetry)
        self._pollers: dict[Place, Poller[Any]] = {}
        self._registered: set[Any] = set()
        self._wrong: list[Exception] = []

    def take_in(
        self,
        workflows: Iterable[WorkflowDefinition],
        activities: Iterable[ActivityDefinition],
    ) -> None:
        """Serve more types; the same ones may come again.

        Raises:
            DefinitionError: Two classes declare the same type.
        """
        for workflow in workflows:
            self.workflows.add(workflow)
        for activity in activities:
            self.activities.add(activity)
        new = [
            each
            for each in (*self.workflows, *self.activities)
            if (type(each), each.id) not in self._registered
        ]
        registration.register(self._source(self._domain), new)
        self._registered |= {(type(each), each.id) for each in new}
        for kind, registry in (("decider", self.workflows), ("worker", self.activities)):
            for name in sorted({each.task_list for each in registry}):
                self._man((kind, name))

    def work(self) -> bool:
        """Do one task; return False when none waits.

        Raises:
            Exception: The workflow's code could not be decided; for the worker it would be a line
                in its log, and another attempt.
        """
        while self._client.places:
            self._man(self._client.places.pop())
        with _outside_of_loops():
            for poller in self._pollers.values():
                task = poller.poll()
                if task is not None:
                    poller.handle(task)
                    self._complain()
                    return True
        return False

    def forget(self) -> None:
        """Drop the runs that are kept between decisions."""
        with _outside_of_loops():
            for poller in self._pollers.values():
                if isinstance(poller, DecisionPoller):
                    poller.cache.close()

    def close(self) -> None:
        """Drop what is kept."""
        with _outside_of_loops():
            for poller in self._pollers.values():
                poller.close()
            self.shop.close()

    def _man(self, place: Place) -> None:
        if place in self._pollers:
            return
        kind, task_list = place
        source = self._source(task_list)
        if kind == "decider":
            self._pollers[place] = DecisionPoller(source, self.workflows, make_run=self._make_run)
        else:
            self._pollers[place] = ActivityPoller(source, self.activities, self.shop)

    def _source(self, task_list: str) -> Source:
        return Source(
            client=self._client,
            domain=self._domain,
            task_list=task_list,
            clock=self._clock,
            stop=self._stop,
            telemetry=self._telemetry,
            packing=self._packing,
            last_tries=0,
        )

    def _make_run(self, definition: WorkflowDefinition, execution: ExecutionId) -> Run:
        return _WatchedRun(WorkflowRun(definition, execution, self._packing), self._wrong.append)

    def _complain(self) -> None:
        if self._wrong:
            error = self._wrong[0]
            self._wrong.clear()
            raise error


class _WatchedRun:
    """A run that tells of what the poller would only log."""

    def __init__(self, run: WorkflowRun, tell: Callable[[Exception], None]) -> None:
        self._run = run
        self._tell = tell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)

    @property
    def last_event_id(self) -> int:
        return self._run.last_event_id

    def feed(self, events: Sequence[HistoryEvent]) -> Decided:
        try:
            return self._run.feed(events)
        except StaleRunError:  # the poller makes the run anew
            raise
        except Exception as error:
            self._tell(error)
            raise

    def close(self) -> None:
        self._run.close()


def _places(request: Request[Any]) -> Iterator[Place]:
    """Give the task lists that a request puts tasks on."""
    if isinstance(request, StartWorkflowExecution):
        yield from _place("decider", request.task_list)
    elif isinstance(request, RespondDecisionTaskCompleted):
        for decision in request.decisions or ():
            kind = _KINDS.get(type(decision))
            if kind is not None:
                yield from _place(kind, decision.attributes.task_list)  # type: ignore[union-attr]


_KINDS: dict[type[Any], str] = {
    decisions.ContinueAsNewWorkflowExecution: "decider",
    decisions.ScheduleActivityTask: "worker",
    decisions.StartChildWorkflowExecution: "decider",
}


def _place(kind: str, task_list: TaskList | None) -> Iterator[Place]:
    if task_list is not None:
        yield kind, task_list.name


@contextmanager
def _outside_of_loops() -> Iterator[None]:
    """Let code run that makes loops of its own, also where a test is a coroutine."""
    outer = asyncio._get_running_loop()  # noqa: SLF001 -- asyncio has it for those who make loops
    asyncio._set_running_loop(None)  # noqa: SLF001
    try:
        yield
    finally:
        asyncio._set_running_loop(outer)  # noqa: SLF001
