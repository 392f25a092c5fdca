"""One run of a workflow: fed with its history, it gives decisions.

Theory of operation. A history is a chain of decision tasks. What happened before a
``DecisionTaskStarted`` is what that decision saw; what its ``DecisionTaskCompleted`` brought stands
right behind it. ``feed`` goes through the events in order and, for each decision that was
completed, lets the code see the same batch again and holds what it asks for against the echoes in
the history. After the last event it does the same for the decision that is asked for now.

::

    …, outcome, outcome, DecisionTaskStarted, (outcome), DecisionTaskCompleted, echo, echo, …
    └──── one batch ────┘                     └─ next batch begins with this one

A run that is kept is fed the new events only, one that was lost is made anew and fed all of them:
the code is the same and so are the decisions. A decision task that timed out left nothing in the
history; a kept run that has decided it went another way and says so (``StaleRunError``).
"""

import hashlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from flowy.decider import bridge, matching
from flowy.decider.alike import Alike
from flowy.decider.arrivals import ARRIVALS, Arrivals
from flowy.decider.asked import Asked, Task, decision_of
from flowy.decider.calls import Calls
from flowy.decider.code import WorkflowCode
from flowy.decider.context import RunContext
from flowy.decider.externals import Externals, Initiated
from flowy.decider.facts import RunFacts
from flowy.decider.limits import MORE, Limits, more
from flowy.decider.outcomes import OUTCOMES
from flowy.decider.signals import SignalQueues
from flowy.decider.texts import Texts
from flowy.errors import PayloadError, PayloadLost, StaleRunError
from flowy.protocol import decisions
from flowy.protocol.decisions import AnyDecision
from flowy.protocol.event import Event
from flowy.protocol.events import child, decision, timer, workflow
from flowy.protocol.events.activity import ActivityTaskScheduled
from flowy.protocol.events.marker import MarkerRecorded
from flowy.protocol.ids import ExecutionId
from flowy.task.definition import WorkflowDefinition
from flowy.task.guarding import watched
from flowy.transport.packing import PACKING, Packing

log = logging.getLogger(__name__)

LIMITS = Limits()
UNHANDLED = "UNHANDLED_DECISION"
"""Why a close is refused of which the decider had not seen all events."""


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """What a run decides.

    Args:
        decisions: In the order in which the code asked.
        closes: The last of them closes the execution.
        execution_context: What is shown with the execution; None leaves it as it was.
    """

    decisions: tuple[AnyDecision, ...] = ()
    closes: bool = False
    execution_context: str | None = None


