"""The progress that heartbeats tell of, as people read it."""

from flowy.worker.heartbeat import Progress

LARGE = 1e15
"""Amounts from here on are shown with an exponent."""


def percent(progress: Progress | None) -> float | None:
    """Return how much is done in per cent; None where the whole is not known."""
    if progress is None or not progress.total:
        return None
    return 100.0 * (progress.done / progress.total)


def shown(progress: Progress | None) -> str:
    """Return progress as people read it: ``3/12 (25 %)``, or ``3`` of an unknown whole."""
    if progress is None:
        return ""
    if progress.total is None:
        return _amount(progress.done)
    share = percent(progress)
    amounts = f"{_amount(progress.done)}/{_amount(progress.total)}"
    return amounts if share is None else f"{amounts} ({share:.0f} %)"


def _amount(value: float) -> str:
    is_counted = float(value).is_integer() and abs(value) < LARGE
    return f"{int(value):,}" if is_counted else f"{value:g}"
