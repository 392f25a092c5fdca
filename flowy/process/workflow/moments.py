"""Moments as the documented results have them."""

from datetime import datetime


def local_time(seconds: float) -> datetime:
    """Return a moment in local time, without a zone.

    Args:
        seconds: Since the epoch.
    """
    return datetime.fromtimestamp(seconds)  # noqa: DTZ006 -- compared with datetime.now() by users
