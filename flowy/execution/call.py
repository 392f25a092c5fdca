"""What is to be run: a callable with its arguments and the context that it sees."""

import asyncio
import contextvars
import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import msgspec


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A callable and its arguments.

    Args:
        function: What to call. A coroutine function runs on an event loop of its own where the
            strategy has none.
        arguments: Its positional arguments.
        keywords: Its keyword arguments.
        name: How messages name it, such as ``process 'resize'``.
        context: The context variables that it sees in this process; by default those of the
            moment in which the call is made.
        asked: Answers what the call asks from a process of its own, by
            ``flowy.execution.process_serve.ask``; it comes from any thread.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = {}
    name: str = "a call"
    context: contextvars.Context = msgspec.field(default_factory=contextvars.copy_context)
    asked: Callable[[Any], Any] | None = None

    def invoke(self) -> Any:
        """Call the function and give what it returns, on the calling thread.

        Whatever the function raises comes out; an awaitable is awaited to its end.
        """
        return invoke(self.function, self.arguments, self.keywords)


def invoke(
    function: Callable[..., Any], arguments: tuple[Any, ...], keywords: Mapping[str, Any]
) -> Any:
    """Call a function and await what it returns if that is awaitable."""
    value = function(*arguments, **keywords)
    # As `inspect.isawaitable`, which costs more than all the rest of a short call.
    return asyncio.run(_finish(value)) if hasattr(type(value), "__await__") else value


async def _finish(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def is_coroutine_function(function: Callable[..., Any]) -> bool:
    """Tell whether calling the function makes a coroutine, also through ``partial``."""
    while isinstance(function, functools.partial):
        function = function.func
    if inspect.iscoroutinefunction(function):
        return True
    return not inspect.isroutine(function) and inspect.iscoroutinefunction(
        cast(Any, getattr(function, "__call__", None))  # noqa: B004 -- the method itself is wanted
    )
