"""Notice workflow code that holds up its decision: log where it stands, and after a while end it.

A decision costs two numbers and no timer: it makes a counter odd when it begins and even when it
ends, and one thread of the worker looks now and then. Code that sees the same odd number for too
long is blocked. It is ended by an exception that Python raises in its thread as soon as that runs
Python code again; a call that waits outside of Python is not interrupted.
"""

import ctypes
import gc
import logging
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType

from flowy.errors import BlockedDecisionError
from flowy.protocol.ids import ExecutionId
from flowy.worker.settings import DeciderSettings

SHORTEST, LONGEST = 0.05, 1.0
"""Seconds between two looks."""

DEBUGGERS = frozenset({"bdb", "debugpy", "pdb", "pydevd"})
"""Whose user may take all the time of the world."""

logger = logging.getLogger(__name__)


class Watch:
    """What one poller decides at the moment.

    Args:
        settings: How long it may take.
    """

    def __init__(self, settings: DeciderSettings) -> None:
        self.settings = settings
        self.number = 0
        """Odd while a decision is made."""
        self.execution: ExecutionId | None = None
        self.thread = 0
        self.lock = threading.Lock()
        self.blocked: BlockedDecisionError | None = None

    def begin(self, execution: ExecutionId) -> None:
        """Note that the code of an execution runs from now on, in this thread."""
        self.execution, self.thread = execution, threading.get_ident()
        self.blocked = None
        self.number += 1 + self.number % 2  # odd, also when the last end was cut short

    def end(self) -> BlockedDecisionError | None:
        """Note that it has stopped; return why it was ended, if it was."""
        with self.lock:
            self.number += self.number % 2
            blocked, self.blocked = self.blocked, None
        if blocked is not None:
            _take_interrupt()  # the code may have ended by itself just before it was ended
        return blocked


@dataclass(slots=True)
class _Sight:
    """What was seen of a decision: its number, and since when."""

    number: int
    since: float
    is_logged: bool = False


class Watchdog:
    """Looks after the decisions of a worker, on a thread of its own.

    Args:
        watches: Those of its pollers.
    """

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._watches = watches
        self._sights: dict[int, _Sight] = {}
        self._stop = threading.Event()
        limits = [
            limit
            for watch in watches
            for limit in (watch.settings.warn_after, watch.settings.fail_after)
            if limit
        ]
        self.interval = min(LONGEST, max(SHORTEST, min(limits) / 4)) if limits else None
        """Seconds between two looks; None when nothing has a limit."""

    def start(self) -> None:
        """Begin to look, unless nothing has a limit; returns at once."""
        if self.interval is not None:
            threading.Thread(target=self._run, name="flowy-watchdog", daemon=True).start()

    def stop(self) -> None:
        """Look no more; returns at once."""
        self._stop.set()

    def look(self, now: float) -> None:
        """Look at each decision that is being made.

        Args:
            now: Seconds on a clock that never goes back.
        """
        for watch in self._watches:
            number, sight = watch.number, self._sights.get(id(watch))
            if number % 2 == 0:
                continue
            if sight is None or sight.number != number:
                self._sights[id(watch)] = _Sight(number, now)
            else:
                _judge(watch, sight, now - sight.since)

    def _run(self) -> None:
        while not self._stop.wait(self.interval):
            try:
                self.look(time.monotonic())
            except Exception:
                logger.exception("the watchdog failed once, and goes on")


def _judge(watch: Watch, sight: _Sight, seconds: float) -> None:
    limits = watch.settings
    if limits.fail_after and seconds >= limits.fail_after:
        _end(watch, sight, seconds)
    elif limits.warn_after and seconds >= limits.warn_after and not sight.is_logged:
        sight.is_logged = True
        stack = _stack(watch.thread)
        if stack is not None:
            logger.warning(
                "execution %s: its code holds up the decision for %.1f s: what takes long belongs "
                "in an activity. It stands at\n%s",
                watch.execution,
                seconds,
                stack,
            )


def _end(watch: Watch, sight: _Sight, seconds: float) -> None:
    stack = _stack(watch.thread)
    if stack is None:
        return
    with watch.lock:
        if watch.number != sight.number:
            return
        known = watch.blocked
        if known is None:
            watch.blocked = BlockedDecisionError(
                f"its code held up the decision for {seconds:.1f} s: what takes long belongs in an "
                f"activity. It stood at\n{stack}",
                stack,
            )
            logger.error("execution %s: %s", watch.execution, watch.blocked)
        # Again at each look: code may swallow it.
        _interrupt(watch.thread, BlockedDecisionError)


def _stack(thread: int) -> str | None:
    """Return the stack of the workflow's code in a thread; None when a debugger has it."""
    frame = _frames().get(thread)
    if frame is None or _is_debugged(frame):
        return None
    frames = traceback.extract_stack(frame)
    return "".join(traceback.format_list(frames)).rstrip()


def _frames() -> dict[int, FrameType]:
    """Return where each thread stands.

    CPython holds a lock over its threads meanwhile. A collection that begins under it and finds a
    ``threading.local`` to free waits for that same lock for ever, so there must be none.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return sys._current_frames()
    finally:
        if collects:
            gc.enable()


def _is_debugged(frame: FrameType | None) -> bool:
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] in DEBUGGERS:
            return True
        frame = frame.f_back
    return False


def _interrupt(thread: int, error: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


def _take_interrupt() -> None:
    """Take the exception that this thread may have been sent, or else one of its own.

    Withdrawing it is not enough: CPython 3.11 goes on telling all threads that one has something to
    take, which slows each of them, and keeps code under a profiler or a debugger for ever.
    """
    try:
        _interrupt(threading.get_ident(), BlockedDecisionError)
        while True:
            pass
    except BlockedDecisionError:
        return
