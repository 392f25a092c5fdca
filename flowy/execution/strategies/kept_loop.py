"""KeptLoopStrategy: the call runs right here, coroutines on a loop that is kept for the next."""

import asyncio
import contextvars
import inspect
from collections.abc import Awaitable
from typing import Any

from flowy.execution.call import Call
from flowy.execution.outcome import Stop
from flowy.execution.strategies.inline import Ended
from flowy.execution.strategy import Attempt

_PLAIN = frozenset({str, int, float, bool, type(None), dict, list, tuple})
"""What most functions return; to ask whether it can be awaited costs more than the call."""


class KeptLoopStrategy:
    """Runs calls one after the other on the thread that starts them; it belongs to that thread.

    The asyncio loop is made for the first coroutine and kept, so that what belongs to a loop, such
    as a connection pool, can serve all calls. A coroutine that is told to stop is cancelled; a
    plain function cannot be interrupted.
    """

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        """What was begun on the loop and goes on.

        asyncio would look through the tasks of all loops; those of the runs that a decider keeps
        are many.
        """

    def start(self, call: Call, attempt: Attempt) -> Ended:
        """Run the call to its end."""
        attempt.began()
        context = call.context.copy()
        try:
            value = context.run(call.function, *call.arguments, **call.keywords)
            if type(value) not in _PLAIN and inspect.isawaitable(value):
                value = self._wait(value, attempt, context)
        except KeyboardInterrupt:  # Ctrl-C is for whoever runs this thread, and ends no attempt
            raise
        except BaseException as error:  # noqa: BLE001 -- the attempt records and logs it
            attempt.failed(error)
        else:
            attempt.succeeded(value)
        return Ended()

    def close(self) -> None:
        """Close the loop, on the thread that used it."""
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    def _wait(self, value: Awaitable[Any], attempt: Attempt, context: contextvars.Context) -> Any:
        if self._runner is None:
            self._runner = asyncio.Runner()
            self._runner.get_loop().set_task_factory(self._begin)
        return self._runner.run(self._awaited(value, attempt), context=context)

    def _begin(
        self, loop: asyncio.AbstractEventLoop, coro: Any, **options: Any
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **options)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _awaited(self, value: Awaitable[Any], attempt: Attempt) -> Any:
        task = asyncio.current_task()
        if task is not None:
            attempt.attach(_OnLoop(task))
        try:
            return await value
        finally:
            if left := self._left() - {task}:
                await _cancel(left)

    def _left(self) -> set[asyncio.Task[Any]]:
        """Return what has been begun and goes on."""
        if asyncio.get_running_loop().get_task_factory() != self._begin:
            return asyncio.all_tasks()  # a call has set its own factory, which tells nobody
        return {task for task in self._tasks if not task.done()}


class _OnLoop:
    """The coroutine that runs, as ``Running``."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task

    def stop(self) -> Stop:
        self._task.get_loop().call_soon_threadsafe(self._task.cancel)
        return Stop.INTERRUPTED


async def _cancel(leftovers: set[asyncio.Task[Any]]) -> None:
    """End what a call started and did not wait for, as ``asyncio.run`` does."""
    for task in leftovers:
        task.cancel()
    await asyncio.gather(*leftovers, return_exceptions=True)
