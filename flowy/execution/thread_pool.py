"""A pool of daemon threads that goes on without those of its threads that never come back."""

import contextlib
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, Protocol, TypeVar

from flowy.errors import ExecutionError

P = ParamSpec("P")
T = TypeVar("T")


class Job(Protocol):
    """A piece of work for a thread of the pool."""

    def work(self) -> None:
        """Do it, on a thread of the pool; raises nothing."""
        ...

    def drop(self) -> None:
        """Hear that it will never be done: the pool was closed first."""
        ...


class ThreadPool(Executor):
    """Threads, made when there is work for them, at most ``max_workers`` at a time.

    Unlike ``ThreadPoolExecutor`` it does not keep the interpreter from exiting, and a thread that
    was abandoned does not take the place of another: it ends when its work does.

    Args:
        max_workers: How many threads at a time; by default what ``ThreadPoolExecutor`` has.
        name: How the threads are named.
    """

    def __init__(self, max_workers: int | None = None, name: str = "flowy") -> None:
        self._max_workers = max_workers or min(32, (os.cpu_count() or 1) + 4)
        self._name = name
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._made = 0
        self._closed = False

    @property
    def threads(self) -> int:
        """How many threads there are, without the abandoned ones."""
        return len(self._threads)

    @property
    def closed(self) -> bool:
        """Whether it takes no more work."""
        return self._closed

    def put(self, job: Job) -> None:
        """Have a job done, after those that were put before it.

        Raises:
            ExecutionError: The pool is closed.
        """
        with self._lock:
            if self._closed:
                raise ExecutionError(f"the pool {self._name!r} is closed and takes no more work")
            self._jobs.put(job)
            if len(self._threads) < self._max_workers and self._jobs.qsize() > self._idle:
                self._add_thread()

    def abandon(self, thread: threading.Thread) -> None:
        """Go on without a thread that has a job: another one may take its place at once."""
        with self._lock:
            if thread in self._threads:
                self._threads.remove(thread)
                if self._jobs.qsize() > self._idle:
                    self._add_thread()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a function called by a thread; see ``concurrent.futures.Executor``."""
        job = _Submitted(fn, args, kwargs)
        self.put(job)
        return job.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more jobs; idempotent.

        Args:
            wait: Return when the jobs that were put are done.
            cancel_futures: Drop the jobs that have not begun.
        """
        with self._lock:
            first = not self._closed
            self._closed = True
            dropped = self._drain() if cancel_futures else []
            threads = list(self._threads)
            for _ in threads if first or cancel_futures else ():
                self._jobs.put(None)
        for job in dropped:
            job.drop()
        if wait:
            for thread in threads:
                if thread is not threading.current_thread():
                    thread.join()

    def _drain(self) -> list[Job]:
        dropped: list[Job] = []
        with contextlib.suppress(queue.Empty):
            while True:
                job = self._jobs.get_nowait()
                if job is not None:
                    dropped.append(job)
        return dropped

    def _add_thread(self) -> None:
        self._made += 1
        name = f"{self._name}-{self._made}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        thread = threading.current_thread()
        while thread in self._threads and (job := self._next()) is not None:
            job.work()
            del job
        with self._lock:
            self._threads.discard(thread)

    def _next(self) -> Job | None:
        if not self._jobs.empty():
            try:
                return self._jobs.get_nowait()
            except queue.Empty:  # not `suppress`: this is passed for every job
                pass
        with self._lock:
            self._idle += 1
        job = self._jobs.get()
        with self._lock:
            self._idle -= 1
        return job


class _Submitted:
    """A job that ``Executor.submit`` made."""

    def __init__(self, function: Callable[..., Any], args: Any, kwargs: Any) -> None:
        self.future: Future[Any] = Future()
        self._function, self._args, self._kwargs = function, args, kwargs

    def work(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            self.future.set_result(self._function(*self._args, **self._kwargs))
        except BaseException as error:  # noqa: BLE001 -- the future records it
            with contextlib.suppress(Exception):
                self.future.set_exception(error)

    def drop(self) -> None:
        self.future.cancel()
        self.future.set_running_or_notify_cancel()
