"""ExecutorStrategy: the call runs on any ``concurrent.futures.Executor``, such as Dask's."""

import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from typing import Any

from flowy.errors import ExecutionCanceled, WorkerLost
from flowy.execution.call import Call, invoke
from flowy.execution.outcome import Stop
from flowy.execution.strategy import Attempt


class ExecutorStrategy:
    """Hands calls to an executor that somebody else wrote.

    The executor is made for the first call; one that breaks is made anew for the next. A call's
    time starts when it is handed over, because executors do not say when it begins. A call
    that runs cannot be stopped: it is abandoned. Context variables do not travel.

    Args:
        make: Makes the executor.
        owned: Whether the executor is shut down with the strategy.
    """

    def __init__(self, make: Callable[[], Executor], *, owned: bool = True) -> None:
        self._make = make
        self._owned = owned
        self._lock = threading.Lock()
        self._executor: Executor | None = None

    @classmethod
    def over(cls, executor: Executor) -> "ExecutorStrategy":
        """Return a strategy over an executor that its owner closes."""
        return cls(lambda: executor, owned=False)

    def start(self, call: Call, attempt: Attempt) -> "_Submitted":
        """Submit the call."""
        with self._lock:
            executor = self._executor = self._executor or self._make()
        try:
            future = executor.submit(invoke, call.function, call.arguments, dict(call.keywords))
        except BrokenExecutor as error:
            self._discard(executor)
            raise WorkerLost(f"{call.name} was refused by a broken executor: {error}") from error
        attempt.began()

        def report(future: Future[Any]) -> None:
            self._report(call, attempt, executor, future)

        future.add_done_callback(report)
        return _Submitted(future)

    def close(self) -> None:
        """Shut the executor down if it is the strategy's own."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None and self._owned:
            executor.shutdown(wait=False, cancel_futures=True)

    def _report(
        self, call: Call, attempt: Attempt, executor: Executor, future: Future[Any]
    ) -> None:
        try:
            value = future.result()
        except BrokenExecutor as error:
            self._discard(executor)
            lost = WorkerLost(f"{call.name} was lost with its executor: {error}")
            lost.__cause__ = error
            attempt.failed(lost)
        except CancelledError:
            attempt.failed(ExecutionCanceled(f"{call.name} was cancelled by its executor"))
        except BaseException as error:  # noqa: BLE001 -- the attempt records and logs it
            attempt.failed(error)
        else:
            attempt.succeeded(value)

    def _discard(self, executor: Executor) -> None:
        with self._lock:
            if self._executor is executor:
                self._executor = None


class _Submitted:
    """One call that the executor has."""

    __slots__ = ("_future",)

    def __init__(self, future: Future[Any]) -> None:
        self._future = future

    def stop(self) -> Stop:
        return Stop.NOT_STARTED if self._future.cancel() else Stop.ABANDONED
