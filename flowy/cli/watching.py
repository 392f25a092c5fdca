"""`--watch`: what a command shows, drawn anew every few seconds until it is over or Ctrl-C."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from flowy.cli import tables
from flowy.cli.tables import Part
from flowy.clock import Clock
from flowy.errors import ServiceUnavailable
from flowy.protocol.faults import ThrottlingException

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

SECONDS = 2.0
"""From one look to the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What is seen at one moment.

    Args:
        parts: Lines and tables.
        is_over: Whether there will be nothing new.
        is_newest_first: Whether the first lines matter most when not all can be shown.
    """

    parts: tuple[Part, ...]
    is_over: bool = False
    is_newest_first: bool = False


def watch_option(help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what adds ``--watch`` to a command."""
    return click.option("--watch", "watches", is_flag=True, help=help)


def watch(look: Callable[[], View], clock: Clock, console: "Console | None" = None) -> View:
    """Show a view until it is over or Ctrl-C, and return the last one; the screen is cleared then.

    Where the output is no terminal nothing is shown meanwhile. A service that gives no answer is
    asked again, once there has been one.

    Args:
        look: Returns the view of this moment.
        clock: Says when to look again.
        console: Where it is drawn; None is the standard output.
    """
    # Here, and not above: most commands watch nothing, and importing rich takes a while.
    from rich.live import Live

    view, pause = look(), threading.Condition()
    with (
        suppress(KeyboardInterrupt),
        Live(console=console or tables.console(), auto_refresh=False, transient=True) as live,
    ):
        shown = view
        while not view.is_over:
            live.update(_Fitting(shown), refresh=True)
            with pause:
                clock.wait(pause, clock.now() + SECONDS)
            try:
                view = shown = look()
            except (ServiceUnavailable, ThrottlingException) as error:
                shown = replace(view, parts=(*view.parts, f"asking again: {error}"))
    return view


class _Fitting:
    """A view of which the lines that matter most are drawn when the screen is too low."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        from rich.console import Group
        from rich.segment import Segment

        whole = Group(*map(tables.drawn, self._view.parts))
        lines = console.render_lines(whole, options.update(height=None), pad=False)
        room = max(console.size.height - 1, 2)
        if len(lines) > room:
            newest = lines[1:room] if self._view.is_newest_first else lines[1 - room :]
            lines = [lines[0], *newest]
        for line in lines:
            yield from line
            yield Segment.line()
