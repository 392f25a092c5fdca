"""The parent's side of one process of a pool."""

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable
from typing import Any

from flowy.errors import ExecutionError, PayloadError, WorkerLost
from flowy.execution import raised
from flowy.execution.call import Call
from flowy.execution.process_serve import QUESTION, serve
from flowy.execution.process_tree import kill_tree

# Not fork: a fork of a process that has threads may inherit a lock that nobody will ever release.
_CONTEXT = multiprocessing.get_context("forkserver")
_PATIENCE = 2.0
_STILLBORN = (
    "a process for calls ended while it started; if the program's main module starts its work when "
    "it is imported, put that under `if __name__ == '__main__':`; a program that is read from "
    "standard input has to be a file"
)


class Child:
    """A process that waits for calls, in a session and group of its own.

    Args:
        memory: The bytes of address space that it may have; None for no bound.

    Raises:
        WorkerLost: The process did not come up.
    """

    def __init__(self, memory: int | None = None) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._process_id = 0
        self._calls, calls = _CONTEXT.Pipe()
        lifeline, self._lifeline = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(
            target=serve,
            args=(calls, lifeline, dict(os.environ), memory),
            name="flowy-process",
        )
        try:
            self._process.start()
            self._process_id = self._process.pid or 0
            calls.close()
            self._calls.recv_bytes()  # its greeting
        except (EOFError, OSError, RuntimeError) as error:
            self.close()
            raise WorkerLost(_STILLBORN) from error
        finally:
            calls.close()
            lifeline.close()

    @property
    def process_id(self) -> int:
        """The system's id of the process, and of its group; 0 if it never had one."""
        return self._process_id

    @property
    def waits(self) -> bool:
        """Whether it waits for a call: it says nothing then, until it has ended."""
        try:
            return not self._calls.poll()
        except OSError:
            return False

    def request(self, call: bytes, name: str, asked: Callable[[Any], Any] | None = None) -> Any:
        """Run a pickled call in the process and return its value.

        Args:
            call: The call.
            name: How messages name it.
            asked: Answers what the call asks while it runs.

        Raises:
            WorkerLost: The process ended first.
            BaseException: What the callable raised.
        """
        try:
            self._calls.send_bytes(call)
            answer = self._calls.recv_bytes()
            while answer.startswith(QUESTION):
                self._calls.send_bytes(_reply(answer[len(QUESTION) :], asked))
                answer = self._calls.recv_bytes()
        except (EOFError, OSError) as error:
            raise WorkerLost(f"{name} was lost: {self._obituary()}") from error
        return _read(answer, name)

    def kill(self) -> None:
        """Kill the process and all that it started; does not wait."""
        with self._lock:
            # Once it is reaped, its id may be another process's.
            if not self._closed:
                kill_tree(self._process_id)

    def close(self) -> None:
        """Let the process end, or kill it if it does not, and forget it; idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._calls.close()
            if self._process_id:
                self._process.join(_PATIENCE)
                if self._process.is_alive():
                    kill_tree(self._process_id)
                    self._process.join()
            self._lifeline.close()
            self._process.close()

    def _obituary(self) -> str:
        self._process.join(_PATIENCE)
        status = self._process.exitcode
        if status is None:
            return f"process {self.process_id} does not answer any more"
        how = f"was killed by signal {-status}" if status < 0 else f"exited with status {status}"
        return f"process {self.process_id} {how} before it answered"


def _read(answer: bytes, name: str) -> Any:
    try:
        succeeded, value, *trace = pickle.loads(answer)  # noqa: S301 -- of our child
    except Exception as error:
        raise PayloadError(f"{name} answered what cannot be unpickled here: {error}") from error
    if succeeded:
        return value
    problem = raised.receive(value)
    problem.add_note(f"In the process that ran {name}:\n{trace[0]}")
    raise problem


def _reply(question: bytes, asked: Callable[[Any], Any] | None) -> bytes:
    if asked is None:
        return pickle.dumps((True, ExecutionError("nobody answers the questions of this call")))
    try:
        return pickle.dumps((False, asked(pickle.loads(question))))  # noqa: S301 -- of our child
    except Exception as error:  # noqa: BLE001 -- it is raised where the question was asked
        return pickle.dumps((True, error))


def pickled(call: Call) -> bytes:
    """Pickle a call for ``Child.request``.

    Raises:
        PayloadError: It cannot be pickled; the text names the argument.
    """
    try:
        return pickle.dumps((call.function, call.arguments, dict(call.keywords)), protocol=5)
    except Exception as error:
        raise PayloadError(
            f"{call.name} cannot be sent to a process, because {_culprit(call)} cannot be "
            f"pickled: {error}; pass values without open files, locks, lambdas or local classes"
        ) from error


def _culprit(call: Call) -> str:
    parts = [("its function", call.function)]
    parts += [(f"argument {number}", each) for number, each in enumerate(call.arguments, 1)]
    parts += [(f"argument {name!r}", each) for name, each in call.keywords.items()]
    for label, part in parts:
        try:
            pickle.dumps(part)
        except Exception:  # noqa: BLE001 -- found: whatever it raises is reported by the caller
            return label
    return "the whole of it"
