"""Clients that keep a service busy, try again when it is gone, and note what was acknowledged."""

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flowy.errors import Fault, ServiceUnavailable
from flowy.protocol.executions import ExecutionTimeFilter
from flowy.protocol.faults import (
    DomainAlreadyExistsFault,
    InternalFailure,
    TypeAlreadyExistsFault,
    UnknownResourceFault,
    WorkflowExecutionAlreadyStartedFault,
)
from flowy.protocol.history import HistoryEvent
from flowy.protocol.request import Request
from flowy.protocol.requests.activity_tasks import RespondActivityTaskCompleted
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.executions import SignalWorkflowExecution
from flowy.protocol.requests.visibility import ListClosedWorkflowExecutions
from flowy.swf.http import HttpClient
from tests.integration.service.driving import DOMAIN, Driver, complete, schedule

STEPS = 4
OPEN_AT_ONCE = 24
TIMEOUT = "3"
"""Seconds after which a task whose hand-out was lost is handed out again."""

PAUSE = 0.05


@dataclass(frozen=True)
class Acknowledged:
    """A call whose answer has come: what it must have left in which history."""

    workflow_id: str
    run_id: str
    event: str
    member: str
    value: Any


@dataclass
class Notes:
    """What all clients have seen."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    started: dict[str, int] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    unanswered: Counter[str] = field(default_factory=Counter)


class Stopped(Exception):
    """The load is over."""


class Persistent:
    """Calls one of several servers, and another one when it does not answer."""

    def __init__(self, load: "Load", addresses: Iterable[str]) -> None:
        self._load = load
        self._clients = [HttpClient(address) for address in addresses]
        random.shuffle(self._clients)
        self.failed = False

    def call(self, request: Request[Any]) -> Any:
        """Call until there is an answer; ``failed`` tells whether an attempt had none."""
        self.failed = False
        clients = itertools.cycle(self._clients)
        while not self._load.stopped.is_set():
            try:
                return next(clients).call(request)
            except (ServiceUnavailable, InternalFailure) as error:
                self.failed = True
                self._load.notes.unanswered[type(error).__name__] += 1
                self._load.stopped.wait(PAUSE)
        raise Stopped

    def close(self) -> None:
        for client in self._clients:
            client.interrupt()
            client.close()


class Load:
    """Threads that start, signal, decide and act.

    Args:
        addresses: The servers.
    """

    def __init__(self, addresses: list[str]) -> None:
        self.notes = Notes()
        self.stopped = threading.Event()
        self._drains = threading.Event()
        self._addresses = addresses
        self._clients: list[Persistent] = []
        self._threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def start(self) -> None:
        """Register and begin."""
        register(self._client().call)
        roles = (start_and_signal, decide, decide, act, act, watch)
        for role in roles:
            thread = threading.Thread(target=self._run, args=(role,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def drain(self) -> None:
        """Start nothing more."""
        self._drains.set()

    @property
    def is_drained(self) -> bool:
        """Whether all that was started is closed."""
        return self.notes.closed.issuperset(self.notes.started) and self._drains.is_set()

    @property
    def may_start(self) -> bool:
        notes = self.notes
        return not self._drains.is_set() and len(notes.started) - len(notes.closed) < OPEN_AT_ONCE

    def stop(self) -> None:
        """End the threads."""
        self.stopped.set()
        for client in self._clients:
            client.close()
        for thread in self._threads:
            thread.join(90)

    def acknowledge(self, execution: Any, event: str, member: str, value: Any) -> None:
        self.notes.acknowledged.append(
            Acknowledged(execution.workflow_id, execution.run_id, event, member, value)
        )

    def _client(self) -> Persistent:
        client = Persistent(self, self._addresses)
        self._clients.append(client)
        return client

    def _run(self, role: Callable[["Load", Persistent], None]) -> None:
        client = self._client()
        try:
            role(self, client)
        except Stopped:
            pass
        except BaseException as error:
            self.errors.append(error)
            raise


def register(call: Callable[[Request[Any]], Any]) -> None:
    """Register domain and types; what is there already is well."""

    class Tolerant:
        def call(self, request: Request[Any]) -> Any:
            try:
                return call(request)
            except (DomainAlreadyExistsFault, TypeAlreadyExistsFault):
                return None

    Driver(Tolerant()).register()


def start_and_signal(load: Load, client: Persistent) -> None:
    driver = Driver(client)
    for number in itertools.count():
        while not load.may_start:
            if load.stopped.wait(PAUSE):
                return
        workflow_id = f"w-{number}"
        load.notes.started[workflow_id] = number
        try:
            execution = driver.start(
                workflow_id, input=str(number), task_start_to_close_timeout=TIMEOUT
            )
        except WorkflowExecutionAlreadyStartedFault:
            assert client.failed, "an execution was there that nobody had started"
            continue
        load.acknowledge(execution, "WorkflowExecutionStarted", "input", str(number))
        signal = SignalWorkflowExecution(
            domain=DOMAIN,
            workflow_id=workflow_id,
            run_id=execution.run_id,
            signal_name="hello",
            input=f"s-{number}",
        )
        try:
            client.call(signal)
        except UnknownResourceFault:
            continue
        load.acknowledge(execution, "WorkflowExecutionSignaled", "input", f"s-{number}")


def decide(load: Load, client: Persistent) -> None:
    driver = Driver(client)
    while True:
        task = driver.poll_decision()
        if not task.task_token:
            continue
        execution = task.workflow_execution
        load.acknowledge(execution, "DecisionTaskStarted", "event_id", task.started_event_id)
        decisions = decisions_for(task.events)
        try:
            client.call(
                RespondDecisionTaskCompleted(task_token=task.task_token, decisions=decisions)
            )
        except UnknownResourceFault:
            continue
        except Fault as fault:
            raise AssertionError(f"{execution}: {fault}") from fault
        started = task.started_event_id
        load.acknowledge(execution, "DecisionTaskCompleted", "started_event_id", started)


def watch(load: Load, client: Persistent) -> None:
    """Note what is closed."""
    oldest = 0.0
    while not load.stopped.wait(0.5):
        found = client.call(
            ListClosedWorkflowExecutions(
                domain=DOMAIN, close_time_filter=ExecutionTimeFilter(oldest_date=oldest)
            )
        ).execution_infos
        load.notes.closed.update(info.execution.workflow_id for info in found)
        if found:
            oldest = max(info.close_timestamp for info in found) - 5


def decisions_for(events: tuple[HistoryEvent, ...]) -> tuple[Any, ...]:
    """Add one in each of several activities; an activity that timed out is done again."""
    value, steps, waits = 0, 0, 0
    for event in events:
        match type(event).__name__:
            case "WorkflowExecutionStarted":
                value = int(event.attributes.input)
            case "ActivityTaskScheduled":
                waits += 1
            case "ActivityTaskTimedOut":
                waits -= 1
            case "ActivityTaskCompleted":
                waits, steps, value = waits - 1, steps + 1, int(event.attributes.result)
    if waits:
        return ()
    if steps == STEPS:
        return (complete(str(value)),)
    number = str(len(events))
    return (schedule(number, input=str(value), start_to_close_timeout=TIMEOUT),)


def act(load: Load, client: Persistent) -> None:
    driver = Driver(client)
    while True:
        task = driver.poll_activity()
        if not task.task_token:
            continue
        execution, started = task.workflow_execution, task.started_event_id
        load.acknowledge(execution, "ActivityTaskStarted", "event_id", started)
        result = str(int(task.input) + 1)
        try:
            client.call(RespondActivityTaskCompleted(task_token=task.task_token, result=result))
        except UnknownResourceFault:
            continue
        load.acknowledge(execution, "ActivityTaskCompleted", "started_event_id", started)
