"""Patterns for the author at work: profile tasks, repeat a statement while its code is changed."""

import cProfile
import pstats
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

from flowy.machine.callbacks import Task
from flowy.machine.patterns.comments import with_nice_docs
from flowy.machine.ways import make_task

STATISTICS = ("time", "calls", "cumulative", "pcalls")


@with_nice_docs
def PROFILE(call: Any, output: str | None = None, stats: Sequence[str] = STATISTICS) -> Task:
    """Run a task, or a list of tasks in an engine of its own, under the profiler.

    Args:
        call: The task or tasks.
        output: The file for the profile; each of ``stats`` goes to ``<output>.stats-<name>``.
            None prints the profile.
        stats: The orders in which to list it.
    """

    def profile(obj: Any, eng: Any) -> None:
        profiler = cProfile.Profile()
        try:
            profiler.runcall(_work(call, obj, eng))
        finally:
            if output:
                _write(profiler, output, stats)
            else:
                profiler.print_stats()

    return make_task(profile, "PROFILE")


def _work(call: Any, obj: Any, eng: Any) -> Callable[[], Any]:
    if not isinstance(call, list | tuple):
        return lambda: eng.evaluate(call, obj)
    inner = eng.spawn()
    inner.callbacks.replace(call)
    return lambda: inner.process([obj])


def _write(profiler: cProfile.Profile, output: str, stats: Sequence[str]) -> None:
    profiler.dump_stats(output)
    for order in stats:
        with Path(f"{output}.stats-{order}").open("w", encoding="utf-8") as file:
            listing = pstats.Stats(output, stream=file)
            listing.strip_dirs().sort_stats(order).print_stats()


@with_nice_docs
def DEBUG_CYCLE(
    stmt: str,
    setup: str | None = None,
    onerror: str | None = None,
    debug_stopper: Callable[[Any, Any], Any] | None = None,
    **kwargs: Any,
) -> Task:
    """Run a statement again and again, with its time, until the stopper says stop.

    Args:
        stmt: The statement; ``obj``, ``eng`` and the names of ``kwargs`` are defined in it.
        setup: Run before it in each cycle, for instance to load a module anew.
        onerror: Run after ``setup`` once the statement has failed.
        debug_stopper: A function of token and engine, called after each cycle; what is true, or
            an error of its own, ends them. Without one the cycles do not end.
        kwargs: Values for the statement.
    """
    code = _compile(stmt, "<stmt>")
    preparation = [_compile(setup, "<setup>")] if setup else []
    repair = [_compile(onerror, "<onerror>")] if onerror else []

    def cycle(obj: Any, eng: Any) -> None:
        failed = False
        while True:
            names = {**kwargs, "obj": obj, "eng": eng}
            before = preparation + repair if failed else preparation
            failed = not _run(before, code, names) or failed
            if debug_stopper is not None and _stops(debug_stopper, obj, eng):
                return

    return make_task(cycle, "DEBUG_CYCLE")


def _compile(text: str, name: str) -> CodeType:
    return compile(text, name, "exec")


def _run(before: list[CodeType], code: CodeType, names: dict[str, Any]) -> bool:
    """Run one cycle and return whether it succeeded; the author reads its error."""
    try:
        for preparation in before:
            exec(preparation, names)  # noqa: S102 - the author's own text
        start = time.perf_counter()
        exec(code, names)  # noqa: S102
        seconds = time.perf_counter() - start
    except Exception:  # noqa: BLE001 - the author reads it
        _log_failure(names["eng"])
        return False
    sys.stdout.write(f"Execution time: {seconds:.3g}\n")
    return True


def _log_failure(eng: Any) -> None:
    traceback.print_exc()
    eng.log.exception("The statement of a DEBUG_CYCLE has failed")


def _stops(stopper: Callable[[Any, Any], Any], obj: Any, eng: Any) -> bool:
    try:
        return bool(eng.evaluate(stopper, obj))
    except Exception:  # noqa: BLE001 - the author reads it
        _log_failure(eng)
        return True
