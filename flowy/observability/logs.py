"""Log lines that say for which execution they are, and that replays do not repeat.

Workflow code is run again from its history; what it logs then it has logged before. The filter
drops such lines and gives all others the place that they come from, as attributes of the record:
``domain``, ``workflow_id``, ``run_id``, ``type``, ``activity_id``, ``attempt``.

A line is decided on in the thread that writes it. With a ``QueueHandler`` the filter belongs on it,
and not on the handlers behind it.
"""

import logging
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import IO, Any

import msgspec

from flowy.telemetry import current_work, is_replaying

FIELDS = ("domain", "workflow_id", "run_id", "type", "activity_id", "attempt")
"""What a line says of its place, where it has one."""

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s%(place)s"
"""How lines for people look."""

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {
    "asctime",
    "message",
    "place",
    "taskName",
}


class PlaceFilter(logging.Filter):
    """Drops what a replay repeats, and notes for which execution a line is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to write a line."""
        if is_replaying():
            return False
        work = current_work()
        found: list[str] = []
        for field in FIELDS:
            value = None if work is None else getattr(work, field)
            # What the line's own `extra` says goes before.
            value = record.__dict__.setdefault(field, value)
            if value not in (None, ""):
                found.append(f"{field}={value}")
        record.place = f" [{' '.join(found)}]" if found else ""
        return True


class JsonFormatter(logging.Formatter):
    """Writes a line as a JSON object, for machines; what ``extra`` brought is in it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        more = record.__dict__.items()
        line |= {key: value for key, value in more if key not in _STANDARD and value is not None}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=repr).decode()


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]  # it is no generic at run time
    """What ``configure`` has made."""


def configure(
    level: int | str = logging.INFO, *, json: bool = False, stream: IO[str] | None = None
) -> None:
    """Write log lines to a stream, with their place and without repetitions; once is in force.

    Args:
        level: The least that is written.
        json: Write JSON objects in place of text.
        stream: Where to; None is the standard error stream.
    """
    root = logging.getLogger()
    for other in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(other)
    handler = _Handler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonFormatter() if json else logging.Formatter(TEXT))
    handler.addFilter(PlaceFilter())
    root.addHandler(handler)
    root.setLevel(level)


def quiet_replays(handlers: Iterable[logging.Handler] | None = None) -> None:
    """Let handlers drop what replays repeat; workers do it to those of the root logger.

    Args:
        handlers: Which; None is those that the root logger has now.
    """
    for handler in logging.getLogger().handlers if handlers is None else handlers:
        if not any(isinstance(each, PlaceFilter) for each in handler.filters):
            handler.addFilter(PlaceFilter())


def place() -> Mapping[str, Any]:
    """Return for which execution the calling code runs, for loggers of other kinds."""
    work = current_work()
    if work is None:
        return {}
    found = {field: getattr(work, field) for field in FIELDS}
    return {name: value for name, value in found.items() if value not in (None, "")}
