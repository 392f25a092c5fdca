"""What the catalogue tells those who listen: an event a change, once it is durable."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class RunEvent:
    """A run has changed.

    Args:
        run_id: The run.
        before: Its state before; None when it was created.
        after: Its state now; None when it was deleted.
        at: When, in seconds since the epoch.
    """

    run_id: str
    before: str | None
    after: str | None
    at: float


Listener = Callable[[RunEvent], None]
"""Is called behind the commit; it must not raise."""

Step = Callable[[str], None]
"""Is called with the name of each step between files and rows; tests kill the process there."""


def silent(_event: RunEvent) -> None:
    """Listen to nothing."""


def unwatched(_step: str) -> None:
    """Let every step pass."""
