"""Activity tasks: poll, have the user's code run, answer.

Whatever user code does, short of ending the process, becomes the task's answer; a result that did
not arrive is sent again while the task may still be alive. An inline activity is done in the
poller's thread, and its answer takes the next poll along; those that have been quick are taken
several at once and answered together. Any other one is started, and the poller goes on polling
while it has slots.
"""

import logging
import threading
from collections.abc import Sequence
from functools import partial
from time import perf_counter  # by name: no guard of workflow code stands in front of it

import msgspec

from flowy.errors import Fault, FlowyError
from flowy.execution.strategies.kept_loop import KeptLoopStrategy
from flowy.protocol.faults import SerializationException, ValidationException
from flowy.protocol.ids import TaskList
from flowy.protocol.requests.activity_tasks import (
    PollForActivityTask,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.tasks import ActivityTask
from flowy.task.definition import ActivityDefinition
from flowy.task.registry import Registry
from flowy.transport import sealed
from flowy.worker.cataloguing import run_of
from flowy.worker.exchange import Exchange, send
from flowy.worker.job import BLOCKED, LEAVES, ActivityJob, Answer, named
from flowy.worker.listener import ExecutionListener
from flowy.worker.poller import Source
from flowy.worker.together import Appetite, Together
from flowy.worker.workshop import INLINE, ActivitySettings, Workshop

logger = logging.getLogger(__name__)


class _Kept(msgspec.Struct, frozen=True):
    """An answer that has not been sent yet."""

    job: ActivityJob
    answer: Answer
    deadline: float


class _Answering:
    """What a call with answers does, for the log."""

    __slots__ = ("_kept",)

    def __init__(self, kept: Sequence[_Kept]) -> None:
        self._kept = kept

    def __str__(self) -> str:
        return f"answering {len(self._kept)} activities, the first being {self._kept[0].job}"


class ActivityPoller:
    """Gets the activities of one task list, and does those that run inline.

    Args:
        source: Where the tasks come from.
        registry: The activity types that are served.
        shop: What the worker's activities share; without one the poller has its own.
        catalog: Has the runs that activities store files in.

    Raises:
        DefinitionError: A type wants a strategy that the worker has not.
    """

    def __init__(
        self,
        source: Source,
        registry: Registry[ActivityDefinition],
        shop: Workshop | None = None,
        *,
        catalog: ExecutionListener | None = None,
    ) -> None:
        self.source = source
        self._registry = registry
        self._owns_shop = shop is None
        self.shop = shop or Workshop(
            ActivitySettings(), source.clock, source.stop, source.telemetry
        )
        self._catalog = catalog
        self._inline = KeptLoopStrategy()
        self._slotted = self.shop.slotted(registry)
        self._has_slots = False
        self._poll = PollForActivityTask(
            domain=source.domain,
            task_list=TaskList(name=source.task_list),
            identity=source.identity,
        )
        self._exchange = Exchange(source, lambda: self._poll)
        self._begins_polls = not self._slotted and self.shop.pace is None
        self._appetite = Appetite()
        self._together: Together[_Kept] = Together(self._relieve)

    @property
    def has_begun(self) -> bool:
        """Whether the next poll was begun with the last answer."""
        return self._exchange.has_begun

    def poll(self) -> ActivityTask | None:
        """Wait until a task could begin, and then for one."""
        if self._begins_polls:
            return self._next()
        if not self._prepare():
            return None
        found = None
        try:
            task = self._exchange.poll()
            found = task if task.task_token else None
        finally:
            if found is None:
                self._give_back()
        return found

    def handle(self, task: ActivityTask, more: int = 0) -> None:
        """Do the work, or start it; a task of an unknown type is left to time out."""
        definition = self._definition(task)
        if definition is None:
            self._log_unknown(task)
            self._give_back()
            return
        if self.shop.strategy_of(definition) == INLINE:
            self._do(definition, task, more)
        else:
            self._start(definition, task)

    def close(self) -> None:
        """Send what still waits, and let go of the loop."""
        self._answer_all(self._together.take(), 0)
        self._together.close()
        self._exchange.close()
        self._inline.close()
        if self._owns_shop:
            self.shop.close()

    # Several at once

    def _next(self) -> ActivityTask | None:
        had_tasks = self._exchange.has_tasks
        if not had_tasks:
            self._answer_all(self._together.take(), 0)
        task = self._exchange.poll()
        if self._exchange.has_tasks and not had_tasks:
            self._together.begin()
        return task if task.task_token else None

    def _keep(self, job: ActivityJob, answer: Answer, began: float, more: int) -> None:
        """Answer with the tasks that were taken with this one, as long as all are quick."""
        self._appetite.took(perf_counter() - began)
        self._exchange.most = self._appetite.most
        self._together.keep(_Kept(job, answer, self._deadline(job)))
        if not (more and self._exchange.has_tasks and self._appetite.most > 1):
            self._answer_all(self._together.take(), more)

    def _answer_all(self, kept: Sequence[_Kept], more: int) -> None:
        if not kept:
            return
        deadline = min([each.deadline for each in kept])
        answers = [each.answer for each in kept]
        errors = self._exchange.answer(answers, _Answering(kept), deadline, more)
        for each, error in zip(kept, errors, strict=True):
            self._settle(each.job, each.answer, error)

    def _relieve(self, kept: Sequence[_Kept]) -> None:
        """Send answers that an activity holds up, and hand back what waits behind it."""
        for each in kept:
            self._answer(each.job, each.answer)
        for task in self._exchange.surrender():
            definition = self._definition(task)
            if definition is not None:
                job = ActivityJob(self.shop, self.source, definition, task, self._hand_back)
                job.hand_back(LEAVES if self.shop.is_closing else BLOCKED)

    def _hand_back(self, job: ActivityJob, answer: Answer | None) -> None:
        if answer is not None:
            self._answer(job, answer)

    # Slots

    def _prepare(self) -> bool:
        """Wait for slots and for the pace; return False when the worker is to leave."""
        if not self.shop.slots.take(self._slotted):
            return False
        self._has_slots = True
        if self.shop.pace is not None and not self.shop.pace.take():
            self._has_slots = False
            self.shop.slots.give_back(self._slotted)
            return False
        return True

    def _give_back(self, but: str | None = None) -> None:
        """Give the slots back that a poll took, but for the one that its task keeps."""
        if not self._has_slots:
            return
        self._has_slots = False
        self.shop.slots.give_back(self._slotted - {but or ""})
        if but is None and self.shop.pace is not None:
            self.shop.pace.give_back()

    # Doing

    def _do(self, definition: ActivityDefinition, task: ActivityTask, more: int) -> None:
        self._give_back(INLINE)
        thread, began = threading.get_ident(), perf_counter()

        def answer(job: ActivityJob, answer: Answer | None) -> None:
            if answer is None:
                return
            if self._begins_polls and threading.get_ident() == thread:
                self._keep(job, answer, began, more)
            else:  # handed back from another thread, it begins no poll
                self._answer(job, answer)

        self._begin(ActivityJob(self.shop, self.source, definition, task, answer))

    def _start(self, definition: ActivityDefinition, task: ActivityTask) -> None:
        def answer(job: ActivityJob, answer: Answer | None) -> None:
            try:
                if answer is not None:
                    self._answer(job, answer)
            finally:
                self.shop.slots.give_back((job.strategy,))

        job = ActivityJob(self.shop, self.source, definition, task, answer)
        if self._has_slots:
            self._give_back(job.strategy)
        else:
            self.shop.slots.take((job.strategy,))
        self._begin(job)

    def _begin(self, job: ActivityJob) -> None:
        if self._catalog is not None:
            job.find_run = partial(run_of, self._catalog, self.source, job.task)
        if self.shop.is_closing:
            job.hand_back()
        elif job.strategy == INLINE:
            job.begin(self._inline)
        else:
            job.begin(self.shop.strategy(job.strategy))

    # Answering

    def _answer(self, job: ActivityJob, answer: Answer) -> None:
        error = send(self.source, answer, f"answering {job}", self._deadline(job))
        self._settle(job, answer, error)

    def _deadline(self, job: ActivityJob) -> float:
        longest = max(job.definition.schedule_to_close, job.definition.start_to_close)
        return self.source.clock.now() + longest

    def _settle(self, job: ActivityJob, answer: Answer, error: FlowyError | None) -> None:
        if isinstance(error, SerializationException | ValidationException):
            self._answer_refusal(job, answer, error)
        elif error is not None:
            logger.warning("answering %s failed: %s: %s", job, type(error).__name__, error)

    def _answer_refusal(self, job: ActivityJob, answer: Answer, error: Fault) -> None:
        """Fail a task whose result the service does not take, so that its workflow learns why."""
        logger.error("the answer of %s was refused: %s", job, error)
        if isinstance(answer, RespondActivityTaskCompleted):
            reason, details = sealed.describe(self.source.packing, error)
            failed = RespondActivityTaskFailed(
                task_token=job.task.task_token, reason=reason, details=details
            )
            self._answer(job, failed)

    def _definition(self, task: ActivityTask) -> ActivityDefinition | None:
        return None if task.activity_type is None else self._registry.get(task.activity_type)

    def _log_unknown(self, task: ActivityTask) -> None:
        logger.error(
            "%s: this worker does not serve that type, the task is left to time out; on task list "
            "%s it serves %s",
            named(task),
            self.source.task_list,
            ", ".join(sorted(str(definition.id) for definition in self._registry)) or "nothing",
        )
