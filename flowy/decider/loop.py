# mypy: disable-error-code="override"
"""The deterministic asyncio event loop that workflow code runs on.

It has a queue of what is ready and nothing else: no selector, no clock, no threads. What becomes
ready is decided by the history alone, in the history's order, so the same history always runs the
same code. A delay is a durable timer; the time is the history's and stands still while code runs.
"""

import asyncio
import logging
import reprlib
import sys
from asyncio import events
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from threading import get_ident
from typing import Any, Protocol
from weakref import ref

import msgspec

from flowy.decider.ordered import NumberedFuture, make_task, refuse_unordered
from flowy.decider.refused import RefusingLoop
from flowy.errors import DefinitionError
from flowy.task import delays
from flowy.task.context import WorkflowContext
from flowy.task.result import Result

log = logging.getLogger(__name__)

Outer = tuple[asyncio.AbstractEventLoop | None, Any]
"""A thread's running loop, and its hooks for asynchronous generators."""


class Timers(Protocol):
    """What the loop needs of whoever keeps durable timers."""

    def start_timer(self, seconds: float, fired: Callable[[], None]) -> object:
        """Start a timer of at least so many seconds and return its handle."""
        ...

    def cancel_timer(self, timer: object) -> None:
        """Stop a timer; one that has fired stays as it is."""
        ...


class Handle(msgspec.Struct, eq=False):
    """What is ready: as ``asyncio.Handle``, of which C makes one for each step of a task.

    Args:
        callback: What is called.
        args: With what.
        context: In which context.
        is_cancelled: It is not called any more.
    """

    callback: Callable[..., object]
    args: tuple[Any, ...]
    context: Context
    is_cancelled: bool = False

    def cancel(self) -> None:
        """Do not call it."""
        self.is_cancelled = True

    def cancelled(self) -> bool:
        """Tell whether it is not called any more."""
        return self.is_cancelled

    def get_context(self) -> Context:
        """Return the context in which it is called."""
        return self.context


FEW = 32
"""So many tasks are remembered before those that have ended are forgotten."""


def _fire(handle: asyncio.TimerHandle) -> None:
    """Call what a timer was for."""
    if not handle.cancelled():
        handle._run()


def _let(_what: str) -> None:
    """Refuse nothing."""


