"""Who is at a run's folder: a process of a machine, which may have been killed."""

import os
import socket

LEASE = 3_600.0
"""Seconds for which a process of another machine, whose life cannot be seen, is left alone."""


def this_process() -> str:
    """Return the name of this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_gone(owner: str, since: float, now: float) -> bool:
    """Tell whether a process that began something has been killed, as far as can be seen.

    Args:
        owner: What `this_process` gave there.
        since: When it began, in seconds since the epoch.
        now: The present moment, likewise.
    """
    host, _, number = owner.rpartition(":")
    if host != socket.gethostname():
        return now - since > LEASE
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
