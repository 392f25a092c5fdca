"""ThreadStrategy: the call runs on a thread of a pool."""

import threading

from flowy.errors import ExecutionCanceled
from flowy.execution.call import Call
from flowy.execution.cancellation import perform
from flowy.execution.outcome import Stop
from flowy.execution.strategy import Attempt
from flowy.execution.thread_pool import ThreadPool


class ThreadStrategy:
    """Runs calls on the threads of a pool.

    A thread cannot be stopped from outside: a call that is told to stop is abandoned, its thread
    replaced, and its late answer not heard. Polite code asks ``stop_requested()``.

    Args:
        pool: Where the threads come from; closed with the strategy.
    """

    def __init__(self, pool: ThreadPool | None = None) -> None:
        self._pool = pool or ThreadPool()
        self._lock = threading.Lock()

    def start(self, call: Call, attempt: Attempt) -> "_Job":
        """Put the call into the pool's queue."""
        job = _Job(call, attempt, self._pool, self._lock)
        self._pool.put(job)
        return job

    def close(self) -> None:
        """Drop what has not begun; what runs goes on without anybody to hear it."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class _Job:
    """One call in the queue, on a thread, abandoned, or over."""

    __slots__ = ("_attempt", "_call", "_lock", "_over", "_pool", "_thread")

    def __init__(
        self, call: Call, attempt: Attempt, pool: ThreadPool, lock: threading.Lock
    ) -> None:
        self._call, self._attempt, self._pool, self._lock = call, attempt, pool, lock
        self._thread: threading.Thread | None = None
        self._over = False

    def work(self) -> None:
        with self._lock:
            if self._over:
                return
            self._thread = threading.current_thread()
        self._attempt.began()
        perform(self._call, self._attempt)
        with self._lock:
            self._over = True

    def drop(self) -> None:
        self._attempt.failed(ExecutionCanceled(f"{self._call.name}: its pool was closed first"))

    def stop(self) -> Stop:
        with self._lock:
            if self._thread is not None:
                # Under the lock: a thread that has gone on to another call is not abandoned.
                if not self._over:
                    self._pool.abandon(self._thread)
                return Stop.LATE if self._over else Stop.ABANDONED
            self._over = True
        return Stop.NOT_STARTED
