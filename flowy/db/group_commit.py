"""Group commit without a writer thread: whoever comes first commits for all who wait.

A caller queues its job and tries the leader's lock. Who gets it is the leader: it runs all queued
jobs in one transaction, commits once, and wakes their owners. Jobs that arrive meanwhile share the
next transaction; the leader hands its lock to the first of their owners and goes home with its own
result. A caller that is alone pays one uncontended lock and no thread switch.

One job must not spoil another. A job that raises a ``Fault`` before it has changed anything only
fails itself. After anything unexpected the whole batch is rolled back and its jobs are run one by
one, each in a transaction of its own.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from flowy.errors import Fault, ServiceUnavailable

Result = TypeVar("Result")
BATCH = 256


class Transaction(Protocol):
    """The one connection that writes."""

    def begin(self) -> None:
        """Take the database's write lock."""
        ...

    def commit(self) -> None:
        """Make the changes durable.

        Raises:
            ServiceUnavailable: Whether they are is not known.
        """
        ...

    def rollback(self) -> None:
        """Undo the changes; harmless when there is no transaction."""
        ...

    def changes(self) -> int:
        """Return a number that grows with each changed row."""
        ...


class _Job:
    """A command in the queue, and what became of it."""

    __slots__ = ("abandoned", "committed", "done", "error", "promoted", "result", "signal", "work")

    def __init__(
        self, work: Callable[[], Any], committed: Callable[[Any], None] | None = None
    ) -> None:
        self.work = work
        self.committed = committed
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = False
        self.promoted = False
        self.abandoned = False
        self.signal = threading.Lock()
        self.signal.acquire()


class GroupCommit:
    """Runs the jobs of many threads in common transactions.

    Args:
        transaction: Begins, commits and rolls back; used by one thread at a time.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._queue: deque[_Job] = deque()
        self._leader = threading.Lock()
        self._handover = threading.Lock()

    def run(
        self,
        work: Callable[[], Result],
        committed: Callable[[Result], None] | None = None,
    ) -> Result:
        """Run a job and return when it is durable; see ``Database.write``."""
        job = _Job(work, committed)
        self._queue.append(job)
        if self._leader.acquire(blocking=False):
            self._lead()
        while not job.done:
            self._wait(job)
            if not job.done:
                self._lead()
        if job.error is not None:
            raise job.error
        return cast(Result, job.result)

    def _wait(self, job: _Job) -> None:
        """Wait until the job is done or its owner is to lead."""
        try:
            job.signal.acquire()
        except BaseException:
            with self._handover:
                job.abandoned = True
                leads = job.promoted and not job.done
            if leads:
                self._lead()
            raise

    def _lead(self) -> None:
        """Run one batch, then hand the lock on or release it."""
        while True:
            batch = self._take()
            try:
                if batch:
                    self._run(batch)
            except BaseException:
                self._fail(batch)
                if not self._pass_on():
                    self._lead()
                raise
            if self._pass_on():
                return

    def _pass_on(self) -> bool:
        """Give the lock to the next in the queue; return False when the caller must go on."""
        with self._handover:
            if self._queue:
                heir = self._queue[0]
                if heir.abandoned:
                    return False
                heir.promoted = True
                heir.signal.release()
                return True
        self._leader.release()
        return not (self._queue and self._leader.acquire(blocking=False))

    def _take(self) -> list[_Job]:
        queue = self._queue
        return [queue.popleft() for _ in range(min(len(queue), BATCH))]

    def _run(self, batch: list[_Job]) -> None:
        try:
            self._transaction.begin()
            for job in batch:
                self._attempt(job)
            self._transaction.commit()
        except ServiceUnavailable as error:
            # The commit may have come through: who is run again would be carried out twice.
            self._transaction.rollback()
            for job in batch:
                job.error = error
        except BaseException as error:
            self._transaction.rollback()
            if not isinstance(error, Exception):
                raise
            if len(batch) > 1:
                for job in batch:
                    self._run([job])
                return
            batch[0].error = error
        self._finish(batch)

    def _attempt(self, job: _Job) -> None:
        before = self._transaction.changes()
        job.error = None
        try:
            job.result = job.work()
        except Fault as fault:
            if self._transaction.changes() != before:
                raise
            job.error = fault

    def _finish(self, batch: list[_Job]) -> None:
        for job in batch:
            if job.error is None and job.committed is not None:
                job.committed(job.result)
            job.done = True
        for job in batch:
            self._wake(job)

    def _fail(self, batch: list[_Job]) -> None:
        """Release those who wait for a leader that was interrupted, perhaps behind its commit."""
        for job in batch:
            if not job.done:
                job.error = ServiceUnavailable(
                    "the thread that was to commit this call was interrupted; whether the call "
                    "was carried out is not known"
                )
                job.done = True
                self._wake(job)

    def _wake(self, job: _Job) -> None:
        if job.signal.locked():
            job.signal.release()
