"""ScriptStrategy: the call is a script, run by an interpreter of its own."""

import subprocess
import threading

from flowy.errors import DefinitionError, ExecutionCanceled
from flowy.execution.call import Call
from flowy.execution.outcome import Stop
from flowy.execution.process_tree import kill_tree
from flowy.execution.script import Script
from flowy.execution.strategy import Attempt
from flowy.execution.thread_pool import ThreadPool


class ScriptStrategy:
    """Runs calls whose function is a ``Script``; the value is its ``ScriptOutput``.

    A script that is told to stop is killed with every process it started.

    Args:
        pool: Threads that wait for the scripts; its size is how many run at a time.
    """

    def __init__(self, pool: ThreadPool | None = None) -> None:
        self._pool = pool or ThreadPool(name="flowy-script")
        self._running: set[_Job] = set()

    def start(self, call: Call, attempt: Attempt) -> "_Job":
        """Put the script into the queue.

        Raises:
            DefinitionError: The call's function is not a ``Script``.
        """
        if not isinstance(call.function, Script):
            raise DefinitionError(f"{call.name} is not a Script, so no interpreter can run it")
        job = _Job(call, call.function, attempt, self._running)
        self._pool.put(job)
        return job

    def close(self) -> None:
        """Drop what has not begun and kill what runs."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for job in list(self._running):
            job.stop()


class _Job:
    """One script in the queue, running, killed, or over."""

    def __init__(self, call: Call, script: Script, attempt: Attempt, running: set["_Job"]) -> None:
        self._name, self._script, self._attempt = call.name, script, attempt
        self._running = running
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._over = False

    def work(self) -> None:
        try:
            with self._lock:
                if self._over:
                    return
                process = self._process = self._script.begin()
            self._running.add(self)
            self._attempt.began()
            with process:
                value = self._script.finish(process)
        except BaseException as error:  # noqa: BLE001 -- the attempt records and logs it
            self._end()
            self._attempt.failed(error)
        else:
            self._end()
            self._attempt.succeeded(value)

    def drop(self) -> None:
        self._attempt.failed(ExecutionCanceled(f"{self._name}: its pool was closed first"))

    def stop(self) -> Stop:
        with self._lock:
            process, over, self._over = self._process, self._over, True
            if process is not None and not over and process.returncode is None:
                kill_tree(process.pid)
                return Stop.KILLED
        if process is None and not over:
            return Stop.NOT_STARTED
        return Stop.LATE

    def _end(self) -> None:
        with self._lock:
            self._over = True
        self._running.discard(self)
