"""Code that Python runs in between, wherever it is: finalizers, and what hears of signals and such.

It is on the stack above workflow code that has not called it, at a moment that no replay repeats.
What it does decides nothing, so it is let pass.
"""

import gc
import signal
import sys
import weakref
from collections.abc import Iterator
from functools import partial
from types import CodeType, FrameType
from typing import Any

_DECIDER = "flowy.decider."


def runs_unasked(frame: FrameType | None) -> bool:
    """Tell whether a frame belongs to code that Python has run in between.

    Args:
        frame: The innermost frame that is looked at.
    """
    heard = set(_listeners())
    while frame is not None and not str(frame.f_globals.get("__name__")).startswith(_DECIDER):
        if frame.f_code in heard or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


def _listeners() -> Iterator[CodeType]:
    """Return the code of all that is called by itself in this thread."""
    called: list[Any] = [*gc.callbacks, sys.getprofile(), sys.gettrace(), weakref.finalize.__call__]
    called += [signal.getsignal(number) for number in signal.valid_signals()]
    for each in called:
        code = _code(each)
        if code is not None:
            yield code


def _code(called: Any) -> CodeType | None:
    while isinstance(called, partial):
        called = called.func
    if not callable(called):  # None, and what stands for the usual ways to treat a signal
        return None
    called = getattr(called, "__func__", called)
    if not hasattr(called, "__code__"):
        called = getattr(type(called), "__call__", None)  # noqa: B004 -- the method itself is wanted
    code = getattr(called, "__code__", None)
    return code if isinstance(code, CodeType) else None
