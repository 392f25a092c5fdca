"""Threads that carry out what an event loop hands them, several jobs at a time.

Handing a job to a thread and its result back costs more than a short read does, because both sides
then fight for the interpreter. A thread therefore takes all the jobs that wait, up to a limit, and
hands all their results back at once.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")


@dataclass(slots=True)
class _Job:
    work: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Lane:
    """Some threads with one queue.

    Args:
        name: The threads' name.
        threads: How many jobs are carried out at once.
        batch: How many waiting jobs a thread takes at most; 1 when a job may take long.
    """

    def __init__(self, name: str, threads: int, batch: int) -> None:
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._batch = batch
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[], Result]) -> Result:
        """Carry out a job on one of the threads."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._queue.put(_Job(work, loop, future))
        return await future

    def close(self) -> None:
        """Carry out what waits and end the threads."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            jobs = [job]
            goes_on = self._take_more(jobs)
            for taken in jobs:
                _carry_out(taken)
            for loop in {taken.loop for taken in jobs}:
                # A loop that was closed over its requests has nobody left who waits for them.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(_deliver, [job for job in jobs if job.loop is loop])
            if not goes_on:
                return

    def _take_more(self, jobs: list[_Job]) -> bool:
        """Add what waits to the jobs; return False when the thread is to end after them."""
        while len(jobs) < self._batch:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                return False
            jobs.append(job)
        return True


def _carry_out(job: _Job) -> None:
    try:
        job.result = job.work()
    except BaseException as error:  # noqa: BLE001 - it is raised where the job was handed over
        job.error = error


def _deliver(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is None:
            job.future.set_result(job.result)
        else:
            job.future.set_exception(job.error)
