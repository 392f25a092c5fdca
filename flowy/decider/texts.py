"""The texts of one run: packed as they leave it, unpacked as they come in.

In a replay nothing is stored again: what history names has been stored.
"""

from flowy.decider.loop import DeterministicLoop
from flowy.errors import PayloadError, PayloadLost, PayloadUnavailable
from flowy.transport import packed
from flowy.transport.packing import Packing


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
        self._packing = packing
        self._loop = loop

    def travels(self, text: object) -> bool:
        """Tell whether a text is its own packed form; most are."""
        return self._packing.travels(text)

    def pack(self, text: object, what: str) -> str:
        """Return what travels in place of a text; see ``Packing.pack``."""
        try:
            return self._packing.pack(text, what, stores=not self._loop.replaying)
        except PayloadUnavailable as error:
            self.trouble = error
            raise

    def pack_short(self, text: str, what: str, limit: int) -> str:
        """Pack a text for a field of which it has only so many characters."""
        try:
            return self._packing.pack(text, what, stores=not self._loop.replaying, limit=limit)
        except PayloadUnavailable as error:
            self.trouble = error
            raise

    def unpack(self, text: str, what: str) -> str:
        """Return the text that another one stands for; see ``Packing.unpack``."""
        try:
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
