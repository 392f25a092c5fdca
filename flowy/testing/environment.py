"""Run workflows to their end in a test: in this thread, in memory, without waiting for anything.

The environment is decider, activity worker and clock in one. It does one task after the other, and
when there is none it moves the clock to what is due next; so a workflow that sleeps for a month is
done in milliseconds, and things happen in the same order in every run of a test.
"""

from collections.abc import Mapping, Sequence
from types import ModuleType, TracebackType
from typing import Any, TypeVar

from flowy.clock import ManualClock
from flowy.errors import (
    FlowyError,
    TaskCanceled,
    TaskError,
    TaskTerminated,
    TaskTimedout,
)
from flowy.protocol.events.workflow import (
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.protocol.request import Request
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.protocol.validation import decode
from flowy.protocol.wire import encode
from flowy.service.server import Service
from flowy.swf import registration
from flowy.swf.starter import WorkflowStarter
from flowy.task import scanner
from flowy.task.definition import WorkflowDefinition
from flowy.testing.replacements import Replacements, replaced
from flowy.transport import failure, serializer
from flowy.worker.activities import ActivityPoller
from flowy.worker.decisions import DecisionPoller
from flowy.worker.poller import Poller, Source
from flowy.worker.stop import Stop
from flowy.worker.workshop import ActivitySettings, Workshop

Answer = TypeVar("Answer")

DOMAIN = "testing"
START = 1_700_000_000.0
"""The first moment of the clock; always the same, so that a test is always the same."""


class _Client:
    """Calls a service as the wire would; a poll that finds nothing does not wait."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def call(self, request: Request[Answer]) -> Answer:
        return self._service.call(decode(type(request), encode(request)))

    def interrupt(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """The service is the environment's."""


class Environment:
    """Workflows and activities of some modules on a service of their own.

    Use it as a context manager, or ``close`` it. It is for one thread.

    Args:
        packages: The modules and packages that hold the workflows and activities.
        activities: Functions in the place of activities, by the activity's class or type name.
        start: The first moment of the clock, in seconds since the epoch.

    Attributes:
        client: The service; signals, cancellations and whatever else SWF knows are sent with it.
        domain: The domain in which everything is registered.

    Raises:
        DefinitionError: Two classes declare the same type, or an activity that is to be replaced
            is not there.
    """

    def __init__(
        self,
        *packages: ModuleType,
        activities: Replacements | None = None,
        start: float = START,
    ) -> None:
        several = list(packages)
        self._workflows = scanner.scan_workflows(several)
        self._activities = replaced(scanner.scan_activities(several), activities or {})
        self.domain = DOMAIN
        self._clock = ManualClock(start)
        self._service = Service("sqlite://", clock=self._clock)
        self.client = _Client(self._service)
        self._pollers = self._make_pollers()
        self._started = 0

    def __enter__(self) -> "Environment":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything."""
        for poller in self._pollers:
            poller.close()
        self._service.close()

    def run(self, workflow: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a workflow to its end and return its result.

        Args:
            workflow: The workflow's class, or the name of its type.
            args: The arguments of its ``run``.
            kwargs: The same by name.

        Raises:
            TaskError: It did not complete; the subclass and the reason say why.
            FlowyError: It is open and waits for something that will not come by itself.
            DefinitionError: There is no such workflow.
        """
        return self.result(self.start(workflow, *args, **kwargs))

    def start(self, workflow: Any, *args: Any, **kwargs: Any) -> ExecutionId:
        """Start a workflow; nothing of it is done until ``result`` or ``advance``.

        Takes and raises what ``run`` does.
        """
        definition = self._definition(workflow)
        starter = WorkflowStarter(
            definition.id.name, definition.id.version, self.client, self.domain
        )
        self._started += 1
        with starter.id(f"{definition.id.name}-{self._started}"):
            request = starter.request(*args, **kwargs)
        run_id = self.client.call(request).run_id or ""
        return ExecutionId(workflow_id=request.workflow_id, run_id=run_id)

    def result(self, execution: ExecutionId) -> Any:
        """Do all there is to do until an execution is closed, and return its result.

        An execution that continues as new is followed to its last run.

        Raises:
            TaskError: It did not complete; the subclass and the reason say why.
            FlowyError: It is open and waits for something that will not come by itself.
        """
        while True:
            last = self.history(execution)[-1]
            if isinstance(last, WorkflowExecutionContinuedAsNew):
                run_id = last.attributes.new_execution_run_id
                execution = ExecutionId(workflow_id=execution.workflow_id, run_id=run_id)
            elif isinstance(last, _CLOSES):
                return _result(last, execution)
            elif not self._work() and not self._jump(None):
                raise FlowyError(
                    f"{execution} is open and nothing is left to do: its last event is "
                    f"{last.event_id} {type(last).__name__}, and nothing is due; what it waits for "
                    "has to be sent with the environment's client"
                )

    def advance(self, seconds: float) -> None:
        """Do all there is to do in that time, and move the clock to its end.

        Raises:
            ValueError: ``seconds`` is negative.
        """
        if seconds < 0:
            raise ValueError(f"a clock cannot go back by {-seconds} s")
        until = self._clock.now() + seconds
        while self._work() or self._jump(until):
            pass
        self._clock.advance(max(0.0, until - self._clock.now()))

    def now(self) -> float:
        """Return the moment of the clock, in seconds since the epoch."""
        return self._clock.now()

    def history(self, execution: ExecutionId) -> Sequence[HistoryEvent]:
        """Return the events of an execution so far."""
        request = GetWorkflowExecutionHistory(domain=self.domain, execution=execution)
        page = self.client.call(request)
        events = list(page.events)
        while page.next_page_token:
            page = self.client.call(
                GetWorkflowExecutionHistory(
                    domain=self.domain, execution=execution, next_page_token=page.next_page_token
                )
            )
            events += page.events
        return events

    def _make_pollers(self) -> list[Poller[Any]]:
        stop = Stop(self._clock)

        def source(task_list: str) -> Source:
            return Source(
                client=self.client,
                domain=self.domain,
                task_list=task_list,
                clock=self._clock,
                stop=stop,
            )

        registration.register(source(DOMAIN), [*self._workflows, *self._activities])
        deciders: list[Poller[Any]] = [
            DecisionPoller(source(name), self._workflows)
            for name in sorted({definition.task_list for definition in self._workflows})
        ]
        workers = [
            ActivityPoller(
                source(name),
                self._activities,
                Workshop(ActivitySettings(only_inline=True), self._clock, stop),
            )
            for name in sorted({definition.task_list for definition in self._activities})
        ]
        return [*deciders, *workers]

    def _definition(self, workflow: Any) -> WorkflowDefinition:
        for definition in self._workflows:
            if workflow in (definition.factory, definition.id.name):
                return definition
        known = ", ".join(sorted(str(definition.id) for definition in self._workflows)) or "none"
        raise FlowyError(f"there is no workflow {workflow!r} in this environment, only: {known}")

    def _work(self) -> bool:
        """Do one task; return False when none waits."""
        for poller in self._pollers:
            task = poller.poll()
            if task is not None:
                poller.handle(task)
                return True
        return False

    def _jump(self, until: float | None) -> bool:
        """Move the clock to what is due next; return False when nothing is, by then."""
        due = self._service.next_due()
        if due is None or (until is not None and due > until):
            return False
        self._clock.advance(max(0.0, due - self._clock.now()))
        self._service.run_due()
        return True


def _result(last: HistoryEvent, execution: ExecutionId) -> Any:
    if isinstance(last, WorkflowExecutionCompleted):
        return serializer.load(last.attributes.result or "null", f"the result of {execution}")
    attributes: Any = last.attributes
    reason = getattr(attributes, "reason", None) or f"{execution}: {_SAID[type(last)]}"
    raise failure.revive(_CLOSES_BADLY[type(last)], reason, getattr(attributes, "details", None))


_CLOSES_BADLY: Mapping[type[HistoryEvent], type[TaskError]] = {
    WorkflowExecutionCanceled: TaskCanceled,
    WorkflowExecutionFailed: TaskError,
    WorkflowExecutionTerminated: TaskTerminated,
    WorkflowExecutionTimedOut: TaskTimedout,
}
_SAID: Mapping[type[HistoryEvent], str] = {
    WorkflowExecutionCanceled: "cancelled",
    WorkflowExecutionFailed: "failed",
    WorkflowExecutionTerminated: "terminated",
    WorkflowExecutionTimedOut: "out of time",
}
_CLOSES = (WorkflowExecutionCompleted, *_CLOSES_BADLY)
