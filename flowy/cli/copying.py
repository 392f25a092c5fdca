"""Copy streams, with a bar once it takes long enough for somebody to wonder."""

import time
from collections.abc import Callable
from typing import IO

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

CHUNK = 1 << 20
"""Bytes that are copied at a time."""

PATIENCE = 1.0
"""Seconds after which the bar appears."""


def copy(
    source: IO[bytes],
    target: IO[bytes],
    title: str,
    size: int | None = None,
    *,
    console: Console | None = None,
    patience: float = PATIENCE,
) -> None:
    """Copy a stream to its end; on a terminal a bar shows how far it is.

    Args:
        source: What is read.
        target: Where it goes.
        title: What the bar is called.
        size: How many bytes there are, where that is known.
        console: Where the bar is shown; standard error by default.
        patience: After how many seconds.
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        _pump(source, target, lambda _: None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(
        *columns, TransferSpeedColumn(), TimeElapsedColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task(title, total=size, visible=False)
        began = time.monotonic()

        def advance(count: int) -> None:
            bar.update(task, advance=count, visible=time.monotonic() - began >= patience)

        _pump(source, target, advance)


def _pump(source: IO[bytes], target: IO[bytes], advance: Callable[[int], None]) -> None:
    while piece := source.read(CHUNK):
        target.write(piece)
        advance(len(piece))
