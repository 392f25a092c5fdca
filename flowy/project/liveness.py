"""Whether a process of this machine still runs, and is still the one that was meant."""

import contextlib
import enum
import os
import platform
from pathlib import Path


class Life(enum.Enum):
    """What the system says about a process id."""

    ALIVE = "alive"
    DEFUNCT = "defunct"
    GONE = "gone"


def this_host() -> str:
    """Return the name of this machine."""
    return platform.node() or "localhost"


def birth(pid: int) -> str | None:
    """Return when a process was started, in the system's own terms; None where it is not told."""
    fields = _stat(pid)
    return None if fields is None else fields[19]


def life(pid: int, born: str | None) -> Life:
    """Tell whether a process runs.

    Args:
        pid: Its process id.
        born: What ``birth`` said when it was started; another process with its id is not it.
    """
    fields = _stat(pid)
    if fields is not None:
        if born is not None and fields[19] != born:
            return Life.GONE
        return Life.DEFUNCT if fields[0] in "ZX" else Life.ALIVE
    if Path("/proc/self/stat").exists() or pid <= 0:
        return Life.GONE
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return Life.GONE
    except PermissionError:
        return Life.ALIVE
    return Life.ALIVE


def find_by_environment(name: str, value: str) -> int | None:
    """Return the first started process of this user that has an environment variable, or None."""
    wanted = f"{name}={value}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return min(found, key=lambda pid: int(birth(pid) or 0), default=None)


def _stat(pid: int) -> list[str] | None:
    """Return the fields from the state on; the name before them may contain anything."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