class WorkflowRun:
    """A run of a workflow, from its history.

    It belongs to the thread that made it: a plain ``run`` waits in a greenlet.

    Args:
        definition: The workflow's type and class.
        execution: Which run this is.
        packing: How the texts of its domain travel.
        is_guarded: Whether the guards, where they are up, stop what a replay cannot repeat.
        limits: What the service takes.
    """

    def __init__(
        self,
        definition: WorkflowDefinition,
        execution: ExecutionId,
        packing: Packing = PACKING,
        *,
        is_guarded: bool = True,
        limits: Limits = LIMITS,
    ) -> None:
        self._last: Event | None = None
        """The last event that the run was fed with."""
        self._before: Callable[[Event], None] | None = None
        """Hears of each event that the code is about to see."""
        self._execution = execution
        self._limits = limits
        self._calls = self._make_calls(_child_prefix(execution), definition.max_open_tasks)
        self._loop = bridge.BridgedLoop(self._calls.timers)  # type: ignore[abstract]  # all that can work
        self._calls.make_result = self._loop.create_result
        self._calls.texts = self._texts = texts = Texts(packing, self._loop)
        self._signals = SignalQueues(self._calls.make_result, texts)
        self._externals = Externals(
            self._calls.slots, self._calls.make_result, texts, self._calls.refusals
        )
        self._facts = RunFacts(
            execution.run_id, self._loop, self._calls.slots, self._calls.size, texts
        )
        self._calls.check = self._loop.check = self._facts.check
        self._context = RunContext(
            self._calls, self._loop, self._signals, self._externals, self._facts, texts
        )
        self._loop.workflow_context = self._context
        self._code = WorkflowCode(
            definition, self._loop, self._calls, self._context, self._signals, texts
        )
        self._same = Alike(definition, self._calls, texts).same
        self.start: workflow.WorkflowExecutionStarted | None = None
        """The event that the history begins with."""
        self._arrivals = Arrivals(self._calls, self._code, self._externals, self._signals)
        self._watched = self._facts if is_guarded else None
        self._settings: workflow.WorkflowExecutionStartedAttributes | None = None
        self._started: decision.DecisionTaskStarted | None = None
        self._decided = 0
        self._answer: Decisions | None = Decisions()
        self._closes = False
        """The last of what was asked for closes the execution."""
        self._incoming: list[Event] = []
        self._seen = 0
        self._asked: tuple[Asked, ...] = ()
        """What the code asked for in the last decision; the answer may hold less of it."""
        self._echoes: deque[Asked] = deque()
        self._nearly_full = limits.nearly_full
        self._has_warned = False
        self._is_cut = False
        """History says that the last answer did not hold all that was asked for."""
        self._closed = False

    def feed(self, events: Sequence[Event]) -> Decisions:
        """Take the events that are new and decide.

        Args:
            events: The history in order, from its first event or from one that the run knows, up
                to the ``DecisionTaskStarted`` of the task to decide, or to the close.

        Raises:
            NondeterminismError: The code does not do what the history says that it did.
            StaleRunError: The events do not go on where this run stands; make a new run and feed it
                the whole history.
            PayloadUnavailable: A text that the code needs cannot be had now.
        """
        try:
            return self._feed(events)
        except PayloadLost as lost:
            # No later try can bring it back: the execution ends, and says why.
            return self._failed(lost)

    def _failed(self, lost: PayloadLost) -> Decisions:
        # Never encoded: it may be the codec that does not work, and it says nothing of a payload.
        reason, details = self._texts.describe_lost(lost)
        attributes = decisions.FailWorkflowExecutionAttributes(reason=reason, details=details)
        failed = decisions.FailWorkflowExecution(attributes=attributes)
        return Decisions(decisions=(failed,), closes=True)

    def _feed(self, events: Sequence[Event]) -> Decisions:
        token, outer = watched.set(self._watched), self._loop.enter()
        try:
            self._facts.show(events)
            taker = _TAKERS.get
            for event in self._unseen(events):
                take = taker(type(event))
                if take is not None:
                    self._last = event
                    take(self, event)
            if events and events[-1].event_id > self.last_event_id:
                self._last = events[-1]
            return self._decide()
        finally:
            self._loop.leave(outer)
            watched.reset(token)

    def _unseen(self, events: Sequence[Event]) -> Sequence[Event]:
        known = self.last_event_id
        if events and events[0].event_id == known + 1:
            return events
        first = next((at for at, event in enumerate(events) if event.event_id > known), None)
        if first is None:
            return ()
        if events[first].event_id != known + 1:
            raise self._stale(events[first])
        return events[first:]

    @property
    def last_event_id(self) -> int:
        """The last event that the run was fed with; 0 when there was none."""
        return 0 if self._last is None else self._last.event_id

    @property
    def trouble(self) -> PayloadError | None:
        """A text that the code needed and could not have; its decisions mean nothing then."""
        return self._texts.trouble

    def only_look(self) -> None:
        """Let nothing new happen from now on: code stops where it asks for a new side effect."""
        self._facts.only_looks = True

    @property
    def has_stopped(self) -> bool:
        """Whether the code stopped there, so that what it decides means nothing."""
        return self._facts.stopped

    def close(self) -> None:
        """Drop the run; the finally blocks of its code run, and what they ask for goes nowhere."""
        with self._loop.running():
            self._loop.replaying = True
            self._code.close()

    def _make_calls(self, child_prefix: str, maximum: int) -> Calls:
        return Calls(child_prefix, maximum)

    # Events

    def _stale(self, event: Event) -> StaleRunError:
        # Only the first new event tells: a later gap is an event of a type not known here.
        return StaleRunError(
            f"{self._execution}: the history goes on at event {event.event_id}, "
            f"this run has seen {self.last_event_id}"
        )

    def take_start(self, event: workflow.WorkflowExecutionStarted) -> None:
        """Take the event that the history begins with."""
        self.start = event
        self._settings = event.attributes

    def take_decision_started(self, event: decision.DecisionTaskStarted) -> None:
        """Note where the batch of a decision ends."""
        self._started = event
        self._seen = len(self._incoming)

    def take_decision_completed(self, event: decision.DecisionTaskCompleted) -> None:
        """Let the code see the batch of a decision again, unless this run has decided it."""
        if event.attributes.started_event_id != self._decided:
            self._loop.replaying = True
            self._turn()
            self._loop.replaying = False
        self._echoes = deque(self._asked)

    def take_decision_timed_out(self, event: decision.DecisionTaskTimedOut) -> None:
        """Forget a decision that never was."""
        if self._decided and event.attributes.started_event_id == self._decided:
            raise StaleRunError(
                f"{self._execution}: the decision at event {self._decided} timed out, this run "
                "went on with it"
            )

    def take_outcome(self, event: Event) -> None:
        """Keep what happened for the decision that will see it."""
        self._incoming.append(event)

    def take_echo(self, event: Event) -> None:
        """Hold an echo against what the code asked for."""
        if type(event) is MarkerRecorded and self._facts.is_left_over(event):
            return
        self._check(event)
        self._calls.echoed(event)

    def take_activity_scheduled(self, event: ActivityTaskScheduled) -> None:
        """Hold the echo of an activity against what the code asked for."""
        asked = self._echoes[0] if self._echoes else None
        said = event.attributes
        # To the letter it is what nearly all of them are; the task needs no decision then.
        if (
            type(asked) is Task
            and asked.id == said.activity_id
            and asked.input == said.input
            and asked.type == said.activity_type
            and asked.kind == "activity"
        ):
            self._echoes.popleft()
            self._calls.scheduled(asked, event.event_id)
        else:
            self.take_echo(event)

    def take_message_echo(self, event: Event) -> None:
        """Hold the echo of a message to another execution against what the code asked for."""
        self._check(event)
        self._externals.echoed(event)

    def _check(self, event: Event) -> None:
        asked = decision_of(self._echoes.popleft()) if self._echoes else None
        matching.check(event, asked, self._texts, self._same)

    def take_echo_and_outcome(self, event: Event) -> None:
        """Hold an echo that says that nothing came of it against what the code asked for."""
        self.take_echo(event)
        self._incoming.append(event)

    def take_timer_started(self, event: timer.TimerStarted) -> None:
        """Take a timer: one that was asked for, or the one that ends an answer that was cut."""
        if event.attributes.timer_id.startswith(MORE):
            self._is_cut = True
        else:
            self.take_echo(event)

    def take_timer_not_started(self, event: timer.StartTimerFailed) -> None:
        """Take a timer that did not start; when it ends an answer, its refusal does as well."""
        if event.attributes.timer_id.startswith(MORE):
            self._is_cut = True
        else:
            self.take_echo_and_outcome(event)

    def take_close_refused(self, event: Any) -> None:
        """Take it that the execution could not be closed: mostly, because something came first."""
        self.take_echo(event)
        if event.attributes.cause != UNHANDLED:
            self._code.close_refused(type(event), event.attributes.cause)

    def take_child_not_started(self, event: child.StartChildWorkflowExecutionFailed) -> None:
        """Take a child that did not start: an echo, unless its start was initiated before."""
        if event.attributes.initiated_event_id:
            self._incoming.append(event)
        else:
            self.take_echo_and_outcome(event)

    def take_close(self, event: Event) -> None:
        """Take the event that ends the history."""
        self._closed = True
        if type(event) in matching.ECHOES:
            self.take_echo(event)
            self.check_echoes()

    # Decisions

    def _decide(self) -> Decisions:
        if self._closed or self._started is None:
            return Decisions()
        if self._started.event_id != self._decided:
            self._turn()
        if self._answer is None:
            self._answer = self._make_answer(self._decided)
        return self._answer

    def _turn(self) -> None:
        started = self._started
        if started is None or self._settings is None:
            raise StaleRunError(f"{self._execution}: the history does not begin with its start")
        if self._echoes or self._is_cut:
            self.check_echoes()
        batch, self._incoming = self._incoming, self._incoming[self._seen :]
        del batch[self._seen :]
        self._seen = 0
        self._loop.now = self._calls.now = started.event_timestamp
        self._calls.size.events = started.event_id
        if not self._code.started:
            self._code.start(self._settings, self._execution.run_id)
        self._show(batch)
        self._collect(started.event_id)
        if self._facts.divergence is not None:
            raise self._facts.divergence
        if self._texts.trouble is not None:
            raise self._texts.trouble
        self._decided, self._answer = started.event_id, None

    def check_echoes(self) -> None:
        """Check that the history has all that the code asked for in the last decision.

        Raises:
            NondeterminismError: It has not.
        """
        if self._is_cut:
            rest = (one for one in self._echoes if type(one) not in matching.CLOSES)
            self._calls.slots.give_back(rest)
            self._echoes.clear()
            self._is_cut = False
        if self._echoes:
            raise matching.missing(decision_of(self._echoes[0]), self.last_event_id)

    def _show(self, batch: list[Event]) -> None:
        """Let the code see what has happened, one event after the other."""
        run_ready, ready = self._loop.run_ready, self._loop.ready
        if ready:
            run_ready()
        for event in batch:
            if self._before is not None:
                self._before(event)
            self._context.steps += 1
            outcome = OUTCOMES.get(type(event))
            if outcome is not None:
                outcome(self._calls, event)
            else:
                self._arrivals.take(event)
            if ready:
                run_ready()

    def _collect(self, event_id: int) -> None:
        asked = self._calls.slots.take()
        closing = self._code.closing()
        if event_id + len(asked) > self._nearly_full:
            if not self._has_warned:
                _warn(self._execution, event_id, self._limits)
                self._has_warned = True
            if closing is None and self._limits.is_full(event_id, len(asked)):
                closing = self._code.too_long(event_id, self._limits.events)
        self._closes = closing is not None
        if closing is None:
            self._asked = asked
            return
        if isinstance(closing, _ALONE):
            # A close may be refused, and then a replay needs the markers of what led to it.
            asked = tuple(one for one in asked if isinstance(one, decisions.RecordMarker))
        self._asked = (*asked, closing)

    def _make_answer(self, event_id: int) -> Decisions:
        made = tuple([decision_of(one) for one in self._asked])
        fitting = self._limits.fitting(made) if len(made) > 1 else len(made)
        is_whole = fitting == len(made)
        return Decisions(
            decisions=made if is_whole else (*made[:fitting], more(event_id)),
            closes=is_whole and self._closes,
            execution_context=self._context.execution_context,
        )


