"""Threads beside the machine: run branches in parallel, wait for them, report their errors."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, wait
from types import TracebackType
from typing import Any

from flowy.errors import BranchTimeout, WorkflowTransition
from flowy.machine.state import Transient


class SharedLock(Transient):
    """The lock that a parallel split puts into ``extra_data`` of all its engines."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; return whether it was got within ``timeout`` seconds."""
        return self._lock.acquire(blocking, timeout)

    def locked(self) -> bool:
        """Tell whether somebody has the lock."""
        return self._lock.locked()

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()


class Branches:
    """The branches that were started beside an engine and are not waited for by its tasks."""

    def __init__(self) -> None:
        self._futures: list[Any] = []

    def run(self, work: Callable[[], Any], name: str) -> Any:
        """Begin something beside the machine; return the future of it."""
        return start(work, name)

    def wait(self, futures: Iterable[Any], timeout: float | None, name: str) -> None:
        """Wait for what ``run`` began, and raise what went wrong in it, as ``join`` does."""
        join(futures, timeout, name)

    def make_lock(self) -> Transient:
        """Return a lock for what ``run`` begins."""
        return SharedLock()

    def add(self, future: Any) -> None:
        """Remember a branch that runs."""
        self._futures.append(future)

    def __len__(self) -> int:
        return len(self._futures)

    @property
    def errors(self) -> list[BaseException]:
        """What the branches that have ended have raised, in the order of their start."""
        ended = [future for future in self._futures if future.done()]
        return [error for future in ended if (error := future.exception()) is not None]

    def join(self, timeout: float | None = None) -> None:
        """Wait until all branches have ended, and forget those that have.

        Args:
            timeout: At most so many seconds; None waits for ever.

        Raises:
            BranchTimeout: A branch still runs.
            Exception: What a branch has raised; an ``ExceptionGroup`` when there were several.
        """
        try:
            self.wait(self._futures, timeout, "PARALLEL_SPLIT")
        finally:
            self._futures = [future for future in self._futures if not future.done()]


def start(work: Callable[[], Any], name: str) -> "Future[None]":
    """Run something on a thread of its own that does not keep the process alive."""
    future: Future[None] = Future()

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the future carries it to whoever joins
            future.set_exception(error)
        else:
            future.set_result(None)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def join(futures: Iterable["Future[None]"], timeout: float | None, name: str) -> None:
    """Wait for branches and raise what went wrong in them.

    Errors go before transitions: a branch that halts the engine does not hide another's error.

    Args:
        futures: The branches.
        timeout: At most so many seconds for all of them.
        name: The pattern that started them, for messages.

    Raises:
        BranchTimeout: A branch still runs.
        Exception: What one has raised; an ``ExceptionGroup`` when several have.
    """
    started = list(futures)
    wait(started, timeout)
    report(started, timeout, name)


def report(started: Sequence[Any], timeout: float | None, name: str) -> None:
    """Raise what went wrong in branches that were waited for; see ``join``."""
    done = [one for one in started if one.done()]
    running = [one for one in started if not one.done()]
    raised = [error for one in done if (error := one.exception()) is not None]
    failures = [error for error in raised if not isinstance(error, WorkflowTransition)]
    if running:
        failures.append(
            BranchTimeout(
                f"{len(running)} of {len(started)} branches of {name} were not done after "
                f"{timeout} s; they still run. Give it a longer timeout, or look at what they "
                "wait for"
            )
        )
    if len(failures) > 1:
        raise BaseExceptionGroup(f"{len(failures)} branches of {name} failed", failures)
    for error in failures or raised:
        raise error
