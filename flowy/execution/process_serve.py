"""The child's side of a process pool: take a call, run it, answer, until the pipe is closed."""

import contextlib
import os
import pickle
import resource
import signal
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any

from flowy.errors import ExecutionError, PayloadError
from flowy.execution import raised
from flowy.execution.call import invoke

READY = b"ready"
QUESTION = b"?"
"""What a message begins with that is a question of the running call, and not its answer."""


class _Line:
    """The pipe to the parent, which the running call may use to ask things."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Connection | None = None
        self._process_id = 0

    def open(self, calls: Connection) -> None:
        with self._lock:
            self._calls = calls
            self._process_id = os.getpid()

    def close(self) -> None:
        with self._lock:
            self._calls = None

    def ask(self, question: Any) -> Any:
        with self._lock:
            if self._calls is None or os.getpid() != self._process_id:
                raise ExecutionError("no call runs here that could ask its parent something")
            self._calls.send_bytes(QUESTION + pickle.dumps(question))
            failed, reply = pickle.loads(self._calls.recv_bytes())  # noqa: S301 -- of our parent
        if failed:
            raise reply
        return reply


_line = _Line()


def ask(question: Any) -> Any:
    """Ask whoever made the call that runs in this process, and return the reply.

    Args:
        question: What ``Call.asked`` gets; it travels pickled.

    Raises:
        ExecutionError: No call runs here.
        BaseException: What ``Call.asked`` raised.
    """
    return _line.ask(question)


def serve(
    calls: Connection, lifeline: Connection, environment: dict[str, str], memory: int | None = None
) -> None:
    """Serve calls in a session of this process's own.

    Args:
        calls: Brings pickled calls and takes pickled answers.
        lifeline: Is closed by the parent's end, whatever ended it: then everything here ends.
        environment: The parent's environment now, which the fork server may not know.
        memory: The bytes of address space that the process may have; None for no bound.
    """
    with contextlib.suppress(PermissionError):
        os.setsid()
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    calls.send_bytes(READY)
    own = os.getpid()
    with contextlib.suppress(EOFError, OSError):
        while True:
            request = calls.recv_bytes()
            _line.open(calls)
            answer = _answer(request)
            _line.close()
            if os.getpid() != own:  # the call forked, and its copy came back: there is one answer
                os._exit(0)
            calls.send_bytes(answer)


def _die_with_parent(lifeline: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _answer(request: bytes) -> bytes:
    try:
        function, arguments, keywords = pickle.loads(request)  # noqa: S301 -- of our parent
        value = invoke(function, arguments, keywords)
        return _success(value)
    except BaseException as error:  # noqa: BLE001 -- it travels to the parent, which records it
        return _failure(error)


def _success(value: Any) -> bytes:
    try:
        return pickle.dumps((True, value), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise PayloadError(
            f"the result, of type {type(value).__name__}, cannot be sent from its process: {error}"
        ) from error


def _failure(error: BaseException) -> bytes:
    trace = "".join(traceback.format_exception(error))
    return pickle.dumps((False, raised.send(error), trace), pickle.HIGHEST_PROTOCOL)