# Closing decisions that drop the tasks that were asked for with them.
_ALONE = (decisions.ContinueAsNewWorkflowExecution, decisions.FailWorkflowExecution)

_TAKERS: dict[type[Event], Any] = {
    **dict.fromkeys(ARRIVALS, WorkflowRun.take_outcome),
    **dict.fromkeys(matching.ECHOES, WorkflowRun.take_echo),
    **dict.fromkeys(OUTCOMES, WorkflowRun.take_outcome),
    **dict.fromkeys(
        (event for event in OUTCOMES if event in matching.ECHOES),
        WorkflowRun.take_echo_and_outcome,
    ),
    child.StartChildWorkflowExecutionFailed: WorkflowRun.take_child_not_started,
    **dict.fromkeys(matching.CLOSES_REFUSED, WorkflowRun.take_close_refused),
    **dict.fromkeys(Initiated, WorkflowRun.take_message_echo),
    ActivityTaskScheduled: WorkflowRun.take_activity_scheduled,
    timer.StartTimerFailed: WorkflowRun.take_timer_not_started,
    timer.TimerStarted: WorkflowRun.take_timer_started,
    decision.DecisionTaskCompleted: WorkflowRun.take_decision_completed,
    decision.DecisionTaskStarted: WorkflowRun.take_decision_started,
    decision.DecisionTaskTimedOut: WorkflowRun.take_decision_timed_out,
    workflow.WorkflowExecutionCanceled: WorkflowRun.take_close,
    workflow.WorkflowExecutionCompleted: WorkflowRun.take_close,
    workflow.WorkflowExecutionContinuedAsNew: WorkflowRun.take_close,
    workflow.WorkflowExecutionFailed: WorkflowRun.take_close,
    workflow.WorkflowExecutionStarted: WorkflowRun.take_start,
    workflow.WorkflowExecutionTerminated: WorkflowRun.take_close,
    workflow.WorkflowExecutionTimedOut: WorkflowRun.take_close,
}


def _warn(execution: ExecutionId, events: int, limits: Limits) -> None:
    log.warning(
        "execution %s: its history has %d of the %d events that the service takes: let the "
        "workflow continue as new in time (self.should_restart)",
        execution,
        events,
        limits.events,
    )


def _child_prefix(execution: ExecutionId) -> str:
    # SWF takes no ':', '/', '|' nor 'arn' in a workflow id; a digest in hex has none of them, and
    # is the same in every replay of this run and another in the next run of the same workflow id.
    return hashlib.blake2b(execution.run_id.encode(), digest_size=16).hexdigest()
