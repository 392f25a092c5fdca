"""One activity task: its code is run on a strategy, watched, and answered once."""

import asyncio
import contextvars
import hashlib
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from flowy.errors import (
    ExecutionCanceled,
    FlowyError,
    HandedBack,
    NotRepeated,
    SuspendTask,
    TaskCanceled,
)
from flowy.execution.call import Call, is_coroutine_function
from flowy.execution.execution import Execution, Limits
from flowy.execution.outcome import Outcome, Status
from flowy.execution.retry import ONCE
from flowy.execution.script import Script, ScriptOutput
from flowy.execution.strategy import Strategy
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.protocol.tasks import ActivityTask
from flowy.task import runs
from flowy.task.context import ActivityInfo, RunFiles
from flowy.task.definition import ActivityDefinition
from flowy.task.task import Task
from flowy.transport import attempt, sealed
from flowy.worker import elsewhere, texts
from flowy.worker.attempts import Before, before
from flowy.worker.heartbeat import Beaten, Beating, Heartbeat
from flowy.worker.middleware import ActivityInput, Chain
from flowy.worker.noting import ActivityNote
from flowy.worker.poller import Source
from flowy.worker.resources import Lives
from flowy.worker.workshop import ASYNCIO, INLINE, PROCESS, SCRIPT, THREAD, Workshop

logger = logging.getLogger(__name__)

T = TypeVar("T")

Answer = RespondActivityTaskCompleted | RespondActivityTaskFailed | RespondActivityTaskCanceled
Sender = Callable[["ActivityJob", Answer | None], None]

LEAVES = "the worker leaves, and it was not done in time"
BLOCKED = "an activity that was taken with it blocks the thread that was to do both"

GRACE = 86_400.0
"""Seconds that a coroutine which is cancelled may take to clean up; its slot is taken meanwhile."""

FORKED_STATUS = 70
"""The exit status of a copy of the worker that an activity made by ``os.fork`` and came back in."""

_HERE = frozenset({INLINE, ASYNCIO, THREAD})
_ANSWERS_ITSELF = frozenset({INLINE, PROCESS, SCRIPT, THREAD})
_ONCE = Limits(grace=GRACE)


