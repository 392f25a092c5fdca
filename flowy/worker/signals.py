"""SIGTERM and Ctrl-C: the first one asks the worker to leave, the second one does what it did.

SIGHUP, by which a terminal says that it was closed, asks the worker to leave as well. It often
comes twice, from the kernel and from the shell, so a second one means nothing; and who has it
ignored, such as nohup, wants it to mean nothing at all.

A process under a supervisor is told by it. It may hear a second time of the same wish, because a
terminal's Ctrl-C and an init system send theirs to every process: there the first one is the last.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from select import select
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)

HANDLED = b"\0"
"""Says that the main thread has come to the handler; other bytes are the numbers of signals."""

PATIENCE = 0.1
"""Seconds for which that is waited for: a second signal would be lost before."""


@contextmanager
def leaving_on_signals(leave: Callable[[], None], *, once: bool = False) -> Iterator[None]:
    """Call ``leave``, from another thread, when the process is asked to end inside the block.

    Outside of the main thread, where Python takes no handlers, nothing is done. ``leave`` may take
    locks: a signal handler itself could not, since it may interrupt whoever holds them.

    Args:
        leave: Asks the worker to leave.
        once: Whether further signals mean nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    watcher = threading.Thread(target=_watch, args=(reading, leave), daemon=True)
    watcher.start()
    # Python runs handlers in the main thread alone, when that comes to it. Where another thread got
    # the signal, that one may be in a poll for a minute; what Python writes here comes at once.
    woken = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    previous = {number: signal.getsignal(number) for number in SIGNALS if is_heard(number)}
    then: dict[signal.Signals, Any] = {} if once else dict(previous)
    then.pop(signal.SIGHUP, None)
    try:
        _install(previous, then, writing)
        yield
    finally:
        _restore(previous)
        signal.set_wakeup_fd(woken)
        os.close(writing)
        watcher.join()
        os.close(reading)


def is_heard(number: signal.Signals) -> bool:
    """Tell whether a signal means something: SIGHUP does not where it is ignored."""
    return number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN


def _install(
    heard: Iterable[signal.Signals], then: dict[signal.Signals, Any], writing: int
) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        _restore(then)
        with suppress(BlockingIOError):  # it was told often enough
            os.write(writing, HANDLED)

    for number in heard:
        signal.signal(number, handle)


def _restore(previous: dict[signal.Signals, Any]) -> None:
    for number, handler in previous.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _watch(reading: int, leave: Callable[[], None]) -> None:
    while byte := os.read(reading, 1):
        if byte == HANDLED or (byte[0] in SIGNALS and not select([reading], [], [], PATIENCE)[0]):
            leave()
            return
