"""What a decider tells of its decisions, and what its decisions carry for those who trace.

A decision is told when it is settled: taken by the service, lost, or held because none could be
made. How long tasks waited for their workers, and which were tried again, stands in the histories.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from flowy.errors import FlowyError
from flowy.protocol import decisions
from flowy.protocol.decisions import AnyDecision
from flowy.protocol.event import Event
from flowy.protocol.events.activity import ActivityTaskScheduled, ActivityTaskStarted
from flowy.protocol.events.decision import DecisionTaskScheduled, DecisionTaskStarted
from flowy.protocol.events.workflow import WorkflowExecutionStarted
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.tasks import DecisionTask
from flowy.telemetry import (
    DecisionEnded,
    DecisionOutcome,
    ExecutionEnded,
    TaskRetried,
    TaskWaited,
    Work,
    on_behalf,
)
from flowy.transport import attempt, carrying
from flowy.transport.serializer import MAXIMUM
from flowy.worker.cache import Decided, Run
from flowy.worker.poller import Source

_Continue = decisions.ContinueAsNewWorkflowExecution

REMEMBERED = 10_000
"""Activities whose scheduling is remembered until they start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What is told when a decision is settled."""

    ended: DecisionEnded
    closed: ExecutionEnded | None = None


class DecisionTeller:
    """Belongs to one poller, and to its thread.

    Args:
        source: Where the tasks come from, and who hears.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._telemetry = source.telemetry
        self.is_heard = source.telemetry.listens or source.telemetry.tracer is not None
        self._work: Work
        self._started_at = 0.0
        self._replayed = 0
        self._was_kept = False
        self._first = False
        self._scheduled: OrderedDict[tuple[str, int], tuple[str, float]] = OrderedDict()

    def begin(
        self, task: DecisionTask, execution: ExecutionId, type_id: TypeId
    ) -> AbstractContextManager[None]:
        """Note the task that is decided, and return the block in which that is done."""
        self._work = Work(
            kind="decision",
            domain=self._source.domain,
            workflow_id=execution.workflow_id,
            run_id=execution.run_id,
            type=str(type_id),
            event_id=task.started_event_id,
        )
        if self.is_heard:
            self._replayed, self._was_kept = 0, False
            self._first = not task.previous_started_event_id
            self._look(task)
            self._started_at = self._source.clock.now()
        return on_behalf(self._work)

    def kept(self) -> None:
        """Note that the run was kept."""
        self._was_kept = True

    def anew(self, events: Sequence[Event]) -> None:
        """Note that a run is made anew and taken through these events."""
        self._was_kept = False
        self._replayed = 0 if self._first else len(events)

    def failed(self, outcome: DecisionOutcome, error: BaseException) -> None:
        """Tell that no decision could be made."""
        if self._telemetry.listens:
            reason = f"{type(error).__name__}: {error}"
            self._telemetry.tell(self._ended(outcome, reason=reason))

    def decided(self, run: Run, decided: Decided, kept: int) -> Told | None:
        """Return what is told when the decision is settled."""
        if not self.is_heard:
            return None
        self._work = msgspec.structs.replace(self._work, carried=_carried_to(run))
        ended = self._ended("decided", decisions=len(decided.decisions), kept=kept)
        closed = _closed(ended, run, decided.decisions[-1]) if decided.closes else None
        return Told(ended=ended, closed=closed)

    def carrying(self, decided: Decided) -> tuple[AnyDecision, ...]:
        """Return the decisions, with a trace context behind the inputs that they send out."""
        tracer = self._telemetry.tracer
        carried = None if tracer is None else tracer.carried(self._work)
        if carried is None:
            return decided.decisions
        again = self._work.carried or carried  # the next run stands beside this one
        return tuple(
            _with(one, again if type(one) is _Continue else carried) for one in decided.decisions
        )

    def settled(self, told: Told | None, error: FlowyError | None) -> None:
        """Tell that the service has taken a decision, or that it did not arrive."""
        if told is None or not self._telemetry.listens:
            return
        if error is not None:
            reason = f"{type(error).__name__}: {error}"
            self._telemetry.tell(replace(told.ended, outcome="lost", reason=reason))
            return
        self._telemetry.tell(told.ended)
        if told.closed is not None:
            self._telemetry.tell(told.closed)

    def _ended(self, outcome: DecisionOutcome, **more: Any) -> DecisionEnded:
        now = self._source.clock.now()
        return DecisionEnded(
            work=self._work,
            outcome=outcome,
            ended_at=now,
            seconds=now - self._started_at,
            cache="hit" if self._was_kept else "first" if self._first else "miss",
            replayed=self._replayed,
            **more,
        )

    def _look(self, task: DecisionTask) -> None:
        """Tell what the new events say of waits and of further tries."""
        if not self._telemetry.listens:
            return
        scheduled = 0.0
        for event in task.events:
            if event.event_id <= (task.previous_started_event_id or 0):
                continue
            if isinstance(event, DecisionTaskScheduled):
                scheduled = event.event_timestamp
            elif isinstance(event, ActivityTaskScheduled):
                self._activity_scheduled(event)
            elif isinstance(event, ActivityTaskStarted):
                self._activity_started(event)
            elif isinstance(event, DecisionTaskStarted) and scheduled:
                waited = max(0.0, event.event_timestamp - scheduled)
                self._waited("decision", self._work.type, waited)

    def _activity_scheduled(self, event: ActivityTaskScheduled) -> None:
        attributes = event.attributes
        name = str(attributes.activity_type)
        self._scheduled[self._work.run_id, event.event_id] = name, event.event_timestamp
        while len(self._scheduled) > REMEMBERED:
            self._scheduled.popitem(last=False)
        if attempt.read(attributes.activity_id).attempt > 1:
            self._telemetry.tell(
                TaskRetried(kind="decision", domain=self._source.domain, type=name)
            )

    def _activity_started(self, event: ActivityTaskStarted) -> None:
        key = self._work.run_id, event.attributes.scheduled_event_id
        found = self._scheduled.pop(key, None)
        if found is not None:
            self._waited("activity", found[0], max(0.0, event.event_timestamp - found[1]))

    def _waited(self, kind: Any, name: str, seconds: float) -> None:
        self._telemetry.tell(
            TaskWaited(kind=kind, domain=self._source.domain, type=name, schedule_to_start=seconds)
        )


