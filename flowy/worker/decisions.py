"""Decision tasks: poll, read the history, feed the run, answer.

A run stays in memory between its decisions, and the service is asked for new events only. When the
run is not here, or events are missing, the whole history is fetched and a new run is fed with it.
A run whose decisions did not arrive is dropped: what it asked for is not in the history.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from flowy.decider.limits import Limits
from flowy.decider.run import WorkflowRun
from flowy.determinism.guards import guard
from flowy.errors import (
    BlockedDecisionError,
    Fault,
    FlowyError,
    NondeterminismError,
    PayloadUnavailable,
    ServiceUnavailable,
    StaleRunError,
)
from flowy.protocol.decisions import (
    Decision,
    FailWorkflowExecution,
    FailWorkflowExecutionAttributes,
)
from flowy.protocol.faults import SerializationException, ValidationException
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.protocol.requests.decision_tasks import (
    PollForDecisionTask,
    RespondDecisionTaskCompleted,
)
from flowy.protocol.tasks import DecisionTask
from flowy.task.definition import WorkflowDefinition
from flowy.task.registry import Registry
from flowy.transport import sealed
from flowy.worker import history
from flowy.worker.cache import RUN_BYTES, Decided, Run, RunCache, weigh
from flowy.worker.exchange import Exchange
from flowy.worker.listener import ExecutionListener, tell_decisions
from flowy.worker.middleware import Chain, DecisionInput, Middleware, overriding
from flowy.worker.mismatch import Mismatches
from flowy.worker.poller import Source
from flowy.worker.settings import DeciderSettings
from flowy.worker.sticky import Inlet, Stickiness, Sticky
from flowy.worker.telling import DecisionTeller, Told
from flowy.worker.watchdog import Watch

replace = msgspec.structs.replace

logger = logging.getLogger(__name__)

MakeRun = Callable[[WorkflowDefinition, ExecutionId], Run]


TOGETHER = 16
"""Decision tasks that are taken at once when so many wait; their answers share a commit."""

PATIENCE = 60.0
"""Seconds for which an execution that is to fail is failed while the service is away."""

LONGEST = 0.02
"""Seconds after which an answer waits no more for others."""


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that has not been sent yet, and the run that made it."""

    task: DecisionTask
    definition: WorkflowDefinition
    execution: ExecutionId
    run: Run
    decided: Decided
    decided_at: float
    size: int
    request: RespondDecisionTaskCompleted
    told: Told | None = None

    @property
    def deadline(self) -> float:
        return self.decided_at + self.definition.decision_duration

    @property
    def what(self) -> str:
        return f"answering a decision task of {self.definition.id}, execution {self.execution}"

    def log(self, error: FlowyError) -> None:
        logger.warning(
            "%s failed; it is decided anew when the task comes again: %s: %s",
            self.what,
            type(error).__name__,
            error,
        )


class _Answering:
    """What a call with answers does, for the log."""

    __slots__ = ("_answers",)

    def __init__(self, answers: Sequence[_Answer]) -> None:
        self._answers = answers

    def __str__(self) -> str:
        executions = ", ".join(str(each.execution) for each in self._answers)
        return f"answering decision tasks of {executions}"


