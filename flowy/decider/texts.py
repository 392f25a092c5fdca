"""The texts of one run: packed as they leave it, unpacked as they come in.

In a replay nothing is stored again: what history names has been stored.
"""

from typing import cast

from flowy.decider.loop import DeterministicLoop
from flowy.errors import PayloadError, PayloadLost, PayloadUnavailable
from flowy.task.guarding import unguarded
from flowy.transport import packed
from flowy.transport.packing import Packing
from flowy.transport.serializer import MAXIMUM


class Texts:
    """Packs and unpacks for one run.

    Args:
        packing: How texts travel.
        loop: Knows whether the run replays.
    """

    def __init__(self, packing: Packing, loop: DeterministicLoop) -> None:
        self.trouble: PayloadError | None = None
        """Why this run cannot go on: a text is lost, or the volume cannot be used."""
        self.same = packing.same
        self.travels = packing.travels
        """Tells whether a text is its own packed form; most are."""
        self._packing = packing
        self._loop = loop

    def pack(self, text: object, what: str, limit: int = MAXIMUM) -> str:
        """Return what travels in place of a text; see ``Packing.pack``."""
        if self._packing.travels(text, limit):
            return cast(str, text)
        stores = not self._loop.replaying
        try:
            with unguarded():  # a codec may read a key, and the volume files
                return self._packing.pack(text, what, stores=stores, limit=limit)
        except PayloadUnavailable as error:
            self.trouble = error
            raise

    def unpack(self, text: str, what: str) -> str:
        """Return the text that another one stands for; see ``Packing.unpack``."""
        if not packed.is_packed(text):
            return self._packing.unpack(text, what)
        try:
            with unguarded():
                return self._packing.unpack(text, what)
        except (PayloadLost, PayloadUnavailable) as error:
            # Kept, so that code that swallows it cannot go on without the text.
            self.trouble = error
            raise

    def peek(self, text: str) -> str | None:
        """Return the text that another one stands for, or None when it cannot be had."""
        try:
            return self._packing.unpack(text, "it")
        except PayloadError:
            return None


def is_elsewhere(text: str) -> bool:
    """Tell whether a text has to be fetched before it can be read."""
    if not packed.is_packed(text):
        return False
    try:
        return packed.read(text).is_reference
    except PayloadLost:
        return False
