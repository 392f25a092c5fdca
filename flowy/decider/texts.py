"""The texts of one run: packed as they leave it, unpacked as they come in.

In a replay nothing is stored again: what history names has been stored.
"""

from typing import cast

from flowy.decider.loop import DeterministicLoop
from flowy.errors import PayloadError, PayloadLost, PayloadUnavailable
from flowy.task.guarding import unguarded
from flowy.transport import failure, packed, sealed
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
        self.short = min(packing.threshold, MAXIMUM) if packing.codec is None else -1
        """Characters of a text that travels as it is when it is ASCII and does not look packed."""
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

    def note(self, text: str, what: str) -> str:
        """Return what travels in place of a note for others: without a codec, the note itself."""
        return text if self._packing.codec is None else self.pack(text, what)

    def describe(self, error: BaseException) -> tuple[str, str]:
        """Return the reason and the details that tell of a failure, as they travel."""
        if self._packing.codec is None:
            return failure.describe(error)
        return self._described(error, failure.DETAILS_MAXIMUM)

    def describe_lost(self, lost: PayloadLost) -> tuple[str, str]:
        """Return the reason and the details that tell of a text that is lost, never encoded."""
        if self._packing.codec is not None:
            lost = type(lost)(*lost.args)  # without what the code was in the middle of handling
        return failure.describe(lost)

    def describe_within(self, error: BaseException, what: str, limit: int) -> tuple[str, str]:
        """Return the same for a field of other texts, which takes fewer characters."""
        if self._packing.codec is not None:
            return self._described(error, limit)
        reason, details = failure.describe(error)
        try:
            return reason, self.pack(details, what, limit)
        except PayloadError:
            return reason, ""

    def _described(self, error: BaseException, limit: int) -> tuple[str, str]:
        try:
            with unguarded():
                return sealed.describe(self._packing, error, limit=limit, waits=True)
        except PayloadUnavailable as trouble:
            self.trouble = trouble
            raise

    def reveal(self, details: str | None, what: str) -> str | None:
        """Return the text that details stand for.

        Raises:
            PayloadLost: They cannot be read.
        """
        return None if details is None else self.unpack(details, what)

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
