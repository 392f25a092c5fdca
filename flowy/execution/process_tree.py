"""Ends a process with everything that it has started."""

import contextlib
import os
import signal
from pathlib import Path


def kill_tree(process_id: int) -> None:
    """Kill a process, its group if it leads one, and all its descendants; idempotent.

    Descendants that left the group for a session of their own are found where the system has
    ``/proc``. The group is stopped first, so that nobody in it can start another process meanwhile.
    """
    if process_id <= 1:
        return
    _signal_group(process_id, signal.SIGSTOP)
    descendants = _descendants(process_id)
    for descendant in descendants:
        _signal_group(descendant, signal.SIGKILL)
        _signal(descendant, signal.SIGKILL)
    _signal_group(process_id, signal.SIGKILL)
    _signal(process_id, signal.SIGKILL)


def _descendants(process_id: int) -> list[int]:
    found: list[int] = []
    unseen = [process_id]
    while unseen:
        children = _children(unseen.pop())
        found += children
        unseen += children
    return found


def _children(process_id: int) -> list[int]:
    children: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process_id}/task").iterdir():
            with contextlib.suppress(OSError):
                children += map(int, (thread / "children").read_text().split())
    return children


def _signal_group(process_id: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(process_id) == process_id:
            os.killpg(process_id, number)


def _signal(process_id: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process_id, number)
