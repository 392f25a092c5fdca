"""Where in the user's code something stands or was asked for."""

from types import CodeType, FrameType, TracebackType
from typing import Any

OURS = frozenset({"asyncio", "contextlib", "flowy", "functools", "greenlet"})
"""Packages whose frames lie between workflow code and whoever runs it."""


def place_of(frame: FrameType | None, end: CodeType | None = None) -> str | None:
    """Return the innermost place of the user's code on a stack, as ``file:line in function``.

    Args:
        frame: Where to begin; its callers follow.
        end: Code of a function beyond which no caller is looked at.
    """
    while frame is not None and frame.f_code is not end:
        if not is_ours(frame):
            return named(frame, frame.f_lineno)
        frame = frame.f_back
    return None


def raised_at(traceback: TracebackType | None) -> str | None:
    """Return the innermost place of the user's code that an exception came through."""
    found = None
    while traceback is not None:
        if not is_ours(traceback.tb_frame):
            found = named(traceback.tb_frame, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def asyncio_call(traceback: TracebackType | None) -> tuple[str, str] | None:
    """Return which function of asyncio raised when the user's code called it, and where that is.

    None when what raised was the user's code, or is not asyncio's.
    """
    caller = called = None
    while traceback is not None:
        frame = traceback.tb_frame
        if not is_ours(frame):
            caller, called = named(frame, traceback.tb_lineno), None
        elif caller is not None and called is None:
            is_asyncio = frame.f_globals.get("__name__", "").startswith("asyncio.")
            called = frame.f_code.co_qualname if is_asyncio else ""
        traceback = traceback.tb_next
    return (f"asyncio.{called}", caller) if called and caller else None


def beginning(function: Any) -> str | None:
    """Return where a function or method begins; None for what is not written in Python."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    return f"{code.co_filename}:{code.co_firstlineno} in {code.co_qualname}"


def named(frame: FrameType, line: int | None) -> str:
    """Return how a line of a frame's code is called."""
    return f"{frame.f_code.co_filename}:{line} in {frame.f_code.co_qualname}"


def is_ours(frame: FrameType) -> bool:
    """Tell whether a frame is Flowy's or of what Flowy runs the user's code with."""
    module = frame.f_globals.get("__name__")
    return isinstance(module, str) and module.partition(".")[0] in OURS