class ActivityJob:
    """Does one activity task; it is what the activity reaches as its context.

    Args:
        shop: What the worker's activities share.
        source: Where the task came from.
        definition: The task's type.
        task: The task.
        send: Sends the answer, on the thread that brings it; None stays unanswered.
    """

    def __init__(
        self,
        shop: Workshop,
        source: Source,
        definition: ActivityDefinition,
        task: ActivityTask,
        send: Sender,
    ) -> None:
        self.definition = definition
        self.task = task
        self.info = info(source, task)
        self._name = named(task)
        self.strategy = shop.strategy_of(definition)
        self._shop = shop
        self._source = source
        self._send = send
        self._lock = threading.RLock()
        self._pausing: threading.Condition | None = None
        self._answered = False
        self._begun = False
        self._before: Before | None = None
        self._lives = Lives()
        self._execution: Execution | None = None
        self._is_stoppable: bool | None = False
        self._activity: Any = None
        self._chain: Chain | None = None
        self._beating: Beating | None = None
        self.find_run: Callable[[], RunFiles | None] = _no_run
        """Finds the catalogued run that the activity works for."""
        self._process_id = os.getpid()
        self._note = ActivityNote(source.telemetry, source.clock)
        self._heartbeat = Heartbeat(
            Beaten(
                client=source.client,
                task_token=task.task_token,
                name=self._name,
                timeout=attempt.read(task.activity_id).heartbeat or definition.heartbeat,
                packing=source.packing,
            ),
            source.clock,
            self._stop,
            shop.settings.look_every,
        )

    def __str__(self) -> str:
        return self._name

    # What the activity asks

    def heartbeat(self, details: str | None) -> bool:
        """Send a heartbeat now."""
        return self._heartbeat.heartbeat(details)

    def progress(self, done: float, total: float | None, details: str | None) -> None:
        """Report how far the activity is."""
        self._heartbeat.progress(done, total, details)

    @property
    def cancel_requested(self) -> bool:
        """Whether the activity is to stop."""
        return self._heartbeat.cancel_requested

    def heartbeat_details(self) -> str | None:
        """Return what the attempts before reported last."""
        return self._attempts_before().details

    def resource(self, kind: type[T]) -> T:
        """Return the resource of a type."""
        return self._shop.resources.get(kind, self._lives)

    # The life of the task

    def begin(self, strategy: Strategy) -> None:
        """Start the code; with an inline strategy this returns when it has ended.

        Raises:
            KeyboardInterrupt: It came while the code ran inline; the task stays unanswered.
        """
        self._shop.began(self)
        # Also while the input is fetched, and what the attempts before did.
        self._beating = self._shop.pulse.begin(self._heartbeat)
        try:
            call = self._call()
        except BaseException as error:  # noqa: BLE001 -- it is the task's failure
            self._finish(None, error)
            return
        if not self._take_up():
            return
        if self.strategy == INLINE:
            self._run_here(call, strategy)
            return
        limits = Limits(retry=self.definition.local_retry or ONCE, grace=GRACE)
        self._execution = execution = self._shop.runner.ready(call, strategy, limits)
        execution.add_done_callback(self._ended)
        if self._is_over:
            self._interrupt()
        execution.start()

    def _run_here(self, call: Call, strategy: Strategy) -> None:
        """Run the code on this thread, and so the further tries, which alarms would not."""
        policy = self.definition.local_retry or ONCE
        began, tries = self._source.clock.now(), 0
        while True:
            execution = self._shop.runner.ready(call, strategy, _ONCE)
            self._execution = execution
            if self._is_over:
                self._interrupt()
            try:
                execution.start()
            except KeyboardInterrupt:
                self._let_go()
                raise
            outcome, tries = execution.outcome(), tries + 1
            error = outcome.error
            if error is None or self._is_over:
                break
            elapsed = self._source.clock.now() - began
            pause = policy.next_pause(tries, error, elapsed, self._source.chance)
            if pause is None:
                break
            logger.info("%s failed at try %d; again in %g s: %s", self, tries, pause, error)
            if not self._pause(pause):
                error = ExecutionCanceled(f"{self} was cancelled between two attempts")
                outcome = msgspec.structs.replace(outcome, status=Status.CANCELED, error=error)
                break
        if tries > 1:
            outcome = msgspec.structs.replace(outcome, attempts=tries)
        self._ended(outcome)

    def _pause(self, seconds: float) -> bool:
        """Wait before a further try; return whether there is to be one."""
        if self._shop.settings.only_inline:
            return True
        clock = self._source.clock
        until = clock.now() + seconds
        pausing = self._pausing = threading.Condition(self._lock)
        with pausing:
            while not self._is_over and clock.now() < until:
                clock.wait(pausing, until)
        return not self._is_over

    @property
    def _is_over(self) -> bool:
        """Whether no further try is wanted."""
        return self._answered or self._heartbeat.cancel_requested

    def _take_up(self) -> bool:
        """Note that the code begins; return False when the task was handed back before."""
        with self._lock:
            self._begun = not self._answered
        if not self._begun:
            if self._chain is not None:
                with suppress(BaseException):
                    self._chain.end(None, TaskCanceled(f"{self} was handed back"))
            self._note.handed_back = True
            self._note.end(None, None)
            self._let_go()
        return self._begun

    def hand_back(self, why: str = LEAVES) -> None:
        """Answer that another worker is to do it, and stop it where that is possible.

        What it holds of the worker's resources is closed when its code has ended.
        """
        if not self._claim():
            return
        self._shop.was_handed_back()
        error: FlowyError = HandedBack(f"{self} was handed back: {why}")
        if self.definition.at_most_once and self._begun:
            error = NotRepeated(f"the worker left while {self} ran, which is done at most once")
        self._note.handed_back = True
        self._heartbeat.answering()
        self._send(self, self._failed(error))
        self._leave()
        self._interrupt()

    def _call(self) -> Call:
        self._context = contextvars.copy_context()
        self._note.begin(self.info, self.task.input, self._context)
        if self.definition.at_most_once:
            self._refuse_repetition()
        self._activity = self._made()
        args, kwargs = self._activity._deserialize_arguments()
        steps = self._shop.steps
        given = ActivityInput(definition=self.definition, info=self.info, args=args, kwargs=kwargs)
        if steps:
            self._chain = self._context.run(Chain, steps, given)
            self._context = self._chain.context
            given = self._chain.input
        run = self.find_run()
        if run is not None:
            self._context.run(runs.put, run)
        return self._called(given, run)

    def _made(self) -> Task:
        task = self.task
        text = texts.unpacked(self._source, task.input, self.definition.id)
        made: Task = self.definition.factory(text, self, task.task_token)
        return made

    def _called(self, given: ActivityInput, files: RunFiles | None) -> Call:
        run, name = self._activity.run, self._name
        if (self.definition.strategy or self._shop.settings.strategy) == SCRIPT:
            self._is_stoppable = self.strategy == SCRIPT
            function = _script(run(*given.args, **given.kwargs))
            return Call(function=function, name=name, context=self._context)
        if self.strategy in _HERE:
            self._is_stoppable = None if self.strategy != THREAD else False
            return Call(
                function=run,
                arguments=tuple(given.args),
                keywords=given.kwargs,
                name=name,
                context=self._context,
            )
        self._is_stoppable = True
        sent = elsewhere.Sent(
            place=elsewhere.place(self.definition),
            input=self.task.input,
            token=self.task.task_token,
            info=self.info,
            run=files,
            resources=self._shop.resources.definitions,
            asks=self.strategy == PROCESS,
            details=None if self.strategy == PROCESS else self.heartbeat_details(),
        )
        arguments = (sent, list(given.args), dict(given.kwargs))
        return Call(
            function=elsewhere.run,
            arguments=arguments,
            name=name,
            context=self._context,
            asked=self._asked,
        )

    def _refuse_repetition(self) -> None:
        began = [number for number in self._attempts_before().began if number < self.info.attempt]
        if began:
            raise NotRepeated(
                f"attempt {began[0]} of {self} had begun, and it is done at most once; whether it "
                "has had its effect is not known"
            )

    def _attempts_before(self) -> Before:
        if self._before is None:
            execution = self.task.workflow_execution
            found = execution and before(self._source, execution, self.info.activity_id)
            self._before = found or Before()
        return self._before

    def _asked(self, question: tuple[str, tuple[Any, ...]]) -> Any:
        name, arguments = question
        found = getattr(self, name)
        return found(*arguments) if callable(found) else found

    def _stop(self) -> None:
        """Hear from a heartbeat that the activity is to stop."""
        logger.info("%s is to stop: %s", self, "lost" if self._heartbeat.lost else "cancelled")
        self._interrupt()

    def _interrupt(self) -> None:
        execution = self._execution
        if execution is not None:
            (execution.cancel if self._can_be_stopped() else execution.try_no_more)()
        pausing = self._pausing
        if pausing is not None:
            with pausing:
                pausing.notify_all()

    def _can_be_stopped(self) -> bool:
        """Tell whether the code ends when it is told to; looked at when that is asked."""
        if self._is_stoppable is None:
            activity = self._activity  # None once it has ended
            self._is_stoppable = activity is not None and is_coroutine_function(activity.run)
        return self._is_stoppable

    # The end

    def _ended(self, outcome: Outcome) -> None:
        if os.getpid() != self._process_id:
            logger.critical("%s forked the worker and came back twice; the copy ends", self)
            os._exit(FORKED_STATUS)
        if self.strategy in _ANSWERS_ITSELF:
            self._conclude(outcome)
        else:
            self._shop.answerers.submit(self._conclude, outcome)

    def _conclude(self, outcome: Outcome) -> None:
        error = outcome.error
        if outcome.status is Status.CANCELED and error is not None:
            logger.info("%s: %s", self, error)
            error = TaskCanceled(str(error))
        value = outcome.value.output if isinstance(outcome.value, ScriptOutput) else outcome.value
        if self._chain is not None:
            try:
                value, error = self._chain.end(value, error), None
            except BaseException as raised:  # noqa: BLE001 -- it is the task's failure
                error = raised
        self._finish(value, error, outcome.attempts)

    def _finish(self, value: Any, error: BaseException | None, attempts: int = 1) -> None:
        answer = self._answer(value, error)
        self._note.end(answer, error, attempts)
        if not self._claim():
            self._lives.close()
            return
        self._heartbeat.answering()
        try:
            self._send(self, answer)
        finally:
            self._let_go()
            # Large inputs do not wait for the garbage collector, which knows no sizes.
            self._activity = self._chain = self._execution = None

    def _answer(self, value: Any, error: BaseException | None) -> Answer | None:
        token = self.task.task_token
        if error is None:
            try:
                text = self._activity._serialize_result(value)
                result = texts.packed(self._source, text, self.definition.id)
            except BaseException as unfit:  # noqa: BLE001 -- it is the task's failure
                error = unfit
            else:
                return RespondActivityTaskCompleted(task_token=token, result=result)
        if isinstance(error, SuspendTask):
            logger.info("%s is left open for whoever holds its token", self)
            return None
        stopped = isinstance(error, TaskCanceled | asyncio.CancelledError)
        if stopped and self._heartbeat.lost:
            self._note.lost = True
            logger.warning("%s was stopped: nobody waits for its answer any more", self)
            return None
        if stopped and self._heartbeat.canceled:
            logger.info("%s was cancelled", self)
            return RespondActivityTaskCanceled(task_token=token, details=self._heartbeat.sealed)
        logger.error("%s failed", self, exc_info=error)
        return self._failed(error)

    def _failed(self, error: BaseException) -> RespondActivityTaskFailed:
        said = self._heartbeat.details
        reason, details = sealed.describe(self._source.packing, error, said)
        return RespondActivityTaskFailed(
            task_token=self.task.task_token, reason=reason, details=details
        )

    def _claim(self) -> bool:
        with self._lock:
            claimed, self._answered = not self._answered, True
        return claimed

    def _let_go(self) -> None:
        self._lives.close()
        self._leave()

    def _leave(self) -> None:
        if self._beating is not None:
            self._beating.end()
        self._shop.ended(self)


def _script(value: object) -> Script:
    if not isinstance(value, Script):
        raise TypeError(
            f"with strategy script, run returns the flowy.execution.script.Script to run, not "
            f"{type(value).__name__}"
        )
    return value


def _no_run() -> None:
    """Return the run of a worker without a catalogue."""


def named(task: ActivityTask) -> str:
    """Say which task it is, for logs and errors."""
    return f"activity {task.activity_type} #{task.activity_id} of {task.workflow_execution}"


def info(source: Source, task: ActivityTask) -> ActivityInfo:
    """Return what an activity may know of its task."""
    execution = task.workflow_execution or ExecutionId(workflow_id="", run_id="")
    activity_id = task.activity_id or ""
    this = attempt.read(activity_id)
    key = "\0".join((source.domain, execution.workflow_id, execution.run_id, this.first))
    return ActivityInfo(
        domain=source.domain,
        task_list=source.task_list,
        type=task.activity_type or TypeId(name="", version=""),
        workflow_id=execution.workflow_id,
        run_id=execution.run_id,
        activity_id=activity_id,
        attempt=this.attempt,
        idempotency_key=hashlib.blake2b(key.encode(), digest_size=16).hexdigest(),
    )
