"""A history as lines that people read: when, what happened, to what, and what it said."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flowy.cli.progress import shown
from flowy.protocol.event import Event
from flowy.protocol.ids import ExecutionId, TaskList, TypeId
from flowy.transport import failure
from flowy.worker.heartbeat import read_progress, said

SUBJECTS = (
    "workflow_type",
    "activity_type",
    "activity_id",
    "timer_id",
    "id",
    "name",
    "signal_name",
    "marker_name",
    "workflow_id",
)
"""Members that say what an event is about, in the order in which they are shown."""

ORIGINS = ("initiated_event_id", "scheduled_event_id", "started_event_id")
"""Members that name the event which began what this one is about."""

SAYINGS = (
    "input",
    "result",
    "reason",
    "details",
    "cause",
    "timeout_type",
    "start_to_fire_timeout",
    "identity",
    "task_list",
)
"""Members that say more, in the order in which they are shown."""

PAYLOADS = frozenset(("input", "result", "details"))
"""Those of them that may be packed."""

LONGEST = 120
"""Characters of a payload that a line shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One event.

    Args:
        event_id: Its number.
        seconds: Time since the execution's start.
        what: The event type in words.
        subject: What it is about, such as ``resize 1 #0``.
        says: Results, reasons and the like.
    """

    event_id: int
    seconds: float
    what: str
    subject: str
    says: str


Read = Callable[[str], str]


def lines(events: Iterable[Event], read: Read = str) -> Iterator[Line]:
    """Go through a history from its first event.

    Args:
        events: The history.
        read: Returns the text that one of the history stands for.
    """
    start: float | None = None
    subjects: dict[int, str] = {}
    for event in events:
        start = event.event_timestamp if start is None else start
        subject = _subject(event.attributes) or _origin(event.attributes, subjects)
        subjects[event.event_id] = subject
        yield Line(
            event_id=event.event_id,
            seconds=event.event_timestamp - start,
            what=_words(type(event).__name__),
            subject=subject,
            says=_says(event.attributes, read),
        )


def _words(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return words[:1].upper() + words[1:]


def _subject(attributes: Any) -> str:
    found = (_shown(member, getattr(attributes, member, None)) for member in SUBJECTS)
    return " ".join(text for text in found if text)


def _origin(attributes: Any, subjects: dict[int, str]) -> str:
    for member in ORIGINS:
        subject = subjects.get(getattr(attributes, member, 0))
        if subject:
            return subject
    return ""


def _says(attributes: Any, read: Read) -> str:
    found: dict[str, Any] = {member: getattr(attributes, member, None) for member in SAYINGS}
    found |= {member: read(found[member]) for member in PAYLOADS if found[member]}
    found |= _told(found["details"])
    return ", ".join(f"{member} {_cut(_text(value))}" for member, value in found.items() if value)


def _told(details: str | None) -> dict[str, str | None]:
    """Take details apart that Flowy's workers have written: of a failure, or of a heartbeat."""
    failed = failure.remote(details)
    if failed is not None:  # what it says stands in the reason, unless that is to hide it
        return {"details": None} | ({"reason": failed.reason} if failed.reason else {})
    progress = read_progress(details)
    if progress is None:
        return {}
    return {"details": " ".join(filter(None, (shown(progress), said(details))))}


def _shown(member: str, value: Any) -> str:
    if not value:
        return ""
    return f"#{_text(value)}" if member in ("activity_id", "timer_id", "id") else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, TaskList):
        return value.name
    if isinstance(value, ExecutionId | TypeId):
        return str(value)
    return " ".join(str(value).split())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"
