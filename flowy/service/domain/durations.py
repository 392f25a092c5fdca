"""SWF's durations: texts of digits, in seconds, or NONE."""

UNLIMITED = "NONE"


def deadline(start: float, duration: str | None) -> float | None:
    """Return the moment at which a duration that began at ``start`` is over, or None for never."""
    if duration is None or duration == UNLIMITED:
        return None
    return round((start + int(duration)) * 1000) / 1000  # a moment


def moment(time: float) -> float:
    """Round a time to the milliseconds that SWF keeps."""
    return round(time * 1000) / 1000
