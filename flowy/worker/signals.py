"""SIGTERM and Ctrl-C: the first one asks the worker to leave, the second one does what it did."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def leaving_on_signals(leave: Callable[[], None]) -> Iterator[None]:
    """Call ``leave``, from another thread, when the process is asked to end inside the block.

    Outside of the main thread, where Python takes no handlers, nothing is done. ``leave`` may take
    locks: a signal handler itself could not, since it may interrupt whoever holds them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    watcher = threading.Thread(target=_watch, args=(reading, leave), daemon=True)
    watcher.start()
    previous = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        _install(previous, writing)
        yield
    finally:
        _restore(previous)
        os.close(writing)
        watcher.join()
        os.close(reading)


def _install(previous: dict[signal.Signals, Any], writing: int) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        _restore(previous)
        os.write(writing, b"!")

    for number in SIGNALS:
        signal.signal(number, handle)


def _restore(previous: dict[signal.Signals, Any]) -> None:
    for number, handler in previous.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _watch(reading: int, leave: Callable[[], None]) -> None:
    if os.read(reading, 1):
        leave()
