"""Tables for people; rich is imported when the first one is printed."""

import datetime as dt
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from flowy.cli.timeline import Line
from flowy.protocol.executions import WorkflowExecutionInfo

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PIPED_WIDTH = 200
"""Columns when the output is no terminal, where nothing should be folded."""

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey; it stands in what workers, and so others, have said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cells:
    """What stands in a table."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


Part = str | Cells
"""What is printed: a line, or a table."""


def executions(found: Iterable[WorkflowExecutionInfo]) -> Cells:
    """Return the table of executions."""
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
    headings = ("workflow id", "type", "status", "started (UTC)", "closed (UTC)", "tags", "run id")
    return Cells(headings=headings, rows=rows)


def timeline(found: Iterable[Line]) -> Cells:
    """Return the table of a history, one event a row."""
    rows = [
        (str(line.event_id), f"+{line.seconds:.3f}", line.what, line.subject, line.says)
        for line in found
    ]
    return Cells(headings=("event", "seconds", "what", "of", "says"), rows=rows)


def activities(found: Iterable[tuple[str, ...]]) -> Cells:
    """Return the table of open activities, a row as `flowy.cli.open_activities.row` makes it."""
    headings = ("open", "attempt", "state", "worker", "since (UTC)", "heartbeat (UTC)")
    return Cells(headings=(*headings, "progress", "details"), rows=list(found))


def runs(found: Iterable[tuple[str, ...]]) -> Cells:
    """Return the table of runs: id, state, when created, started and ended, messages."""
    headings = ("run id", "state", "created", "started", "ended", "messages")
    return Cells(headings=headings, rows=list(found))


def files(found: Iterable[tuple[str, ...]]) -> Cells:
    """Return the table of files: key, bytes, type, id."""
    return Cells(headings=("key", "bytes", "type", "file id"), rows=list(found))


def moment(timestamp: float) -> str:
    """Return a time as people read it, in UTC."""
    return dt.datetime.fromtimestamp(timestamp, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


def harmless(text: str) -> str:
    r"""Return a text in which control characters are spelled out: escape is ``\x1b``."""
    return _COMMANDS.sub(lambda found: ascii(found[0])[1:-1], text)


def show(*parts: Part) -> None:
    """Print lines and tables."""
    found = console()
    for part in parts:
        if isinstance(part, str):
            click.echo(part)
        else:
            found.print(drawn(part))


def console() -> "Console":
    """Return what prints tables on the standard output."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)


def drawn(part: Part) -> "RenderableType":
    """Return a line or a table as rich draws it."""
    # Here, and not above: most commands print no table, and importing rich takes a while.
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if isinstance(part, str):
        return Text(harmless(part))
    table = Table(*part.headings, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in part.rows:
        table.add_row(*(Text(harmless(cell), overflow="fold") for cell in row))
    return table
