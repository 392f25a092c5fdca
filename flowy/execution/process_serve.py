"""The child's side of a process pool: take a call, run it, answer, until the pipe is closed."""

import contextlib
import os
import pickle
import signal
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any

from flowy.execution.call import invoke

READY = b"ready"


def serve(calls: Connection, lifeline: Connection, environment: dict[str, str]) -> None:
    """Serve calls in a session of this process's own.

    Args:
        calls: Brings pickled calls and takes pickled answers.
        lifeline: Is closed by the parent's end, whatever ended it: then everything here ends.
        environment: The parent's environment now, which the fork server may not know.
    """
    with contextlib.suppress(PermissionError):
        os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    calls.send_bytes(READY)
    with contextlib.suppress(EOFError, OSError):
        while True:
            calls.send_bytes(_answer(calls.recv_bytes()))


def _die_with_parent(lifeline: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _answer(request: bytes) -> bytes:
    try:
        function, arguments, keywords = pickle.loads(request)  # noqa: S301 -- of our parent
        value = invoke(function, arguments, keywords)
        return pickle.dumps((True, value), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # noqa: BLE001 -- it travels to the parent, which records it
        return _failure(error)


def _failure(error: BaseException) -> bytes:
    """Pickle an exception, or its description if it does not survive that."""
    trace = "".join(traceback.format_exception(error))
    described = f"{type(error).__name__}: {error}"
    answer: tuple[bool, Any, str, str] = (False, error, described, trace)
    try:
        pickled = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        pickle.loads(pickled)  # noqa: S301 -- our own
    except Exception:  # noqa: BLE001 -- any failure has the same remedy
        return pickle.dumps((False, None, described, trace), pickle.HIGHEST_PROTOCOL)
    return pickled
