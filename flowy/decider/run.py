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

import asyncio
import hashlib
import inspect
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any

import msgspec

from flowy.decider import bridge, matching
from flowy.decider.calls import Calls
from flowy.decider.context import RunContext
from flowy.decider.outcomes import OUTCOMES
from flowy.errors import StaleRunError
from flowy.protocol import decisions
from flowy.protocol.decisions import AnyDecision
from flowy.protocol.event import Event
from flowy.protocol.events import child, decision, workflow
from flowy.protocol.ids import ExecutionId, TaskList
from flowy.task.context import Restart
from flowy.task.definition import WorkflowDefinition
from flowy.task.result import Result, pending_in, resolve
from flowy.transport import failure

log = logging.getLogger(__name__)


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """What a run decides.

    Args:
        decisions: In the order in which the code asked.
        closes: The last of them closes the execution.
    """

    decisions: tuple[AnyDecision, ...] = ()
    closes: bool = False


class WorkflowRun:
    """A run of a workflow, from its history.

    It belongs to the thread that made it: a plain ``run`` waits in a greenlet.

    Args:
        definition: The workflow's type and class.
        execution: Which run this is.
    """

    def __init__(self, definition: WorkflowDefinition, execution: ExecutionId) -> None:
        self.last_event_id = 0
        """The last event that the run was fed with."""
        self._definition = definition
        self._execution = execution
        self._calls = Calls(_child_prefix(execution), definition.max_open_tasks)
        self._loop = bridge.BridgedLoop(self._calls)  # type: ignore[abstract]  # all that can work
        self._calls.make_result = lambda: Result(loop=self._loop)
        self._context = RunContext(self._calls, self._loop)
        self._settings: workflow.WorkflowExecutionStartedAttributes | None = None
        self._started: decision.DecisionTaskStarted | None = None
        self._decided = 0
        self._answer = Decisions()
        self._incoming: list[Event] = []
        self._seen = 0
        self._echoes: deque[AnyDecision] = deque()
        self._main: asyncio.Task[Any] | None = None
        self._instance: Any = None
        self._abandons = False
        self._cancel_requested = False
        self._closed = False

    def feed(self, events: Iterable[Event]) -> Decisions:
        """Take the events that are new and decide.

        Args:
            events: The history in order, from its first event or from one that the run knows, up
                to the ``DecisionTaskStarted`` of the task to decide, or to the close.

        Raises:
            NondeterminismError: The code does not do what the history says that it did.
            StaleRunError: The events do not go on where this run stands; make a new run and feed it
                the whole history.
        """
        with self._loop.running():
            known = self.last_event_id
            for event in events:
                if event.event_id <= known:
                    continue
                if self.last_event_id == known and event.event_id != known + 1:
                    raise self._stale(event)
                self.last_event_id = event.event_id
                take = _TAKERS.get(type(event))
                if take is not None:
                    take(self, event)
            return self._decide()

    def close(self) -> None:
        """Drop the run; the finally blocks of its code run, and what they ask for goes nowhere."""
        self._context.dropped = True
        if self._closed or self._main is None:
            return
        with self._loop.running():
            for task in asyncio.all_tasks(self._loop):
                _close_coroutine(task)

    # Events

    def _stale(self, event: Event) -> StaleRunError:
        # Only the first new event tells: a later gap is an event of a type not known here.
        return StaleRunError(
            f"{self._execution}: the history goes on at event {event.event_id}, "
            f"this run has seen {self.last_event_id}"
        )

    def take_start(self, event: workflow.WorkflowExecutionStarted) -> None:
        """Take the event that the history begins with."""
        self._settings = event.attributes

    def take_decision_started(self, event: decision.DecisionTaskStarted) -> None:
        """Note where the batch of a decision ends."""
        self._started = event
        self._seen = len(self._incoming)

    def take_decision_completed(self, event: decision.DecisionTaskCompleted) -> None:
        """Let the code see the batch of a decision again, unless this run has decided it."""
        if event.attributes.started_event_id != self._decided:
            self._turn()
        self._echoes = deque(self._answer.decisions)

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
        matching.check(event, self._echoes.popleft() if self._echoes else None)
        self._calls.echoed(event)
        if type(event) in OUTCOMES:
            self._incoming.append(event)

    def take_child_not_started(self, event: child.StartChildWorkflowExecutionFailed) -> None:
        """Take a child that did not start: an echo, unless its start was initiated before."""
        if event.attributes.initiated_event_id:
            self._incoming.append(event)
        else:
            self.take_echo(event)

    def take_close(self, event: Event) -> None:
        """Take the event that ends the history."""
        self._closed = True
        if type(event) in matching.ECHOES:
            self.take_echo(event)
            self._all_echoed()

    # Decisions

    def _decide(self) -> Decisions:
        if self._closed or self._started is None:
            return Decisions()
        if self._started.event_id != self._decided:
            self._turn()
        return self._answer

    def _turn(self) -> None:
        started = self._started
        if started is None or self._settings is None:
            raise StaleRunError(f"{self._execution}: the history does not begin with its start")
        self._all_echoed()
        batch, self._incoming = self._incoming[: self._seen], self._incoming[self._seen :]
        self._seen = 0
        self._loop.now = started.event_timestamp
        if self._main is None:
            self._main = self._loop.create_task(self._run(self._settings), name="run")
        self._loop.run_ready()
        for event in batch:
            self._apply(event)
            self._loop.run_ready()
        self._decided = started.event_id
        self._answer = self._collect()

    def _all_echoed(self) -> None:
        if self._echoes:
            raise matching.missing(self._echoes[0], self.last_event_id)

    def _apply(self, event: Event) -> None:
        self._context.steps += 1
        outcome = OUTCOMES.get(type(event))
        if outcome is not None:
            outcome(self._calls, event)
        elif isinstance(event, workflow.WorkflowExecutionCancelRequested) and self._main:
            self._cancel_requested = True
            self._main.cancel()

    async def _run(self, settings: workflow.WorkflowExecutionStartedAttributes) -> Any:
        try:
            self._instance = self._definition.factory(
                settings.input, self._context, self._execution.run_id
            )
            args, kwargs = self._instance._deserialize_arguments()
            run = self._instance.run
            if inspect.iscoroutinefunction(run):
                value = await run(*args, **kwargs)
            else:
                value = await bridge.run_plain(run, *args, **kwargs)
        except SystemExit as error:
            raise RuntimeError(f"the workflow's code exits the interpreter: {error!r}") from error
        self._abandons = self._context.returned_abandoning()
        return value

    def _collect(self) -> Decisions:
        asked = self._calls.slots.take()
        closing = self._closing()
        if closing is None:
            return Decisions(decisions=asked)
        if isinstance(closing, _ALONE):
            asked = ()
        return Decisions(decisions=(*asked, closing), closes=True)

    def _closing(self) -> AnyDecision | None:
        if self._context.wanted_restart is not None:
            return self._continue_as_new(self._context.wanted_restart)
        main = self._main
        if main is None or not main.done():
            return None
        if main.cancelled():
            if self._cancel_requested:
                return decisions.CancelWorkflowExecution()
            return _fail(asyncio.CancelledError("the workflow's code was cancelled"))
        error = main.exception()
        return _fail(error) if error is not None else self._complete(main.result())

    def _complete(self, value: Any) -> AnyDecision | None:
        try:
            if any(not result.done() for result in pending_in(value)):
                return None
            if self._calls.held and not self._abandons:
                return None
            value = resolve(value)
            unseen = self._calls.unseen_failure()
            if unseen is not None:
                return _fail(unseen)
            text = self._instance._serialize_result(value)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 -- the run's outcome
            return _fail(error)
        attributes = decisions.CompleteWorkflowExecutionAttributes(result=text)
        return decisions.CompleteWorkflowExecution(attributes=attributes)

    def _continue_as_new(self, restart: Restart) -> decisions.ContinueAsNewWorkflowExecution:
        settings = self._settings
        if settings is None:
            raise StaleRunError(f"{self._execution}: the history does not begin with its start")
        task_list = TaskList(name=restart.task_list) if restart.task_list else settings.task_list
        return decisions.ContinueAsNewWorkflowExecution(
            attributes=decisions.ContinueAsNewWorkflowExecutionAttributes(
                input=restart.input,
                task_list=task_list,
                task_priority=settings.task_priority,
                child_policy=settings.child_policy,
                lambda_role=settings.lambda_role,
                tag_list=settings.tag_list if restart.tags is None else restart.tags,
                workflow_type_version=settings.workflow_type.version,
                execution_start_to_close_timeout=_seconds(
                    restart.workflow_duration, settings.execution_start_to_close_timeout
                ),
                task_start_to_close_timeout=_seconds(
                    restart.decision_duration, settings.task_start_to_close_timeout
                ),
            )
        )


