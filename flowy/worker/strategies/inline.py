"""In the poller's own thread: plain code directly, coroutines on an asyncio loop that is kept."""

import asyncio
import contextvars
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any


class InlineStrategy:
    """Runs activities one after the other in the poller's thread.

    The asyncio loop is made for the first coroutine and kept, so that what belongs to a loop, such
    as a connection pool, can serve all activities of the poller.
    """

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def run(self, code: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Run the code; an awaitable that it returns is awaited."""
        context = contextvars.copy_context()
        value = context.run(code, *args, **kwargs)
        if not inspect.isawaitable(value):
            return value
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(_awaited(value), context=context)

    def close(self) -> None:
        """Close the loop."""
        if self._runner is not None:
            self._runner.close()
            self._runner = None


async def _awaited(value: Awaitable[Any]) -> Any:
    before = asyncio.all_tasks()
    try:
        return await value
    finally:
        await _cancel(asyncio.all_tasks() - before)


async def _cancel(leftovers: set[asyncio.Task[Any]]) -> None:
    """End what an activity started and did not wait for, as ``asyncio.run`` does."""
    for task in leftovers:
        task.cancel()
    await asyncio.gather(*leftovers, return_exceptions=True)
