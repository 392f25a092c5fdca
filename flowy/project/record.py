"""A process's record as people and scripts see it."""

from collections.abc import Mapping
from typing import Any

from flowy.errors import ProjectError, UnknownInProject
from flowy.project.values import NEVER, ProcessRecord

FRESH = {"priority": 3, "lock": False}
"""Values that every record has until they are set."""

VERBS = {
    "attempt": "start()",
    "duration": "completed()",
    "id": "nothing",
    "parent": "nothing",
    "pid": "start()",
    "propagate": "queue()",
    "root": "nothing",
    "script": "nothing",
    "label": "nothing",
    "started": "start()",
    "status": "queue(), start(), completed() and kill()",
    "workspaces": "get_workspace()",
}
"""What changes a value that cannot be set."""

COLUMNS = frozenset({"message", "metadata", "params"})


def data(record: ProcessRecord, workspaces: Mapping[str, int]) -> dict[str, Any]:
    """Return a record as a dictionary; ``pid`` and ``propagate`` are in it once they are known."""
    known = {
        "id": record.id,
        "label": record.label,
        "script": record.label,
        "params": dict(record.params),
        "metadata": dict(record.metadata),
        "parent": record.parent,
        "root": record.root,
        "workspaces": dict(workspaces),
        "status": record.status.value,
        "message": record.message,
        "started": record.started,
        "duration": record.duration,
    }
    later = {"pid": record.pid, "propagate": record.propagate}
    set_later = {key: value for key, value in later.items() if value is not None}
    return {**FRESH, **record.extra, **known, **set_later}


def changed(record: ProcessRecord, key: str, value: Any) -> dict[str, Any]:
    """Return the columns to change so that a value of the record is another.

    Raises:
        ProjectError: It cannot be set.
    """
    if key in VERBS:
        raise ProjectError(
            f"{key!r} of process {record.id} is not set by hand; {VERBS[key]} changes it"
        )
    return {key: value} if key in COLUMNS else {"extra": {**record.extra, key: value}}


def number(kind: str, id: int | str) -> int:
    """Return a number that was given as one, or as a text.

    Raises:
        UnknownInProject: It is no number, so nothing has it.
    """
    try:
        return int(id)
    except (TypeError, ValueError) as error:
        raise UnknownInProject(f"unknown {kind} {id!r}: give its number") from error


def line(record: ProcessRecord, workspaces: Mapping[str, int]) -> str:
    """Return a record as a line of a table."""
    family = "root" if record.parent is None else f"{record.parent} {record.root}"
    took = "" if record.duration == NEVER else pretty_time(record.duration)
    made = ", ".join(f"{label}: {number}" for label, number in workspaces.items())
    text = f"{record.id:4d} {record.label:<24s} {record.status:<10s} {family:>9s} {took:>8s}"
    return f"{text} {made:<16s} {record.message}".rstrip()


def pretty_time(seconds: float) -> str:
    """Return a length of time as people say it."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"
