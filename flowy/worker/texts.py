"""An activity's input and result, packed and unpacked with patience for a volume that is away."""

from typing import cast

from flowy.transport.packed import is_packed
from flowy.worker.poller import Source

PATIENCE = 60.0
"""Seconds for which a volume that cannot be used is tried again, before the activity fails."""


def unpacked(source: Source, text: str | None, name: object) -> str | None:
    """Return the text that the input of a named activity stands for.

    Raises:
        PayloadError: It cannot be had.
    """
    if text is None or source.packing.is_plain(text):
        return text
    what = f"the input of {name}"
    if not is_packed(text):
        return source.packing.unpack(text, what)
    until = source.clock.now() + PATIENCE
    return source.persist(lambda: source.packing.unpack(text, what), f"reading {what}", until)


def packed(source: Source, text: object, name: object) -> str:
    """Return what travels in place of the result of a named activity.

    Raises:
        PayloadError: It cannot travel.
    """
    if source.packing.travels(text):
        return cast(str, text)
    what = f"the result of {name}"
    until = source.clock.now() + PATIENCE
    return source.persist(lambda: source.packing.pack(text, what), f"storing {what}", until)
