"""Decision tasks: poll, read the history, feed the run, answer.

A run stays in memory between its decisions, and the service is asked for new events only. When the
run is not here, or events are missing, the whole history is fetched and a new run is fed with it.
A run whose decisions did not arrive is dropped: what it asked for is not in the history.
"""

import logging
from collections.abc import Callable, Sequence

from flowy.decider.run import WorkflowRun
from flowy.errors import Fault, FlowyError, NondeterminismError, ServiceUnavailable, StaleRunError
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
from flowy.transport import failure
from flowy.worker import history
from flowy.worker.cache import Decided, Run, RunCache
from flowy.worker.listener import ExecutionListener, tell_decisions
from flowy.worker.poller import Source

logger = logging.getLogger(__name__)

MakeRun = Callable[[WorkflowDefinition, ExecutionId], Run]


class DecisionPoller:
    """Decides the workflows of one task list.

    Args:
        source: Where the tasks come from.
        registry: The workflow types that are served.
        cache: Keeps runs between their decisions.
        make_run: Makes the run of an execution.
        catalog: Is told what becomes of executions.
    """

    def __init__(
        self,
        source: Source,
        registry: Registry[WorkflowDefinition],
        cache: RunCache | None = None,
        make_run: MakeRun = WorkflowRun,
        *,
        catalog: ExecutionListener | None = None,
    ) -> None:
        self.source = source
        self.cache = RunCache() if cache is None else cache
        self._registry = registry
        self._make_run = make_run
        self._catalog = catalog

    def poll(self) -> DecisionTask | None:
        """Wait for a decision task and read all its pages."""
        request = PollForDecisionTask(
            domain=self.source.domain,
            task_list=TaskList(name=self.source.task_list),
            identity=self.source.identity,
            start_at_previous_started_event=True if len(self.cache) else None,
        )
        task = self.source.client.call(request)
        return history.complete(self.source, request, task) if task.task_token else None

    def handle(self, task: DecisionTask) -> None:
        """Decide, and answer; a task that cannot be decided is left to time out."""
        execution, type_id = task.workflow_execution, task.workflow_type
        if execution is None or type_id is None:
            logger.error("a decision task that names no execution was ignored: %r", task)
            return
        definition = self._registry.get(type_id)
        if definition is None:
            self._log_unknown(type_id, execution)
            return
        found = self._decided(definition, execution, task)
        if found is not None:
            run, decided = found
            self._answer(definition, task, run, decided)

    def close(self) -> None:
        """Drop the runs that are kept."""
        self.cache.close()

    def _decided(
        self, definition: WorkflowDefinition, execution: ExecutionId, task: DecisionTask
    ) -> tuple[Run, Decided] | None:
        what = f"workflow {definition.id}, execution {execution}"
        try:
            return self._decide(definition, execution, task)
        except NondeterminismError as error:
            logger.error(  # noqa: TRY400 -- the message says where; the traceback is only ours
                "%s: the code does not follow its history: %s; no decision is sent, it is tried "
                "again when the task has timed out: bring back the code that this execution began "
                "with, and give the changed one a new version",
                what,
                error,
            )
        except (Fault, ServiceUnavailable) as error:
            logger.warning("%s: its history could not be read, left to time out: %s", what, error)
        except KeyboardInterrupt:
            raise
        except BaseException:  # user code may raise anything, and the worker goes on
            logger.exception("%s: deciding failed, it is tried again after its timeout", what)
        return None

    def _decide(
        self, definition: WorkflowDefinition, execution: ExecutionId, task: DecisionTask
    ) -> tuple[Run, Decided]:
        events = list(task.events)
        kept = self.cache.take(execution)
        if kept is not None and events and events[0].event_id <= kept.last_event_id + 1:
            try:
                return kept, _fed(kept, events)
            except StaleRunError as error:
                logger.info("execution %s: the kept run is made anew: %s", execution, error)
        elif kept is not None:
            kept.close()
        if not events or events[0].event_id != 1:
            events = history.whole(self.source, execution, task.started_event_id)
        run = self._make_run(definition, execution)
        return run, _fed(run, events)

    def _answer(
        self, definition: WorkflowDefinition, task: DecisionTask, run: Run, decided: Decided
    ) -> None:
        what = f"answering a decision task of {definition.id}, execution {task.workflow_execution}"
        request = RespondDecisionTaskCompleted(
            task_token=task.task_token,
            decisions=decided.decisions,
            execution_context=decided.execution_context,
        )
        try:
            self._send(definition, request, what)
        except (SerializationException, ValidationException) as error:
            run.close()
            self._send_refusal(definition, task, error, what)
        except FlowyError as error:
            logger.warning(
                "%s failed; it is decided anew when the task comes again: %s: %s",
                what,
                type(error).__name__,
                error,
            )
            run.close()
        else:
            self._keep(task, run, decided)
            self._tell(task, decided.decisions)

    def _tell(self, task: DecisionTask, decisions: Sequence[Decision]) -> None:
        if self._catalog is not None:
            tell_decisions(self._catalog, self.source.domain, task, decisions)

    def _send(
        self, definition: WorkflowDefinition, request: RespondDecisionTaskCompleted, what: str
    ) -> None:
        deadline = self.source.clock.now() + definition.decision_duration
        self.source.persist(lambda: self.source.client.call(request), what, deadline)

    def _send_refusal(
        self, definition: WorkflowDefinition, task: DecisionTask, error: Fault, what: str
    ) -> None:
        """Fail an execution whose decisions the service will never take."""
        logger.error("%s was refused, and fails the execution: %s", what, error)
        reason, details = failure.describe(error)
        attributes = FailWorkflowExecutionAttributes(reason=reason, details=details)
        request = RespondDecisionTaskCompleted(
            task_token=task.task_token, decisions=(FailWorkflowExecution(attributes=attributes),)
        )
        try:
            self._send(definition, request, what)
        except FlowyError as again:
            logger.warning("%s failed: %s: %s", what, type(again).__name__, again)
        else:
            self._tell(task, request.decisions or ())

    def _keep(self, task: DecisionTask, run: Run, decided: Decided) -> None:
        if decided.closes or task.workflow_execution is None:
            run.close()
        else:
            self.cache.keep(task.workflow_execution, run)

    def _log_unknown(self, type_id: TypeId, execution: ExecutionId) -> None:
        logger.error(
            "workflow %s, execution %s: this worker does not serve that type, the decision task is "
            "left to time out; on task list %s it serves %s",
            type_id,
            execution,
            self.source.task_list,
            ", ".join(sorted(str(definition.id) for definition in self._registry)) or "nothing",
        )


def _fed(run: Run, events: list[HistoryEvent]) -> Decided:
    """Feed a run; one that could not take the events is of no more use."""
    fed = False
    try:
        decided = run.feed(events)
        fed = True
    finally:
        if not fed:
            run.close()
    return decided
