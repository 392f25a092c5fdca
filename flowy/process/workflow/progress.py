"""A progress bar for runs of graphs that take long enough for somebody to wonder."""

import asyncio

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

PATIENCE = 2.0


class RunProgress:
    """Shows how many processes of a graph have ended, once the run has lasted for a while.

    Args:
        title: What is run.
        total: How many processes there are.
        shown: Whether to show anything; by default if somebody can see it, on a terminal.
        patience: After how many seconds it appears.
        console: Where; standard error by default.
    """

    def __init__(
        self,
        title: str,
        total: int,
        *,
        shown: bool | None = None,
        patience: float = PATIENCE,
        console: Console | None = None,
    ) -> None:
        self._console = console or Console(stderr=True)
        self._title, self._total = title, total
        self._ended = 0
        self._bar: Progress | None = None
        self._later: asyncio.TimerHandle | None = None
        if self._console.is_terminal if shown is None else shown:
            self._later = asyncio.get_running_loop().call_later(patience, self._show)

    def advance(self, node_id: str) -> None:
        """Count a process that has ended."""
        self._ended += 1
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._ended, last=node_id)

    def close(self) -> None:
        """Take the bar away, or do not let it appear; what it showed last stays to be read."""
        if self._later is not None:
            self._later.cancel()
        if self._bar is not None:
            self._bar.stop()

    def _show(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[last]}"),
            console=self._console,
        )
        self._bar.add_task(self._title, total=self._total, completed=self._ended, last="")
        self._bar.start()
