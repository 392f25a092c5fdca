"""Let a synchronous machine have asynchronous tasks: wait for what they return.

All awaitables that one thread's pass meets run on one event loop, so that a task may keep a
connection for the next. The loop is opened at the first awaitable and closed with the pass.
"""

import asyncio
import inspect
import threading
from collections.abc import Awaitable
from types import TracebackType
from typing import Any, Self

from flowy.errors import WorkflowError

PLAIN = frozenset((bool, bytes, dict, float, int, list, set, str, tuple, type(None)))
"""Classes that need no closer look: they answer most conditions."""


class _PassLocal(threading.local):
    """The loop of a thread, and how many passes are nested on it."""

    depth = 0
    runner: asyncio.Runner | None = None


class Awaiter:
    """Waits for awaitables on a loop of each thread; enter it around each pass."""

    def __init__(self) -> None:
        self._local = _PassLocal()

    def __enter__(self) -> Self:
        self._local.depth += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        local = self._local
        local.depth -= 1
        if not local.depth and local.runner is not None:
            runner, local.runner = local.runner, None
            runner.close()

    def settle(self, value: Any) -> Any:
        """Return a value, or what an awaitable gives.

        Raises:
            WorkflowError: An event loop already runs in this thread.
        """
        if value.__class__ in PLAIN or not inspect.isawaitable(value):
            return value
        if _loop_runs():
            _discard(value)
            raise WorkflowError(
                "an asynchronous task cannot run here because this thread already runs an event "
                "loop; call the engine with `await asyncio.to_thread(engine.process, tokens)`"
            )
        with self:
            if self._local.runner is None:
                self._local.runner = asyncio.Runner()
            return self._local.runner.run(_wait(value))


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _wait(value: Awaitable[Any]) -> Any:
    return await value


def _discard(value: Any) -> None:
    if inspect.iscoroutine(value):
        value.close()
