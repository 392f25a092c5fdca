"""An activity's input and result, packed and unpacked with patience for a volume that is away."""

from flowy.transport.packed import is_packed
from flowy.worker.poller import Source

PATIENCE = 60.0
"""Seconds for which a volume that cannot be used is tried again, before the activity fails."""


def unpacked(source: Source, text: str | None, what: str) -> str | None:
    """Return the text that an input stands for.

    Raises:
        PayloadError: It cannot be had.
    """
    if text is None or not is_packed(text):
        return text and source.packing.unpack(text, what)
    until = source.clock.now() + PATIENCE
    return source.persist(lambda: source.packing.unpack(text, what), f"reading {what}", until)


def packed(source: Source, text: object, what: str) -> str:
    """Return what travels in place of a result.

    Raises:
        PayloadError: It cannot travel.
    """
    until = source.clock.now() + PATIENCE
    return source.persist(lambda: source.packing.pack(text, what), f"storing {what}", until)