# Closing decisions that drop whatever else was asked for with them.
_ALONE = (decisions.ContinueAsNewWorkflowExecution, decisions.FailWorkflowExecution)

_TAKERS: dict[type[Event], Any] = {
    **dict.fromkeys(matching.ECHOES, WorkflowRun.take_echo),
    **dict.fromkeys(OUTCOMES, WorkflowRun.take_outcome),
    **dict.fromkeys(
        (event for event in OUTCOMES if event in matching.ECHOES), WorkflowRun.take_echo
    ),
    child.StartChildWorkflowExecutionFailed: WorkflowRun.take_child_not_started,
    decision.DecisionTaskCompleted: WorkflowRun.take_decision_completed,
    decision.DecisionTaskStarted: WorkflowRun.take_decision_started,
    decision.DecisionTaskTimedOut: WorkflowRun.take_decision_timed_out,
    workflow.WorkflowExecutionCancelRequested: WorkflowRun.take_outcome,
    workflow.WorkflowExecutionCanceled: WorkflowRun.take_close,
    workflow.WorkflowExecutionCompleted: WorkflowRun.take_close,
    workflow.WorkflowExecutionContinuedAsNew: WorkflowRun.take_close,
    workflow.WorkflowExecutionFailed: WorkflowRun.take_close,
    workflow.WorkflowExecutionStarted: WorkflowRun.take_start,
    workflow.WorkflowExecutionTerminated: WorkflowRun.take_close,
    workflow.WorkflowExecutionTimedOut: WorkflowRun.take_close,
}


def _child_prefix(execution: ExecutionId) -> str:
    # SWF takes no ':', '/', '|' nor 'arn' in a workflow id; a digest in hex has none of them, and
    # is the same in every replay of this run and another in the next run of the same workflow id.
    return hashlib.blake2b(execution.run_id.encode(), digest_size=16).hexdigest()


def _fail(error: BaseException) -> decisions.FailWorkflowExecution:
    reason, details = failure.describe(error)
    return decisions.FailWorkflowExecution(
        attributes=decisions.FailWorkflowExecutionAttributes(reason=reason, details=details)
    )


def _seconds(chosen: int | None, inherited: str | None) -> str | None:
    return inherited if chosen is None else str(chosen)


def _close_coroutine(task: asyncio.Task[Any]) -> None:
    coroutine = task.get_coro()
    if not inspect.iscoroutine(coroutine):
        return
    for _ in range(bridge.DROPS):
        try:
            coroutine.close()
        except RuntimeError as error:
            log.debug("%r waits in a finally block: %s", coroutine, error)
        except Exception:
            log.exception("a finally block of a dropped run raised")
            return
        else:
            return
