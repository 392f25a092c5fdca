"""The user's code of one run: start it, hand it signals, tell what closes the execution."""

import asyncio
import inspect
import logging
from dataclasses import replace
from functools import partial
from typing import Any

from flowy.decider import bridge, carried
from flowy.decider.calls import Calls
from flowy.decider.context import RunContext
from flowy.decider.refusals import TIMES, passes, pause
from flowy.decider.signals import Arrival, SignalQueues
from flowy.decider.texts import Texts
from flowy.errors import DefinitionError, FlowyError, HistoryTooLong, PayloadError, TaskNotScheduled
from flowy.protocol import decisions
from flowy.protocol.decisions import AnyDecision
from flowy.protocol.event import Event
from flowy.protocol.events import workflow
from flowy.protocol.events.workflow import WorkflowExecutionStartedAttributes
from flowy.protocol.ids import TaskList
from flowy.task import place
from flowy.task.context import Restart
from flowy.task.definition import WorkflowDefinition
from flowy.task.result import pending_in, resolve
from flowy.task.signal import handler_of, handlers_of

log = logging.getLogger(__name__)


class WorkflowCode:
    """The code of one run and the asyncio tasks that it runs in.

    Args:
        definition: The workflow's type and class.
        loop: What it runs on.
        calls: The calls that it makes.
        context: What it reaches of the decider.
        signals: What comes in for it.
        texts: Packs and unpacks what it sends and takes.
    """

    def __init__(
        self,
        definition: WorkflowDefinition,
        loop: bridge.BridgedLoop,
        calls: Calls,
        context: RunContext,
        signals: SignalQueues,
        texts: Texts,
    ) -> None:
        self._texts = texts
        self._definition = definition
        self._loop = loop
        self._branches = loop.branches
        self._calls = calls
        self._context = context
        self._signals = signals
        self._settings: WorkflowExecutionStartedAttributes | None = None
        self._instance: Any = None
        self._main: asyncio.Task[Any] | None = None
        self.started = False
        """Whether the code has been started."""
        self._handlers: list[tuple[asyncio.Task[Any], Arrival]] = []
        self._carried: tuple[carried.Carried, ...] = ()
        self._abandons = False
        self._cancel_requested = False
        self._refused: FlowyError | None = None
        """Why the service does not close the execution as the code wants it."""
        self._closes_never = False
        self._close_refusals = 0
        self._is_hindered = False
        """The execution cannot be closed now as the code wants it."""
        self._cancelled_at_join = False
        """``run`` had returned, and the tasks that it left were cancelled."""

    def start(self, settings: WorkflowExecutionStartedAttributes, token: str) -> None:
        """Make the task in which the code runs; the loop runs it."""
        text = settings.input
        if text is not None:
            text = self._texts.unpack(text, f"the input of {self._definition.id}")
        text, self._carried = carried.unwrap(text)
        self._settings = settings
        self.started = True
        self._main = self._loop.create_task(self._run(text, token), name="run")
        self._main.add_done_callback(self._end_branches)

    def cancel(self) -> None:
        """Bring a cancel request to the code."""
        self._cancel_requested = True
        if self._main is None or self._main.cancel() or not self._goes_on():
            return
        self._cancelled_at_join = True
        self._branches.cancel_all()
        self._calls.cancel_all()
        for task, _ in self._handlers:
            task.cancel()

    def standing_at(self) -> str | None:
        """Return where the user's code waits, or where it begins when it does not wait."""
        for task in (self._main, *(task for task, _ in self._handlers)):
            found = None if task is None or task.done() else _standing(task)
            if found is not None:
                return found
        return place.beginning(getattr(self._definition.factory, "run", None))

    def close(self) -> None:
        """Drop the code; its finally blocks run, and what they ask for goes nowhere."""
        self._context.dropped = True
        if self._main is not None:
            closed: set[asyncio.Task[Any]] = set()
            while left := set(self._loop.unfinished()) - closed:  # finally blocks make new ones
                closed |= left
                for task in left:
                    _close_coroutine(task)
            if self._main.done() and not self._main.cancelled():
                self._main.exception()  # whoever drops the run knows why
        # Large arguments and results do not wait for the garbage collector, which knows no sizes.
        self._instance = self._main = None
        self._handlers.clear()
        self._context.wanted_restart = None

    def close_refused(self, event: type[Event], cause: str) -> None:
        """Note that the service refused to close the execution, for another reason than news."""
        self._close_refusals += 1
        if passes(cause) and self._close_refusals <= TIMES:
            self._is_hindered = True
            self._calls.refusals.after(pause(self._close_refusals), self._close_again)
            return
        self._is_hindered = True
        if self._refused is None and event is not workflow.FailWorkflowExecutionFailed:
            what = event.__name__.removesuffix("WorkflowExecutionFailed")
            text = f"the service refuses to close the execution ({what}): {cause}"
            self._refused = TaskNotScheduled(text, None, cause)
        else:
            log.error("the execution cannot be closed, it is left open: %s", cause)
            self._closes_never = True

    def too_long(self, events: int, maximum: int) -> AnyDecision:
        """Return the decision that fails an execution before its history is full."""
        return self._fail(
            HistoryTooLong(
                f"the history has {events:,} of the {maximum:,} events that the service takes: "
                "continue as new in time, such as when self.should_restart says so"
            )
        )

    def closing(self) -> AnyDecision | None:
        """Return the decision that closes the execution, or None while the code goes on."""
        main, context = self._main, self._context
        if not (
            main is None
            or main.done()
            or self._handlers
            or self._is_hindered
            or self._calls.broken is not None
            or context.wanted_restart is not None
        ):
            return None  # as most often: run goes on, and nothing else could close the execution
        if self._is_hindered or self._calls.broken is not None:
            broken = self._refused or self._calls.broken
            return None if broken is None or self._closes_never else self._fail(broken)
        if self._branches.are_shielded():
            return None
        if context.wanted_restart is not None and self._settings is not None:
            return self._restart(self._settings, context.wanted_restart)
        error = self._failed_handler()
        if self._loop.sagas:
            return None  # they are undone first, or go on
        return self._closing_of_run() if error is None else self._fail(error)

    def _closing_of_run(self) -> AnyDecision | None:
        main = self._main
        if main is None or not main.done():
            return None
        if self._branches and (main.cancelled() or main.exception() is not None):
            return None  # they are cancelled, and clean up
        if main.cancelled():
            if self._cancel_requested:
                return decisions.CancelWorkflowExecution()
            return self._fail(asyncio.CancelledError("the workflow's code was cancelled"))
        error = main.exception()
        if error is not None:
            return self._fail(error)
        if self._cancelled_at_join:
            return None if self._goes_on() else decisions.CancelWorkflowExecution()
        return self._complete(main.result())

    def _close_again(self) -> None:
        self._is_hindered = False

    async def _run(self, text: str | None, token: str) -> Any:
        try:
            self._instance = self._definition.factory(text, self._context, token)
            cls = type(self._instance)
            for name, method in handlers_of(cls).items():  # type: ignore[arg-type]  # it hashes
                self._signals.handlers[name] = partial(self._handle, method)
            for signal in self._carried:
                self._signals.arrived(*signal)
            args, kwargs = self._instance._deserialize_arguments()
            value = await bridge.call(self._instance.run, *args, **kwargs)
        except SystemExit as error:
            raise RuntimeError(f"the workflow's code exits the interpreter: {error!r}") from error
        self._abandons = self._context.returned_abandoning()
        return value

    def _handle(self, method: str, arrival: Arrival) -> None:
        handler = handler_of(self._instance, method)
        value = self._signals.value(arrival)
        task = self._loop.create_task(bridge.call(handler, value), name=method)
        task.add_done_callback(self._end_sagas)
        self._handlers.append((task, arrival))

    def _goes_on(self) -> bool:
        handling = any(not task.done() for task, _ in self._handlers)
        return bool(self._calls.held or self._branches or handling)

    def _end_branches(self, main: asyncio.Task[Any]) -> None:
        if main.cancelled() or main.exception() is not None:
            self._branches.cancel_all()
            self._loop.sagas.cancel_all()

    def _end_sagas(self, handler: asyncio.Task[Any]) -> None:
        """Have sagas undo what they did when a signal's method has failed, and the run with it."""
        if not handler.cancelled() and handler.exception() is not None:
            self._loop.sagas.cancel_all()

    def _failed_handler(self) -> BaseException | None:
        for task, _ in self._handlers:
            if task.done() and not task.cancelled() and task.exception() is not None:
                return task.exception()
        self._handlers = [handler for handler in self._handlers if not handler[0].done()]
        return None

    def _restart(
        self, settings: WorkflowExecutionStartedAttributes, restart: Restart
    ) -> AnyDecision:
        """Continue as new, with the signals that nobody has taken and whose methods still run."""
        begun = [arrival for task, arrival in self._handlers if not task.done()]
        try:
            # As texts and not as references: what is inside of an input no collector sees.
            arrived = sorted([*self._signals.untaken(), *begun])
            left = [(one.name, self._signals.text(one)) for one in arrived]
            what = f"the arguments of restart of {self._definition.id}"
            if left:
                what += f", with {len(left)} signals that nobody has taken,"
            wrapped = carried.wrap(restart.input, left)
            text = self._context.restart_input
            if wrapped != restart.input:
                text = self._texts.pack(wrapped, what)
        except PayloadError as error:
            return self._fail(error)
        return _continue_as_new(settings, replace(restart, input=text))

    def _fail(self, error: BaseException) -> decisions.FailWorkflowExecution:
        reason, details = self._texts.describe(_blamed(error))
        return decisions.FailWorkflowExecution(
            attributes=decisions.FailWorkflowExecutionAttributes(reason=reason, details=details)
        )

    def _complete(self, value: Any) -> AnyDecision | None:
        try:
            if any(not result.done() for result in pending_in(value)):
                return None
            if self._goes_on() and not self._abandons:
                return None
            value = resolve(value)
            unseen = self._calls.unseen_failure() or self._branches.unseen_failure()
            if unseen is not None:
                return self._fail(unseen)
            text = self._texts.pack(
                self._instance._serialize_result(value), f"the result of {self._definition.id}"
            )
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 -- the run's outcome
            return self._fail(error)
        attributes = decisions.CompleteWorkflowExecutionAttributes(result=text)
        return decisions.CompleteWorkflowExecution(attributes=attributes)


