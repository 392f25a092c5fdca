"""Tables for people; rich is imported when the first one is printed."""

import datetime as dt
import re
import sys
from collections.abc import Iterable

from flowy.cli.timeline import Line
from flowy.protocol.executions import WorkflowExecutionInfo

PIPED_WIDTH = 200
"""Columns when the output is no terminal, where nothing should be folded."""

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey; it stands in what workers, and so others, have said."""


def executions(found: Iterable[WorkflowExecutionInfo]) -> None:
    """Print a table of executions."""
    rows = [
        (
            info.execution.workflow_id,
            str(info.workflow_type),
            info.close_status or info.execution_status,
            moment(info.start_timestamp),
            "" if info.close_timestamp is None else moment(info.close_timestamp),
            " ".join(info.tag_list or ()),
            info.execution.run_id,
        )
        for info in found
    ]
    _print(
        ("workflow id", "type", "status", "started (UTC)", "closed (UTC)", "tags", "run id"), rows
    )


def timeline(found: Iterable[Line]) -> None:
    """Print a history, one event a row."""
    rows = [
        (str(line.event_id), f"+{line.seconds:.3f}", line.what, line.subject, line.says)
        for line in found
    ]
    _print(("event", "seconds", "what", "of", "says"), rows)


def activities(found: Iterable[tuple[str, ...]]) -> None:
    """Print a table of open activities, a row as `flowy.cli.open_activities.row` makes it."""
    headings = ("open", "attempt", "state", "worker", "since (UTC)", "heartbeat (UTC)")
    _print((*headings, "progress", "details"), found)


def runs(found: Iterable[tuple[str, ...]]) -> None:
    """Print a table of runs: id, state, when created, started and ended, messages."""
    _print(("run id", "state", "created", "started", "ended", "messages"), found)


def files(found: Iterable[tuple[str, ...]]) -> None:
    """Print a table of files: key, bytes, type, id."""
    _print(("key", "bytes", "type", "file id"), found)


def moment(timestamp: float) -> str:
    """Return a time as people read it, in UTC."""
    return dt.datetime.fromtimestamp(timestamp, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


def harmless(text: str) -> str:
    r"""Return a text in which control characters are spelled out: escape is ``\x1b``."""
    return _COMMANDS.sub(lambda found: ascii(found[0])[1:-1], text)


def _print(headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    # Here, and not above: most commands print no table, and importing rich takes a while.
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(harmless(cell), overflow="fold") for cell in row))
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)
