"""A pool of processes of which each can be killed without harm to the others."""

import atexit
import functools
import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, Protocol, TypeVar

from flowy.errors import ExecutionError, WorkerLost
from flowy.execution.call import Call
from flowy.execution.process_child import Child, pickled
from flowy.execution.thread_pool import Job, ThreadPool

P = ParamSpec("P")
T = TypeVar("T")


class Lease(Protocol):
    """Whoever has a process of the pool run a call."""

    def taken(self, child: Child) -> None:
        """Hear which process it is, just before the call begins; may raise to call it off."""
        ...

    def released(self) -> bool:
        """Hear that the call is over, and tell whether the process may be used again."""
        ...


class ProcessPool(Executor):
    """Processes, made when there is work for them, at most ``max_workers`` at a time.

    A thread of this process waits for each call. A process that dies, or is killed, takes
    its own call with it and no other; the next call has a new one.

    Args:
        max_workers: How many processes at a time; by default as many as there are processors.
        name: How the waiting threads are named.
        memory: The bytes of address space that each process may have; None for no bound.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        name: str = "flowy-process",
        *,
        memory: int | None = None,
    ) -> None:
        self._threads = ThreadPool(max_workers or os.cpu_count() or 1, name)
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._idle: list[Child] = []
        self._children: set[Child] = set()
        self._closed = False
        self._memory = memory
        self._at_exit = functools.partial(_kill, weakref.WeakMethod(self.kill))
        # Before multiprocessing's own hook, which would wait for processes that wait for calls.
        atexit.register(self._at_exit)

    @property
    def process_ids(self) -> list[int]:
        """The processes that there are, idle or not."""
        with self._lock:
            return [child.process_id for child in self._children]

    @property
    def closed(self) -> bool:
        """Whether it takes no more work."""
        return self._closed

    def put(self, job: Job) -> None:
        """Have a job done on a thread that may wait for a process."""
        self._threads.put(job)

    def take(self) -> Child:
        """Return an idle process, or a new one; give it back by ``give_back`` or ``bury``.

        Raises:
            WorkerLost: No process comes up.
            ExecutionError: The pool is closed.
        """
        while (idle := self._pop_idle()) is not None:
            if idle.waits:
                return idle
            self.bury(idle)  # it was killed meanwhile, and must not take a call with it
        with self._starting:
            child = Child(self._memory)
        with self._lock:
            self._children.add(child)
            closed = self._closed
        if closed:
            self.bury(child)
            raise ExecutionError("the process pool was closed and takes no more work")
        return child

    def _pop_idle(self) -> Child | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def give_back(self, child: Child) -> None:
        """Keep a process for the next call."""
        with self._lock:
            if not self._closed:
                self._idle.append(child)
                return
        self.bury(child)

    def bury(self, child: Child) -> None:
        """Forget a process that died or must not be used again, and see that it is gone."""
        with self._lock:
            known = child in self._children
            self._children.discard(child)
        if known:
            child.kill()
            child.close()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a function called in a process; see ``concurrent.futures.Executor``."""
        call = Call(function=fn, arguments=args, keywords=kwargs, name=f"a call of {fn!r}")
        return self._threads.submit(self.request, call)

    def request(self, call: Call, lease: "Lease | None" = None) -> Any:
        """Run a call in a process of the pool, on the calling thread.

        Args:
            call: What to run.
            lease: Hears which process it is, and may call it off.
        """
        payload = pickled(call)
        child = self.take()
        alive = True
        try:
            if lease is not None:
                lease.taken(child)
            return child.request(payload, call.name, call.asked)
        except WorkerLost:
            alive = False
            raise
        finally:
            if lease is not None:
                alive = lease.released() and alive
            (self.give_back if alive else self.bury)(child)

    def kill(self) -> None:
        """Kill every process, whatever it does; idempotent."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True
            children = list(self._children)
            idle, self._idle = self._idle, []
        for child in children:
            child.kill()
        for child in idle:
            self.bury(child)
        atexit.unregister(self._at_exit)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls, wait for those that run if asked to, and end the processes."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        if wait:
            self.kill()
            return
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            self.bury(child)


def _kill(kill: weakref.WeakMethod[Callable[[], None]]) -> None:
    if (method := kill()) is not None:
        method()
