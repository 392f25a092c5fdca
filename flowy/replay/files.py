"""Histories in files, in each of the forms in which they are found.

* what ``flowy show --json`` and ``flowy replay --save`` print: the execution and its events;
* what ``aws swf get-workflow-execution-history`` prints, which does not say which run it is;
* what ``flowy db export`` writes: lines of JSON, compressed with zstd, many executions a file.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from flowy.errors import HistoryFileError
from flowy.protocol.event import Event
from flowy.protocol.events.workflow import WorkflowExecutionStarted
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId, TypeId

SUFFIXES = (".json", ".jsonl", ".zst", ".flowy")
_ZSTD = b"\x28\xb5\x2f\xfd"
UNKNOWN_RUN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """One execution's history.

    Args:
        source: Where it is from, for people.
        execution: Which run it is; ``UNKNOWN_RUN`` where the file does not say.
        type: Its workflow type.
        events: In order, from the first one.
        is_whole: Whether these are all events that there were.
    """

    source: str
    execution: ExecutionId
    type: TypeId
    events: tuple[Event, ...]
    is_whole: bool = True


def histories(path: Path, run_id: str | None = None) -> Iterator[History]:
    """Read the histories in a file, or in all files of a folder and its folders.

    Args:
        path: The file or folder.
        run_id: The run's id, for a file that does not say it.

    Raises:
        HistoryFileError: There is no history in it, or what is in it cannot be read.
    """
    if path.is_dir():
        found = history_files(path)
        if not found:
            raise HistoryFileError(f"{path}: no file in it ends in {', '.join(SUFFIXES)}")
        for file in found:
            yield from histories(file, run_id)
        return
    count = 0
    for count, record in enumerate(_records(path), 1):
        yield _history(f"{path}" if count == 1 else f"{path}#{count}", record, run_id)
    if not count:
        raise HistoryFileError(f"{path}: no execution is in it")


def history_files(folder: Path) -> list[Path]:
    """Return the files of a folder, and of its folders, that histories are looked for in."""
    return sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES and file.is_file())


def saved(history: History) -> bytes:
    """Return what a file with a history holds: an event a line, so that changes can be read."""
    head = msgspec.json.encode(
        {"execution": history.execution, "workflowType": history.type, "whole": history.is_whole}
    )
    events = b",\n".join(msgspec.json.encode(event) for event in history.events)
    return head[:-1] + b',"events":[\n' + events + b"\n]}\n"


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """Give the JSON objects of a file that hold events."""
    try:
        raw = path.read_bytes()
        text = _unpacked(raw) if raw.startswith(_ZSTD) else raw
        for value in _values(text):
            if isinstance(value, dict) and "events" in value:
                yield value
    except (OSError, zstandard.ZstdError, msgspec.DecodeError, UnicodeError) as error:
        raise HistoryFileError(f"{path}: {error}") from error


def _unpacked(raw: bytes) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as stream:
        return stream.read()


def _values(text: bytes) -> Iterable[Any]:
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return (msgspec.json.decode(line) for line in text.splitlines() if line.strip())
    return value if isinstance(value, list) else [value]


def _history(source: str, record: dict[str, Any], run_id: str | None) -> History:
    try:
        raw = [_event(event) for event in record["events"]]
        raw.sort(key=lambda event: int(event["eventId"]))
        events = msgspec.convert(raw, tuple[HistoryEvent, ...])
    except (msgspec.ValidationError, TypeError, KeyError, ValueError) as error:
        raise HistoryFileError(f"{source}: these are no events of SWF: {error}") from error
    if not events or not isinstance(events[0], WorkflowExecutionStarted):
        raise HistoryFileError(f"{source}: the history does not begin with its first event")
    return History(
        source=source,
        execution=_execution(record, run_id, source),
        type=events[0].attributes.workflow_type,
        events=events,
        is_whole=bool(record.get("whole", True))
        and not any(record.get(token) for token in ("NextToken", "nextPageToken")),
    )


def _event(event: dict[str, Any]) -> dict[str, Any]:
    moment = event["eventTimestamp"]
    if isinstance(moment, str):  # the AWS CLI prints it so
        parsed = dt.datetime.fromisoformat(moment)
        parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)
        return {**event, "eventTimestamp": parsed.timestamp()}
    return event


def _execution(record: dict[str, Any], run_id: str | None, source: str) -> ExecutionId:
    found = record.get("execution") or {}
    # `flowy show` gives what SWF lists: the ids are one level deeper.
    ids = found.get("execution", found) or record
    return ExecutionId(
        workflow_id=str(ids.get("workflowId") or record.get("workflowId") or Path(source).stem),
        run_id=str(run_id or ids.get("runId") or record.get("runId") or UNKNOWN_RUN),
    )
