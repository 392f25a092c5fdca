"""Moments as the catalogue keeps them: ISO 8601 in UTC, of one length, so that texts compare."""

import datetime as dt

from flowy.clock import SystemClock


def utc_now() -> str:
    """Return the present moment."""
    return from_seconds(SystemClock().now())


def from_seconds(seconds: float) -> str:
    """Return a moment that is given in seconds since the epoch."""
    return _text(dt.datetime.fromtimestamp(seconds, dt.UTC))


def normalised(moment: str | dt.datetime) -> str:
    """Return a moment in the catalogue's form; one without an offset is in UTC.

    Raises:
        ValueError: The text is not an ISO 8601 date or time.
    """
    if isinstance(moment, str):
        try:
            moment = dt.datetime.fromisoformat(moment)
        except ValueError as error:
            raise ValueError(
                f"{moment!r} is not a moment in ISO 8601 such as 2024-05-01T12:00:00+00:00"
            ) from error
    return _text(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
