"""How a text looks that does not travel as it is: compressed or encoded in its field, or elsewhere.

It is a JSON object, so that whoever shows histories shows something readable::

    {"flowy.payload":"zstd","size":91200,"data":"KLUv/WBA…"}
    {"flowy.payload":"volume","size":50000002,"sha256":"9f86d081884c7d65…"}

The second one is a reference. It names what it stands for by content: the same text always makes
the same reference, in every process and in every replay.
"""

import base64
import binascii

import msgspec

from flowy.errors import PayloadLost

PREFIX = '{"flowy.payload":'
"""How every packed text begins, and no other one does."""

VOLUME = "volume"
"""The encoding of a reference; the volume says how the text is encoded there."""

INLINE_MAXIMUM = 32_512
"""Characters of a packed text in a field that takes 32,768; the rest is for what is carried."""

_ROOM = 128


class Packed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text that is packed.

    Args:
        encoding: What was done to the text, in order, as in ``zstd+fernet``; or ``volume``.
        size: Bytes of the text in UTF-8.
        sha256: Of a reference, the address: the digest of the text.
        data: Of all others, the encoded text in base64.
    """

    encoding: str = msgspec.field(name="flowy.payload")
    size: int
    sha256: str | None = None
    data: str | None = None

    @property
    def is_reference(self) -> bool:
        """Whether the text is elsewhere."""
        return self.sha256 is not None

    def encoded(self) -> bytes:
        """Return the encoded text.

        Raises:
            PayloadLost: It is damaged.
        """
        try:
            return base64.b64decode(self.data or "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise PayloadLost(f"its base64 is damaged ({error})") from error


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Packed)


def is_packed(text: str) -> bool:
    """Tell whether a text is packed."""
    return text.startswith(PREFIX)


def read(text: str) -> Packed:
    """Read a packed text.

    Raises:
        PayloadLost: It is damaged.
    """
    try:
        found = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise PayloadLost(f"it begins as a packed text and is none ({error})") from error
    if (found.sha256 is None) == (found.data is None):
        raise PayloadLost("it is neither a reference nor holds data")
    return found


def inline(encoding: str, size: int, data: bytes, maximum: int) -> str | None:
    """Write an encoded text into a field; None when it has no room there."""
    if len(data) * 4 // 3 > maximum - _ROOM:
        return None
    packed = Packed(encoding=encoding, size=size, data=base64.b64encode(data).decode())
    text = _encoder.encode(packed).decode()
    return text if len(text) <= maximum else None


def reference(size: int, sha256: str) -> str:
    """Write a reference."""
    return _encoder.encode(Packed(encoding=VOLUME, size=size, sha256=sha256)).decode()