class DeterministicLoop(RefusingLoop):
    """Runs workflow code when told to, until nothing is ready.

    Args:
        timers: Who keeps durable timers.
    """

    workflow_context: WorkflowContext | None = None
    """By which the code reaches the decider where it has no workflow at hand."""

    def __init__(self, timers: Timers) -> None:
        self.now = 0.0
        self.check: Callable[[str], object] = _let
        """Refuses what the code asks for where no replay would ask for it again."""
        self._thread = 0
        """The thread whose running loop this is."""
        self.replaying = False
        """Whether what the code says now it has said before; see `flowy.telemetry`."""
        self._timers = timers
        self.ready: deque[Handle] = deque()
        """What runs next, in order."""
        # By identity: handles of the same moment and callback are equal.
        self._started: dict[int, object] = {}
        self._tasks = 0
        self._made = 0
        self._begun: list[ref[asyncio.Task[Any]]] = []
        self._forget_at = FEW

    # What the decider does with the loop

    @contextmanager
    def running(self) -> Iterator[None]:
        """Make this the running loop of the thread, for a while."""
        outer = self.enter()
        try:
            yield
        finally:
            self.leave(outer)

    def enter(self) -> Outer:
        """Make this the running loop of the thread, until ``leave``; return what was before."""
        outer = events._get_running_loop(), sys.get_asyncgen_hooks()
        events._set_running_loop(self)
        self._thread = get_ident()
        # Each hook that is set is an event for audit hooks; there is seldom a first one.
        if outer[1].firstiter is not None:
            sys.set_asyncgen_hooks(firstiter=None)
        sys.set_asyncgen_hooks(finalizer=self._finish_generator)
        return outer

    def leave(self, outer: Outer) -> None:
        """Make what was the thread's running loop before ``enter`` that again."""
        loop, hooks = outer
        self._thread = get_ident() if loop is self else 0
        sys.set_asyncgen_hooks(finalizer=hooks.finalizer)
        if hooks.firstiter is not None:
            sys.set_asyncgen_hooks(firstiter=hooks.firstiter)
        events._set_running_loop(loop)

    def is_here(self) -> bool:
        """Tell whether this is the running loop of the thread that asks."""
        # asyncio would ask for the process's id as well, and that is a system call.
        return get_ident() == self._thread

    def run_ready(self) -> None:
        """Run what is ready, and what that makes ready, until nothing is."""
        ready = self.ready
        while ready:
            handle = ready.popleft()
            if handle.is_cancelled:
                continue
            try:
                handle.context.run(handle.callback, *handle.args)
            except KeyboardInterrupt:
                raise
            except SystemExit:
                # The task that raised it keeps it for whoever awaits it.
                log.warning("workflow code exits the interpreter in a task", exc_info=True)
            except BaseException as error:  # noqa: BLE001 -- as the loops of asyncio do it
                message = f"a callback raised: {reprlib.repr(handle.callback)}"  # users' own repr
                self.call_exception_handler({"message": message, "exception": error})

    def unfinished(self) -> list[asyncio.Task[Any]]:
        """Return the tasks that have not ended; asyncio would look at those of all runs."""
        tasks = [begun() for begun in self._begun]
        return [task for task in tasks if task is not None and not task.done()]

    def _finish_generator(self, generator: AsyncGenerator[Any, Any]) -> None:
        # What code left in the middle runs its finally blocks to their end, as in asyncio.
        if self.is_here():
            self._make_task(generator.aclose())

    def block_on(self, future: asyncio.Future[Any]) -> None:
        """Wait in a plain ``run``; the bridge gives this its meaning."""
        raise RuntimeError(f"this loop has no bridge to wait for {future!r}")

    # What asyncio asks of a loop

    def time(self) -> float:
        """Return the history's time."""
        return self.now

    get_debug = staticmethod(bool)
    """Says that asyncio's debug mode is off: it would look at clocks.

    Every future asks, and ``bool()`` says False without a frame of Python.
    """

    def is_running(self) -> bool:
        """Say that the loop runs: code asks only while it does."""
        return True

    def is_closed(self) -> bool:
        """Say that the loop takes work."""
        return False

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        """Put a callback behind all that is ready."""
        handle = Handle(callback, args, copy_context() if context is None else context)
        self.ready.append(handle)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Start a durable timer for a callback; no delay makes it ready at once."""
        when = self.now + delays.seconds(delay, "a timer")
        return self.call_at(when, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Start a durable timer that ends at a moment of the history's time."""
        self.check("a timer")
        handle = asyncio.TimerHandle(delays.seconds(when, "a timer"), callback, args, self, context)
        if when <= self.now:
            self.call_soon(_fire, handle)
            return handle

        def fired() -> None:
            self._started.pop(id(handle), None)
            self.call_soon(_fire, handle)

        self._started[id(handle)] = self._timers.start_timer(when - self.now, fired)
        handle._scheduled = True  # type: ignore[attr-defined]  # so that its cancel() tells us
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        timer = self._started.pop(id(handle), None)
        if timer is not None:
            self._timers.cancel_timer(timer)

    def create_future(self) -> asyncio.Future[Any]:
        """Make a future of this loop."""
        future = NumberedFuture(loop=self)
        self._made = future.number = self._made + 1
        return future

    def next_number(self) -> int:
        """Return the number of what is made next: its place in sets, the same in every replay."""
        self._made += 1
        return self._made

    def create_result(self, cls: type[Result] = Result) -> Result:
        """Make the result of a call."""
        result = cls(loop=self)
        self._made = result.number = self._made + 1
        result.origin = None
        return result

    def create_task(
        self,
        coro: Any,
        *,
        name: str | None = None,
        context: Context | None = None,
        **_options: Any,
    ) -> asyncio.Task[Any]:
        """Make a task; without a name it is numbered within the workflow."""
        refuse_unordered(coro, sys._getframe(1))
        try:
            self.check("an asyncio task")
        except DefinitionError:
            coro.close()
            raise
        return self._make_task(coro, name, context)

    def _make_task(
        self, coro: Any, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        self._tasks += 1
        self._made += 1
        name = name or f"task-{self._tasks}"
        task = make_task(coro, self._made, self, name, context)
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # a run may be dropped
        self._begun.append(ref(task))
        if len(self._begun) > self._forget_at:
            self._begun = [ref(each) for each in self.unfinished()]
            self._forget_at = 2 * len(self._begun) + FEW
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Log what a callback raised, or a task that failed and nobody looked at."""
        if isinstance(context.get("future"), Result):
            return  # the run itself decides what becomes of a failure that nobody looked at
        error = context.get("exception")
        log.warning("in workflow code: %s", context.get("message"), exc_info=error)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Do what every exception of this loop gets."""
        self.call_exception_handler(context)

    def get_task_factory(self) -> None:
        """Say that there is no task factory of the user's."""
        return

    def get_exception_handler(self) -> None:
        """Say that there is no handler of the user's."""
        return

    async def shutdown_asyncgens(self) -> None:
        """Do nothing: the loop is dropped with all that is on it."""
