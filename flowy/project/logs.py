"""The logs of a process: one file a start, of which the newest few are kept."""

import datetime as dt
from pathlib import Path

SEPARATOR = "#############################################"
KEPT = 3
"""How many logs are kept beside the new one."""


def name(now: float) -> str:
    """Return the name of the log of an attempt that starts now, in local time."""
    return f"{dt.datetime.fromtimestamp(now, dt.UTC).astimezone():%Y%m%d%H%M%S}.log"


def begin(folder: Path, log: str, now: float, title: str, command: list[str]) -> Path:
    """Begin a log, delete those that are too old, and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in listed(folder)[KEPT:]:
        (folder / old).unlink(missing_ok=True)
    moment = dt.datetime.fromtimestamp(now, dt.UTC).astimezone()
    path = folder / log
    with path.open("a") as file:
        file.write(f"\n\n\n{SEPARATOR}\n{moment:%Y%m%d %H:%M:%S} - {title}\n")
        file.write(f"Process Command: {' '.join(command)}\n{SEPARATOR}\n")
    return path


def note(folder: Path, log: str | None, text: str) -> None:
    """Add a line to a log that was begun."""
    if log is not None and (folder / log).exists():
        with (folder / log).open("a") as file:
            file.write(f"{text}\n")


def listed(folder: Path) -> list[str]:
    """Return the names of the logs, the newest first."""
    return sorted((path.name for path in folder.glob("*.log")), reverse=True)


def last_lines(folder: Path, count: int | None = None) -> list[str]:
    """Return the end of the newest log.

    Args:
        folder: The process's folder.
        count: How many lines; None for all since the last start.
    """
    names = listed(folder) if folder.exists() else []
    if not names:
        return []
    lines = (folder / names[0]).read_text(errors="replace").splitlines()
    if count is not None:
        return lines[-count:] if count > 0 else []
    starts = [number for number, line in enumerate(lines) if line == SEPARATOR]
    return lines[starts[-2] :] if len(starts) > 1 else lines
