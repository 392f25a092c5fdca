"""Give the tasks that patterns make a docstring: a comment of the author or the arguments."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made")


def with_nice_docs(func: Callable[..., Made]) -> Callable[..., Made]:
    """Let a pattern take ``comment=``, the docstring of its task or of its list's first task.

    Args:
        func: The pattern: a function that returns a task or a list beginning with one.
    """
    pattern = getattr(func, "__name__", str(func))

    @functools.wraps(func)
    def make(*args: Any, **kwargs: Any) -> Made:
        comment = kwargs.pop("comment", None)
        made = func(*args, **kwargs)
        first = made if callable(made) else _first(made)
        if callable(first):
            first.__doc__ = _describe(pattern, args, kwargs) if comment is None else comment
        return made

    return make


def _first(made: Any) -> Any:
    return made[0] if made else None


def _describe(pattern: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    positional = ", ".join(map(str, args))
    named = ", ".join(f"{key}<{type(value)}>" for key, value in kwargs.items())
    return f"{pattern}: args({positional}); kwargs({named})."