def _started(run: Run) -> WorkflowExecutionStarted | None:
    # A run of somebody else's making need not tell its start.
    return getattr(run, "start", None)


def _carried_to(run: Run) -> str | None:
    started = _started(run)
    return None if started is None else carrying.read(started.attributes.input)


def _closed(ended: DecisionEnded, run: Run, decision: AnyDecision) -> ExecutionEnded | None:
    started = _started(run)
    outcome = _OUTCOMES.get(type(decision))
    if started is None or outcome is None:
        return None
    return ExecutionEnded(
        work=ended.work,
        outcome=outcome,
        started_at=started.event_timestamp,
        ended_at=ended.ended_at,
        reason=getattr(decision.attributes, "reason", None) or "",
    )


def _with(decision: AnyDecision, carried: str) -> AnyDecision:
    if type(decision) not in _SENDERS:
        return decision
    attributes: Any = decision.attributes
    if attributes.input is None:
        return decision
    text = carrying.attach(attributes.input, carried, MAXIMUM)
    return msgspec.structs.replace(
        decision, attributes=msgspec.structs.replace(attributes, input=text)
    )


_SENDERS: Iterable[type[Any]] = frozenset(
    {
        decisions.ContinueAsNewWorkflowExecution,
        decisions.ScheduleActivityTask,
        decisions.StartChildWorkflowExecution,
    }
)

_OUTCOMES: dict[type[Any], str] = {
    decisions.CancelWorkflowExecution: "CANCELED",
    decisions.CompleteWorkflowExecution: "COMPLETED",
    decisions.ContinueAsNewWorkflowExecution: "CONTINUED_AS_NEW",
    decisions.FailWorkflowExecution: "FAILED",
}
