"""Patterns that run branches beside the machine, on threads unless the engine says otherwise."""

from collections.abc import Callable
from typing import Any

from flowy.errors import HaltProcessing
from flowy.machine.callbacks import Task
from flowy.machine.patterns.comments import with_nice_docs
from flowy.machine.state import Transient
from flowy.machine.ways import make_task

LOCK = "lock"
MAX_TIMEOUT = 30000


@with_nice_docs
def PARALLEL_SPLIT(*args: Any) -> Task:
    """Start branches and go on without waiting for them.

    Each branch takes the same token through an engine of its own, on a thread of its own. The
    engine's ``extra_data["lock"]`` and those of the branches are one lock. A branch's error is
    logged, sent as `workflow_error`, and raised by ``eng.branches.join()``.

    Args:
        args: Branches: a task or a list of them. Their tasks cannot be jumped to from outside.
    """

    def split(obj: Any, eng: Any) -> None:
        lock = eng.extra_data[LOCK] = eng.branches.make_lock()
        for branch in args:
            work = _branch_work(branch, obj, eng, lock)
            logged = _logged(work, eng, branch)
            eng.branches.add(eng.branches.run(logged, f"PARALLEL_SPLIT {branch}"))

    return make_task(split, "PARALLEL_SPLIT")


@with_nice_docs
def SYNCHRONIZE(*args: Any, **kwargs: Any) -> Task:
    """Run branches in parallel, wait for all of them, then run the last task.

    Args:
        args: Branches, and the task that follows them. A callable is called with this engine; a
            list or tuple of tasks runs in an engine of its own. Never jump out of a branch.
        kwargs: ``timeout``: how many seconds to wait for all branches.

    Raises:
        ValueError: There are fewer than two.
        BranchTimeout: When the task runs: a branch is not done in time.
        Exception: When the task runs: what a branch has raised; an ``ExceptionGroup`` when
            several have.
    """
    timeout = kwargs.get("timeout", MAX_TIMEOUT)
    if len(args) < 2:
        raise ValueError("You must pass at least two callables")
    *branches, last = args

    def synchronize(obj: Any, eng: Any) -> None:
        works = [_call_or_engine(branch, obj, eng) for branch in branches]
        futures = [
            eng.branches.run(work, f"SYNCHRONIZE {branch}")
            for work, branch in zip(works, branches, strict=True)
        ]
        eng.branches.wait(futures, timeout, "SYNCHRONIZE")
        _call_or_engine(last, obj, eng)()

    return make_task(synchronize, "SYNCHRONIZE")


def _branch_work(branch: Any, obj: Any, eng: Any, lock: Transient) -> Callable[[], None]:
    branch_engine = eng.spawn()
    branch_engine.extra_data[LOCK] = lock
    branch_engine.callbacks.replace([branch])
    return lambda: branch_engine.process([obj])


def _call_or_engine(branch: Any, obj: Any, eng: Any) -> Callable[[], Any]:
    if not isinstance(branch, list | tuple):
        return lambda: eng.evaluate(branch, obj)
    branch_engine = eng.spawn()
    branch_engine.callbacks.replace(branch)
    return lambda: branch_engine.process([obj])


def _logged(work: Callable[[], None], eng: Any, branch: Any) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except HaltProcessing as halt:
            eng.log.warning("The parallel branch %s has halted: %s", branch, halt)
            raise
        except Exception:
            eng.log.exception("The parallel branch %s has failed", branch)
            raise

    return run
