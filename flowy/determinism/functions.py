"""Guards in front of functions: clocks, chance, UUIDs and the sleep that blocks.

A guard stands in the function's module, and in the modules of workflows that have imported the
function by name. It looks at a context variable, and passes everything on outside of workflow code.
"""

import importlib
import sys
import threading
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from flowy.determinism.calls import FUNCTIONS, NOW_WITHOUT_ARGUMENTS
from flowy.determinism.refusal import refuse_behind, refuse_caller
from flowy.determinism.rules import THREADS, Rule
from flowy.task.guarding import watched

_guards: dict[int, Any] = {}
_originals: list[Any] = []
"""Kept, so that no other object gets the address of one."""


def install() -> None:
    """Put the guards in front of the functions, once in the life of the process."""
    for name, rule in FUNCTIONS.items():
        _stand_in_front(name, rule, _guard)
    for name, rule in NOW_WITHOUT_ARGUMENTS.items():
        _stand_in_front(name, rule, _guard_without_arguments)
    # Python 3.11 has no audit event for threads.
    threading.Thread.start = _guarded_start(threading.Thread.start)  # type: ignore[method-assign]


def cover(module: ModuleType) -> None:
    """Replace in a module the functions that it has imported by name."""
    for name, value in list(vars(module).items()):
        guard = _guards.get(id(value))
        if guard is not None:
            setattr(module, name, guard)


def _stand_in_front(
    dotted: str, rule: Rule, make: Callable[[str, Rule, Callable[..., Any]], Callable[..., Any]]
) -> None:
    place, _, name = dotted.rpartition(".")
    module = importlib.import_module(place)
    original = getattr(module, name, None)
    if original is None or id(original) in _guards:  # of another Python, or an alias
        return
    guard = make(dotted, rule, original)
    _guards[id(original)] = guard
    _originals.append(original)
    setattr(module, name, guard)


def _guard(dotted: str, rule: Rule, original: Callable[..., Any]) -> Callable[..., Any]:
    get, frame = watched.get, sys._getframe

    @wraps(original)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        run = get()
        if run is not None:
            refuse_caller(run, f"{dotted}()", rule, frame(1))
        return original(*args, **kwargs)

    return guarded


def _guard_without_arguments(
    dotted: str, rule: Rule, original: Callable[..., Any]
) -> Callable[..., Any]:
    get, frame = watched.get, sys._getframe

    @wraps(original)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        run = get()
        if run is not None and not args:
            refuse_caller(run, f"{dotted}()", rule, frame(1))
        return original(*args, **kwargs)

    return guarded


def _guarded_start(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def start(thread: threading.Thread) -> None:
        run = watched.get()
        if run is not None:
            refuse_behind(run, f"the start of thread {thread.name}", THREADS, sys._getframe(1))
        original(thread)

    return start