def _continue_as_new(
    settings: WorkflowExecutionStartedAttributes, restart: Restart
) -> decisions.ContinueAsNewWorkflowExecution:
    task_list = TaskList(name=restart.task_list) if restart.task_list else settings.task_list
    return decisions.ContinueAsNewWorkflowExecution(
        attributes=decisions.ContinueAsNewWorkflowExecutionAttributes(
            input=restart.input,
            task_list=task_list,
            task_priority=_text(restart.task_priority, settings.task_priority),
            child_policy=restart.child_policy or settings.child_policy,
            lambda_role=restart.lambda_role or settings.lambda_role,
            tag_list=settings.tag_list if restart.tags is None else restart.tags,
            workflow_type_version=restart.version or settings.workflow_type.version,
            execution_start_to_close_timeout=_text(
                restart.workflow_duration, settings.execution_start_to_close_timeout
            ),
            task_start_to_close_timeout=_text(
                restart.decision_duration, settings.task_start_to_close_timeout
            ),
        )
    )


def _blamed(error: BaseException) -> BaseException:
    """Return an error that says which function of asyncio raised it: its own do not say that."""
    called = place.asyncio_call(error.__traceback__) if type(error) in _BARE else None
    if called is None:
        return error
    named = type(error)(f"{called[0]}: {error} (at {called[1]})")
    named.__cause__, named.__context__ = error.__cause__, error.__context__
    named.__suppress_context__ = error.__suppress_context__
    return named.with_traceback(error.__traceback__)


_BARE = (DefinitionError, TypeError, ValueError)


def _text(chosen: int | None, inherited: str | None) -> str | None:
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
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if not _only_exits(error):
                log.exception("a finally block of a dropped run raised")
            return
        else:
            return


def _only_exits(error: BaseException) -> bool:
    """Tell whether a task group only passes on that its code was closed."""
    return isinstance(error, BaseExceptionGroup) and error.split(GeneratorExit)[1] is None


def _standing(task: asyncio.Task[Any]) -> str | None:
    """Return the innermost place of the user's code that a task waits at."""
    found: str | None = None
    coroutine: Any = task.get_coro()
    while inspect.iscoroutine(coroutine):
        frame = coroutine.cr_frame
        if frame is not None and not place.is_ours(frame):
            found = place.named(frame, frame.f_lineno)
        elif frame is not None:
            found = place.place_of(bridge.waiting_frame(frame)) or found
        coroutine = coroutine.cr_await
    return found
