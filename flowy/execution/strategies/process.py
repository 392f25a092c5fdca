"""ProcessStrategy: the call runs in a process that can be killed with all that it started."""

import enum
import threading

from flowy.errors import ExecutionCanceled
from flowy.execution.call import Call
from flowy.execution.outcome import Stop
from flowy.execution.process_child import Child
from flowy.execution.process_pool import ProcessPool
from flowy.execution.strategy import Attempt


class ProcessStrategy:
    """Runs calls in the processes of a pool, each in a group of its own.

    Function, arguments, value and exception are pickled. A call that is told to stop is killed
    with every process it started, and so is one that runs when this process ends.

    Args:
        pool: Where the processes come from; closed with the strategy.
    """

    def __init__(self, pool: ProcessPool | None = None) -> None:
        self._pool = pool or ProcessPool()

    def start(self, call: Call, attempt: Attempt) -> "_Job":
        """Put the call into the pool's queue."""
        job = _Job(call, attempt, self._pool)
        self._pool.put(job)
        return job

    def close(self) -> None:
        """Drop what has not begun and kill what runs."""
        self._pool.kill()


class _State(enum.Enum):
    QUEUED = enum.auto()
    TAKEN = enum.auto()
    RUNNING = enum.auto()
    KILLED = enum.auto()
    OVER = enum.auto()


class _Job:
    """One call on its way through the pool; a ``Lease`` of the process that runs it."""

    __slots__ = ("_attempt", "_call", "_child", "_lock", "_pool", "_state")

    def __init__(self, call: Call, attempt: Attempt, pool: ProcessPool) -> None:
        self._call, self._attempt, self._pool = call, attempt, pool
        self._lock = threading.Lock()
        self._state = _State.QUEUED
        self._child: Child | None = None

    def work(self) -> None:
        with self._lock:
            if self._state is not _State.QUEUED:
                return
            self._state = _State.TAKEN
        try:
            value = self._pool.request(self._call, self)
        except BaseException as error:  # noqa: BLE001 -- the attempt records and logs it
            self._attempt.failed(error)
        else:
            self._attempt.succeeded(value)

    def drop(self) -> None:
        self._attempt.failed(ExecutionCanceled(f"{self._call.name}: its pool was closed first"))

    def taken(self, child: Child) -> None:
        with self._lock:
            if self._state is not _State.TAKEN:
                raise ExecutionCanceled(f"{self._call.name} was cancelled before it began")
            self._state = _State.RUNNING
            self._child = child
        self._attempt.began()

    def released(self) -> bool:
        with self._lock:
            killed = self._state is _State.KILLED
            self._state = _State.OVER
            self._child = None
        return not killed

    def stop(self) -> Stop:
        with self._lock:
            state = self._state
            if state is _State.RUNNING and self._child is not None:
                # Under the lock: a process that has gone on to another call is not killed.
                self._state = _State.KILLED
                self._child.kill()
            elif state in (_State.QUEUED, _State.TAKEN):
                self._state = _State.OVER
        return _STOPS[state]


_STOPS = {
    _State.QUEUED: Stop.NOT_STARTED,
    _State.TAKEN: Stop.NOT_STARTED,
    _State.RUNNING: Stop.KILLED,
    _State.KILLED: Stop.KILLED,
    _State.OVER: Stop.LATE,
}
