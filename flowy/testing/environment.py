"""Run workflows to their end in a test: in this thread, in memory, without waiting for anything.

The environment is decider, activity worker and clock in one. It does one task after the other, and
when there is none it moves the clock to what is due next; so a workflow that sleeps for a month is
done in milliseconds, and things happen in the same order in every run of a test.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, overload

from flowy.clock import ManualClock
from flowy.errors import (
    DefinitionError,
    FlowyError,
    TaskCanceled,
    TaskError,
    TaskTerminated,
    TaskTimedout,
)
from flowy.given import function as function_of
from flowy.given import kind, mapping, number
from flowy.protocol.events.workflow import (
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
    WorkflowExecutionStarted,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.requests.executions import (
    GetWorkflowExecutionHistory,
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
)
from flowy.service.server import Service
from flowy.swf.starter import WorkflowStarter
from flowy.task import delays, outgoing, scanner
from flowy.task.declared import definitions_of, result_of
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.task.outgoing import Takes
from flowy.task.proxy import TaskProxy
from flowy.task.registry import Registry
from flowy.telemetry import SILENT, Telemetry
from flowy.testing import recording
from flowy.testing.crew import Client, Crew
from flowy.testing.holders import of_kind, search
from flowy.testing.replacements import (
    Replacements,
    is_meant,
    shown,
    stand_in,
    with_function,
)
from flowy.transport import sealed, serializer
from flowy.transport.packing import Packing
from flowy.transport.payloads import Payloads, as_payloads
from flowy.transport.typed import Reader
from flowy.volume.base import StorageVolume

T = TypeVar("T")

DOMAIN = "testing"
START = 1_700_000_000.0
"""The first moment of the clock; always the same, so that a test is always the same."""


class Environment:
    """Workflows and activities on a service of their own.

    Use it as a context manager, or ``close`` it. It is for one thread; in a test that is a
    coroutine it is used the same way, and blocks.

    Args:
        packages: What holds the workflows and activities: modules, packages, and decorated classes
            and functions, which stand for the module that they are in and for what their proxies
            of classes and functions stand for. More of them are taken in as they are run.
        activities: Functions in the place of activities, as ``fake`` takes them.
        start: The first moment of the clock, in seconds since the epoch.
        payloads: How inputs and results travel: a volume, its path or its URL, or
            ``flowy.Payloads``; by default those that do not fit are refused.
        telemetry: Hears what happens.

    Attributes:
        client: The service; whatever SWF knows can be sent with it.
        domain: The domain in which everything is registered.

    Raises:
        DefinitionError: Two classes declare the same type, or an activity that is to be replaced
            is not there, or an argument can never work.
    """

    def __init__(
        self,
        *packages: Any,
        activities: Replacements | None = None,
        start: float = START,
        payloads: Payloads | StorageVolume | Path | str | None = None,
        telemetry: Telemetry = SILENT,
    ) -> None:
        self.domain = DOMAIN
        kind(telemetry, Telemetry, "telemetry")
        number(start, "start, the first moment of the clock,")
        # Not those of the environment: a test is the same wherever it runs.
        self._packing = as_payloads(payloads, {}).packing(DOMAIN, telemetry)
        self._telemetry = telemetry
        self._clock = ManualClock(start)
        self._service = Service("sqlite://", clock=self._clock)
        self.client = Client(self._service)
        self._crew = Crew(self.client, self.domain, self._clock, self._packing, telemetry)
        self._known: set[Any] = set()
        self._named: list[TaskProxy[..., Any]] = []
        self._started = 0
        self._is_closed = False
        self._by_code: set[str] = set()
        """The workflow ids of what was started by class or function."""
        try:
            self.add(*packages)
            self._fake_all(activities or {})
        except BaseException:
            self.close()
            raise

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
        """Forget everything; nothing else can be done with it afterwards."""
        if self._is_closed:
            return
        self._is_closed = True
        recording.save(self.client, self.domain)
        self._crew.close()
        self._service.close()

    def add(self, *packages: Any) -> None:
        """Take in more modules, packages, and decorated classes and functions.

        Raises:
            DefinitionError: Two classes declare the same type, or something declares none.
        """
        found = search(packages, self._known)
        self._named += found.named
        self._crew.shop.resources.add(scanner.scan_resources(found.modules))
        self._crew.take_in(
            [*scanner.scan_workflows(found.modules), *of_kind(found.declared, WorkflowDefinition)],
            [*scanner.scan_activities(found.modules), *of_kind(found.declared, ActivityDefinition)],
        )

    def fake(self, task: Any, function: Callable[..., Any]) -> None:
        """Put a function in the place of an activity, or of a child workflow, from now on.

        Args:
            task: The class or function that declares it, a proxy of it, or the name of its type.
                Where its code is not at hand, a proxy is needed that stands for it.
            function: Is called with the arguments in its place, ``def`` or ``async def``. What it
                raises fails the task.

        Raises:
            DefinitionError: There is no such activity or workflow, or the function cannot be
                called.
        """
        function_of(function, f"what stands in the place of {shown(task)}")
        if definitions_of(task):
            self.add(task)
        registries: tuple[Registry[Any], ...] = (self._crew.activities, self._crew.workflows)
        for registry in registries:
            for definition in [each for each in registry if is_meant(each, task)]:
                registry.replace(with_function(definition, function))
                return
        made = [stand_in(self._proxy(task), DOMAIN, function)]
        self._crew.take_in(of_kind(made, WorkflowDefinition), of_kind(made, ActivityDefinition))

    def run(self, workflow: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a workflow to its end and return its result.

        Args:
            workflow: The workflow's class or function, or the name of its type.
            args: The arguments of its ``run``.
            kwargs: The same by name.

        Raises:
            TaskError: It did not complete; the subclass and the reason say why.
            FlowyError: It is open and waits for something that will not come by itself.
            PayloadMismatch: The workflow does not take the arguments.
            NondeterminismError: The code does not do again what it did.
        """
        return self.result(self.start(workflow, *args, **kwargs))

    def start(self, workflow: Any, *args: Any, **kwargs: Any) -> ExecutionId:
        """Start a workflow; nothing of it is done until ``result`` or ``advance``.

        Takes and raises what ``run`` does.
        """
        self._check_open()
        definition = self._definition(workflow)
        starter = WorkflowStarter(
            definition,
            None,
            self.client,
            self.domain,
            packing=self._packing,
            telemetry=self._telemetry,
        )
        self._started += 1
        with starter.id(f"{definition.id.name}-{self._started}"):
            request = starter.request(*args, **kwargs)
        if definitions_of(workflow):
            self._by_code.add(request.workflow_id)
        run_id = self.client.call(request).run_id or ""
        return ExecutionId(workflow_id=request.workflow_id, run_id=run_id)

    def result(self, execution: ExecutionId) -> Any:
        """Do all there is to do until an execution is closed, and return its result.

        An execution that continues as new is followed to its last run. When it was started by its
        class or function, the result is read as that is annotated; else it is what JSON gives.

        Raises:
            TaskError: It did not complete; the subclass and the reason say why.
            FlowyError: It is open and waits for something that will not come by itself.
        """
        while True:
            last = self._end(execution, last=True)
            if isinstance(last, WorkflowExecutionContinuedAsNew):
                run_id = last.attributes.new_execution_run_id
                execution = ExecutionId(workflow_id=execution.workflow_id, run_id=run_id)
            elif isinstance(last, _CLOSES):
                reader = self._reader(execution, self._end(execution, last=False))
                return _result(last, execution, reader, self._packing)
            elif not self._crew.work() and not self._jump(None):
                raise FlowyError(
                    f"{execution} is open and nothing is left to do: its last event is "
                    f"{last.event_id} {type(last).__name__}, and nothing is due; what it waits for "
                    "has to be sent with the environment's client"
                )

    def advance(self, seconds: float) -> None:
        """Do all there is to do in that time, and move the clock to its end.

        Raises:
            ValueError: ``seconds`` is negative, or no number.
        """
        self._check_open()
        if delays.seconds(seconds, "advance") < 0:
            raise ValueError(f"a clock cannot go back by {-seconds} s")
        until = self._clock.now() + seconds
        while self._crew.work() or self._jump(until):
            pass
        self._clock.advance(max(0.0, until - self._clock.now()))

    def forget(self) -> None:
        """Forget where executions stand, as a worker that starts anew: histories are replayed.

        Code that does not do again what it did then raises ``NondeterminismError``.
        """
        self._crew.forget()

    def now(self) -> float:
        """Return the moment of the clock, in seconds since the epoch."""
        return self._clock.now()

    def history(self, execution: ExecutionId) -> Sequence[HistoryEvent]:
        """Return the events of an execution so far."""
        self._check(execution)
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

    @overload
    def signal(self, execution: ExecutionId, name: str, value: Any = None) -> None: ...
    @overload
    def signal(self, execution: ExecutionId, name: Takes[T], value: T) -> None: ...
    def signal(self, execution: ExecutionId, name: Any, value: Any = None) -> None:
        """Send an execution a signal; it is seen when there is work done.

        Args:
            execution: The execution.
            name: The signal's name, or the ``Signal`` of the workflow that takes it.
            value: What is sent with it.

        Raises:
            PayloadError: The value cannot travel, or is not of the signal's type.
            Fault: The execution is closed, or there is none.
        """
        self._check(execution)
        text = None if value is None else outgoing.dump(name, value)
        if text is not None:
            text = self._packing.pack(text, f"the value of signal {outgoing.name_of(name)}")
        self.client.call(
            SignalWorkflowExecution(
                domain=self.domain,
                workflow_id=execution.workflow_id,
                signal_name=outgoing.name_of(name),
                input=text,
            )
        )

    def cancel(self, execution: ExecutionId) -> None:
        """Ask an execution to cancel itself.

        Raises:
            Fault: The execution is closed, or there is none.
        """
        self._check(execution)
        self.client.call(
            RequestCancelWorkflowExecution(domain=self.domain, workflow_id=execution.workflow_id)
        )

    def _check(self, execution: Any) -> None:
        self._check_open()
        kind(execution, ExecutionId, "the execution, as `start` returns it,")

    def _check_open(self) -> None:
        if self._is_closed:
            raise FlowyError("this environment is closed and has forgotten all: make another one")

    def _end(self, execution: ExecutionId, *, last: bool) -> HistoryEvent:
        """Return the first or the last event of an execution's history, however long it is."""
        self._check(execution)
        request = GetWorkflowExecutionHistory(
            domain=self.domain, execution=execution, reverse_order=last, maximum_page_size=1
        )
        return self.client.call(request).events[0]

    def _reader(self, execution: ExecutionId, first: HistoryEvent) -> Reader | None:
        """Return what reads the result of an execution; None leaves it as JSON gives it."""
        if execution.workflow_id not in self._by_code:
            return None
        if not isinstance(first, WorkflowExecutionStarted):
            return None
        definition = self._crew.workflows.get(first.attributes.workflow_type)
        return None if definition is None else result_of(definition.factory)

    def _proxy(self, task: Any) -> TaskProxy[..., Any]:
        """Return a proxy that stands for a task whose code is not at hand."""
        if isinstance(task, TaskProxy):
            return task
        for proxy in self._named:
            if isinstance(proxy.task_id, TypeId) and proxy.task_id.name == task:
                return proxy
        known = ", ".join(sorted(str(each.id) for each in self._crew.activities)) or "none"
        raise DefinitionError(f"there is no activity {shown(task)} to replace; there are: {known}")

    def _fake_all(self, activities: Replacements) -> None:
        for task, function in mapping(activities, "activities").items():
            self.fake(task, function)

    def _definition(self, workflow: Any) -> WorkflowDefinition:
        if definitions_of(workflow):
            self.add(workflow)
        for definition in self._crew.workflows:
            if is_meant(definition, workflow):
                return definition
        known = ", ".join(sorted(str(each.id) for each in self._crew.workflows)) or "none"
        raise FlowyError(f"there is no workflow {workflow!r} in this environment, only: {known}")

    def _jump(self, until: float | None) -> bool:
        """Move the clock to what is due next; return False when nothing is, by then."""
        due = self._service.next_due()
        if due is None or (until is not None and due > until):
            return False
        self._clock.advance(max(0.0, due - self._clock.now()))
        self._service.run_due()
        return True


def _result(
    last: HistoryEvent, execution: ExecutionId, reader: Reader | None, packing: Packing
) -> Any:
    if isinstance(last, WorkflowExecutionCompleted):
        what = f"the result of {execution}"
        text = packing.unpack(last.attributes.result or "null", what)
        return serializer.load(text, what) if reader is None else reader.read(text, what)
    attributes: Any = last.attributes
    reason = getattr(attributes, "reason", None) or f"{execution}: {_SAID[type(last)]}"
    details = getattr(attributes, "details", None)
    raise sealed.revive(packing, _CLOSES_BADLY[type(last)], reason, details)


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