class DecisionPoller:
    """Decides the workflows of one task list.

    Args:
        source: Where the tasks come from.
        registry: The workflow types that are served.
        cache: Keeps runs between their decisions.
        make_run: Makes the run of an execution; by default one that the settings guard.
        catalog: Is told what becomes of executions.
        settings: How decisions are made.
        sticky: How decisions of the runs that are kept come here when others decide too; None
            leaves them on the list that all share.
        middleware: What goes around decisions, the outermost first.
    """

    def __init__(
        self,
        source: Source,
        registry: Registry[WorkflowDefinition],
        cache: RunCache | None = None,
        make_run: MakeRun | None = None,
        *,
        catalog: ExecutionListener | None = None,
        settings: DeciderSettings | None = None,
        sticky: Sticky | None = None,
        middleware: Sequence[Middleware] = (),
    ) -> None:
        settings = settings or DeciderSettings()
        self.source = source
        self.cache = RunCache() if cache is None else cache
        self._registry = registry
        self._make_run = make_run or partial(
            WorkflowRun,
            packing=source.packing,
            is_guarded=settings.guarded,
            limits=_limits(source, settings),
        )
        self.watch = Watch(settings)
        self.mismatches = Mismatches(settings.mismatched, source.packing)
        own = settings.list_of(source.task_list)
        self._own_list = None if own is None else TaskList(name=own)
        if settings.guarded:
            guard(registry)
        self._request = PollForDecisionTask(
            domain=source.domain,
            task_list=TaskList(name=source.task_list),
            identity=source.identity,
        )
        self._exchange: Inlet = Exchange(source, self._next_request, TOGETHER)
        self._sticky = Stickiness(source, sticky)
        self._steps = overriding(middleware, "decision")
        self._unsent: list[_Answer] = []
        self._teller = DecisionTeller(source)
        self._catalog = catalog

    @property
    def has_begun(self) -> bool:
        """Whether there are tasks, or the next poll was begun with the last answers."""
        return self._exchange.has_begun

    def poll(self) -> DecisionTask | None:
        """Wait for a decision task and read all its pages."""
        self._exchange = self._sticky.inlet(self._exchange)
        if not self.has_begun:
            self._set_request(keeps=len(self.cache) > 0)
        task = self._sticky.inherited()
        if not task.task_token:
            task = self._exchange.poll()
        if not task.task_token:
            return None
        try:
            return history.complete(self.source, self._request, task)
        except FlowyError:
            if self._unsent and not self._exchange.has_tasks:
                self._send(more=0)
            raise

    def handle(self, task: DecisionTask, more: int = 0) -> None:
        """Decide, and answer; a task that cannot be decided is left to time out.

        Tasks that came together are answered together, unless deciding them takes its time.
        """
        answer = self._answered(task)
        if answer is not None:
            self._unsent.append(answer)
        if self._unsent and not (more and self._exchange.has_tasks and self._is_quick()):
            self._send(more)

    def close(self) -> None:
        """Drop the runs that are kept."""
        self._exchange.close()
        self.cache.close()

    def _next_request(self) -> PollForDecisionTask:
        return self._request

    def _set_request(self, *, keeps: bool) -> None:
        """Ask for new events only as long as runs are kept."""
        trims = True if keeps else None
        if self._request.start_at_previous_started_event is not trims:
            self._request = replace(self._request, start_at_previous_started_event=trims)

    def _answered(self, task: DecisionTask) -> "_Answer | None":
        execution, type_id = task.workflow_execution, task.workflow_type
        if execution is None or type_id is None:
            logger.error("a decision task that names no execution was ignored: %r", task)
            return None
        definition = self._registry.get(type_id)
        if definition is None:
            self._log_unknown(type_id, execution)
            return None
        with self._teller.begin(task, execution, type_id):
            found = self._decided(definition, execution, task)
        if found is None:
            return None
        run, decided, size = found
        told = self._teller.decided(run, decided, len(self.cache))
        request = RespondDecisionTaskCompleted(
            task_token=task.task_token,
            decisions=self._teller.carrying(decided),
            execution_context=decided.execution_context,
            # Without a timeout: the execution stays with workers of this build.
            task_list=self._own_list,
        )
        if not decided.closes:
            request = self._sticky.place(request, execution)
        else:
            self._sticky.closed(execution)
        return _Answer(
            task=task,
            definition=definition,
            execution=execution,
            run=run,
            decided=decided,
            decided_at=self.source.clock.now(),
            size=size,
            request=request,
            told=told,
        )

    def _decided(
        self, definition: WorkflowDefinition, execution: ExecutionId, task: DecisionTask
    ) -> tuple[Run, Decided, int] | None:
        try:
            return self._decide(definition, execution, task)
        except NondeterminismError as error:
            self._teller.failed("held", error)
            self._part(definition, execution, task, error)
        except BlockedDecisionError as error:
            self._teller.failed("failed", error)
            logger.error(  # noqa: TRY400 -- the watchdog has logged where
                "%s: the decision was ended, it is tried again after its timeout",
                _named(definition, execution),
            )
        except (Fault, ServiceUnavailable) as error:
            self._teller.failed("held", error)
            what = _named(definition, execution)
            logger.warning("%s: its history could not be read, left to time out: %s", what, error)
        except PayloadUnavailable as error:
            self._teller.failed("held", error)
            logger.error(  # noqa: TRY400 -- the message says which volume, and why
                "%s is held: %s; it is decided when the volume can be used and its task has timed "
                "out",
                _named(definition, execution),
                error,
            )
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # user code may raise anything, and the worker goes on
            self._teller.failed("failed", error)
            what = _named(definition, execution)
            logger.exception("%s: deciding failed, it is tried again after its timeout", what)
        return None

    def _decide(
        self, definition: WorkflowDefinition, execution: ExecutionId, task: DecisionTask
    ) -> tuple[Run, Decided, int]:
        """Return the run that decided, what it decided, and about how many bytes it takes."""
        events = list(task.events)
        size = self.cache.bytes_of(execution)
        kept = self.cache.take(execution)
        if kept is not None and events and events[0].event_id <= kept.last_event_id + 1:
            self._sticky.came(execution, events)
            self._teller.kept()
            new = events[kept.last_event_id + 1 - events[0].event_id :]
            try:
                return kept, self._made(definition, execution, kept, events), size + weigh(new)
            except StaleRunError as error:
                logger.info("execution %s: the kept run is made anew: %s", execution, error)
        else:
            self._sticky.forget(execution)
            if kept is not None:
                self._sticky.decided_elsewhere()
                kept.close()
        if not events or events[0].event_id != 1:
            events = history.whole(self.source, execution, task.started_event_id)
        self._teller.anew(events)
        run = self._make_run(definition, execution)
        return run, self._made(definition, execution, run, events), RUN_BYTES + weigh(events)

    def _made(
        self,
        definition: WorkflowDefinition,
        execution: ExecutionId,
        run: Run,
        events: list[HistoryEvent],
    ) -> Decided:
        """Have a run decide, with the middleware around it."""
        if not self._steps:
            return self._fed(run, execution, events)
        given = DecisionInput(
            definition=definition,
            execution=execution,
            events=events,
            is_replayed=run.last_event_id == 0,
        )
        chain = Chain(self._steps, given)
        decided: Decided | None = None
        raised: BaseException | None = None
        try:
            decided = chain.context.run(self._fed, run, execution, events)
        except BaseException as error:  # noqa: BLE001 -- the chain raises it again
            raised = error
        outcome: Decided = chain.end(decided, raised)
        return outcome

    def _fed(self, run: Run, execution: ExecutionId, events: list[HistoryEvent]) -> Decided:
        """Feed a run; one that could not take the events is of no more use."""
        decided = None
        self.watch.begin(execution)
        try:
            decided = run.feed(events)
        finally:
            blocked = self.watch.end()
            if decided is None or blocked is not None:
                run.close()
        if blocked is not None:
            raise blocked
        return decided

    def _part(
        self,
        definition: WorkflowDefinition,
        execution: ExecutionId,
        task: DecisionTask,
        error: NondeterminismError,
    ) -> None:
        """Hold an execution whose history the code does not follow, or fail it."""

        def events() -> Sequence[HistoryEvent]:
            if task.events and task.events[0].event_id == 1:
                return task.events
            return history.whole(self.source, execution, task.started_event_id)

        failed = self.mismatches.met(definition, execution, error, events)
        if failed is not None:
            what = f"failing workflow {definition.id}, execution {execution}"
            self._send_close(task, failed, what, self.source.clock.now() + PATIENCE)

    def _is_quick(self) -> bool:
        return self.source.clock.now() < self._unsent[0].decided_at + LONGEST

    def _send(self, more: int) -> None:
        answers, self._unsent = self._unsent, []
        if self._sticky.is_due:  # the next poll is another one
            more = 0
        keeps = len(self.cache) > 0 or not all(answer.decided.closes for answer in answers)
        self._set_request(keeps=keeps)
        deadline = min([answer.deadline for answer in answers])
        requests = [answer.request for answer in answers]
        errors = self._exchange.answer(requests, _Answering(answers), deadline, more)
        for answer, error in zip(answers, errors, strict=True):
            self._settle(answer, error)

    def _settle(self, answer: _Answer, error: FlowyError | None) -> None:
        """Keep the run of an answer that arrived; one whose answer did not is of no more use."""
        self._teller.settled(answer.told, error)
        if error is None:
            self.mismatches.followed(answer.execution)
            self._tell(answer.task, answer.decided.decisions)
        if error is None and not answer.decided.closes:
            self.cache.keep(answer.execution, answer.run, answer.size)
            return
        answer.run.close()
        if isinstance(error, SerializationException | ValidationException):
            self._send_refusal(answer, error)
        elif error is not None:
            answer.log(error)

    def _send_refusal(self, answer: _Answer, error: Fault) -> None:
        """Fail an execution whose decisions the service will never take."""
        logger.error("%s was refused, and fails the execution: %s", answer.what, error)
        reason, details = sealed.describe(self.source.packing, error)
        attributes = FailWorkflowExecutionAttributes(reason=reason, details=details)
        failed = FailWorkflowExecution(attributes=attributes)
        self._send_close(answer.task, failed, answer.what, answer.deadline)

    def _send_close(
        self, task: DecisionTask, decision: FailWorkflowExecution, what: str, deadline: float
    ) -> None:
        request = RespondDecisionTaskCompleted(task_token=task.task_token, decisions=(decision,))
        try:
            self.source.persist(lambda: self.source.client.call(request), what, deadline)
        except FlowyError as error:
            logger.warning("%s failed: %s: %s", what, type(error).__name__, error)
        else:
            self._tell(task, request.decisions or ())

    def _tell(self, task: DecisionTask, decisions: Sequence[Decision]) -> None:
        if self._catalog is not None:
            source = self.source
            tell_decisions(self._catalog, source.domain, task, decisions, source.packing)

    def _log_unknown(self, type_id: TypeId, execution: ExecutionId) -> None:
        logger.error(
            "workflow %s, execution %s: this worker does not serve that type, the decision task is "
            "left to time out; on task list %s it serves %s",
            type_id,
            execution,
            self.source.task_list,
            ", ".join(sorted(str(definition.id) for definition in self._registry)) or "nothing",
        )


def _named(definition: WorkflowDefinition, execution: ExecutionId) -> str:
    return f"workflow {definition.id}, execution {execution}"


def _limits(source: Source, settings: DeciderSettings) -> Limits:
    most = settings.most_decisions or getattr(source.client, "most_decisions", None)
    return Limits(decisions=most)
