"""CoroutineStrategy: the call is a task on an event loop."""

import asyncio
from typing import Any

from flowy.errors import ExecutionCanceled
from flowy.execution.call import Call, is_coroutine_function
from flowy.execution.loop_thread import LoopThread
from flowy.execution.outcome import Stop
from flowy.execution.strategies.thread import ThreadStrategy
from flowy.execution.strategy import Attempt, Running, Strategy


class CoroutineStrategy:
    """Runs coroutine functions on an event loop, and plain functions where they do not block it.

    A call that is told to stop is cancelled, as any task is.

    Args:
        loop: The loop; without one the strategy has a loop on a thread of its own.
        plain: Runs what is not a coroutine function: threads by default.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop | None = None, plain: Strategy | None = None
    ) -> None:
        self._loop = loop
        self._own_loop = LoopThread()
        self._own_plain = None if plain else ThreadStrategy()
        self._plain: Strategy = plain or self._own_plain  # type: ignore[assignment]

    def start(self, call: Call, attempt: Attempt) -> Running:
        """Make a task of the call; its time starts when the loop comes to it."""
        if not is_coroutine_function(call.function):
            return self._plain.start(call, attempt)
        loop = self._loop or self._own_loop.loop()
        task = _Task(call, attempt, loop)
        if asyncio._get_running_loop() is loop:  # noqa: SLF001 -- documented, answers None, no raise
            task.begin()
        else:
            loop.call_soon_threadsafe(task.begin)
        return task

    def close(self) -> None:
        """End the strategy's own loop and threads; a loop that was given goes on."""
        self._own_loop.close()
        if self._own_plain is not None:
            self._own_plain.close()


class _Task:
    """One call on the loop."""

    __slots__ = ("_attempt", "_call", "_loop", "_stopped", "_task")

    def __init__(self, call: Call, attempt: Attempt, loop: asyncio.AbstractEventLoop) -> None:
        self._call, self._attempt, self._loop = call, attempt, loop
        self._task: asyncio.Task[Any] | None = None
        self._stopped = False

    def begin(self) -> None:
        if self._stopped:
            self._attempt.failed(ExecutionCanceled(f"{self._call.name} had not begun"))
            return
        self._attempt.began()
        self._task = self._loop.create_task(self._run(), context=self._call.context.copy())
        self._task.add_done_callback(self._done)

    def stop(self) -> Stop:
        self._stopped = True
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cancel)
        return Stop.INTERRUPTED

    async def _run(self) -> Any:
        call = self._call
        return await call.function(*call.arguments, **call.keywords)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _done(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled():
            self._attempt.failed(ExecutionCanceled(f"{self._call.name} was cancelled on its loop"))
        elif (error := task.exception()) is not None:
            self._attempt.failed(error)
        else:
            self._attempt.succeeded(task.result())
