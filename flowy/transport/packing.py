"""Between the texts of serializers and SWF's fields: compress, encode, and keep elsewhere.

A text that fits its field travels as it is, so that any other client of SWF can read it. A longer
one is compressed; when it is still too long it goes to the volume, by content, and a reference
travels in its place. With a codec, such as one that encrypts, every text is encoded.

Nothing here waits or reads a clock; where the volume is behind `Blobs`, its calls do.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, cast

import msgspec

from flowy.errors import PayloadError, PayloadLost, PayloadTooLarge, PayloadUnavailable
from flowy.telemetry import SILENT, PayloadMoved, Telemetry
from flowy.transport import carrying, compression, packed
from flowy.transport.serializer import MAXIMUM, encodable

LARGEST = 1 << 30
"""Bytes of a text that are not gone beyond: it has to be in memory to be used."""

SMALL = 1_000
"""Bytes under which compression gains nothing worth its time."""

_RAW = msgspec.json.Decoder(tuple[list[msgspec.Raw], dict[str, msgspec.Raw]])


class Codec(Protocol):
    """Encodes what travels, such as by encryption; used by several threads at once.

    Args:
        name: Stands with what was encoded, so that a reader knows what it needs.
        secret: Mixed into the addresses of texts on the volume, so that nobody without it can tell
            from an address what stands there; as long as a text lives it must stay the same.
    """

    name: str
    secret: bytes

    def encode(self, data: bytes) -> bytes:
        """Return what travels in place of the bytes; what it raises is taken for passing."""
        ...

    def decode(self, data: bytes) -> bytes:
        """Return what was encoded; an exception says that it cannot be, such as for its key.

        An ``OSError``, as of connections, and ``PayloadUnavailable`` say that it cannot be now.
        """
        ...


class Blob(NamedTuple):
    """What a volume keeps of a text: what was done to it, in order, and the outcome."""

    encoding: str
    data: bytes


class Blobs(Protocol):
    """Keeps texts by their address."""

    def put(self, address: str, blob: Blob) -> None:
        """Keep a text; to keep the same one again does no harm.

        Raises:
            PayloadUnavailable: The volume is full, gone or cannot be written.
        """
        ...

    def get(self, address: str) -> Blob:
        """Return a text.

        Raises:
            PayloadLost: The volume is there and the text is not, or is damaged.
            PayloadUnavailable: The volume is gone or cannot be read.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Packing:
    """How the texts of one domain travel.

    Args:
        codec: Encodes them all; None sends those that fit as they are.
        blobs: Where texts go that do not fit; None refuses them.
        threshold: Characters that a text may have where it is not compressed, nor put elsewhere.
        compresses: Whether longer ones are compressed.
        largest: Bytes that a text may have at all.
        telemetry: Hears what was packed.
    """

    codec: Codec | None = None
    blobs: Blobs | None = None
    threshold: int = MAXIMUM
    compresses: bool = True
    largest: int = LARGEST
    telemetry: Telemetry = SILENT

    def travels(self, text: object, limit: int = MAXIMUM) -> bool:
        """Tell whether a text travels as it is: ``pack`` would return it."""
        return (
            type(text) is str
            and len(text) <= self.threshold
            and len(text) <= limit
            and self.codec is None
            and text.isascii()
            and not text.startswith(packed.PREFIX)
        )

    def pack(self, text: object, what: str, *, stores: bool = True, limit: int = MAXIMUM) -> str:
        """Return what travels in place of a text.

        Args:
            text: What a serializer gave.
            what: What it is, for errors: "the arguments of resize 1".
            stores: False when it is known to be on the volume, if it belongs there.
            limit: Characters that the field takes.

        Raises:
            PayloadError: It is no text, or holds half of a surrogate pair.
            PayloadTooLarge: It does not fit, and there is no volume for it; or it is over the
                largest size. An argument that is to blame is named.
            PayloadUnavailable: The volume cannot be written, or the codec does not work now.
        """
        if self.travels(text, limit):
            return cast(str, text)
        checked, fits = encodable(text, what), min(self.threshold, limit)
        if self.codec is None and len(checked) <= fits and not packed.is_packed(checked):
            return checked
        return self._pack(checked, what, fits, stores, limit)

    @staticmethod
    def is_plain(text: str) -> bool:
        """Tell whether a text stands for itself: ``unpack`` would return it."""
        return not text.startswith(packed.PREFIX) and text[-1:] not in _BEHIND

    def seal(self, text: str, limit: int) -> str | None:
        """Return what travels in place of a text that is never put on the volume.

        Args:
            text: A text that can be encoded as UTF-8.
            limit: Characters that the field takes.

        Returns:
            Without a codec, the text as it is; None when it does not fit, as it is or encoded.
        """
        if self.codec is None and not packed.is_packed(text):
            return text if len(text) <= limit else None
        data = text.encode()
        return self._inline(self._encode(data), len(data), limit)

    def unpack(self, text: str, what: str) -> str:
        """Return the text that another one stands for.

        Args:
            text: What came in a field.
            what: What it is, for errors.

        Raises:
            PayloadLost: It is damaged, not on the volume, or encoded in a way that cannot be undone
                here.
            PayloadUnavailable: The volume cannot be read, or the codec does not work now.
        """
        if not text.startswith(packed.PREFIX):
            return carrying.without(text) if text[-1:] in _BEHIND else text
        try:
            return self._unpack(text)
        except PayloadError as error:
            raise type(error)(f"{what} cannot be read: {error}") from error

    def same(self, recorded: str, asked: str) -> bool:
        """Tell whether two texts that travel stand for the same one; nothing is fetched for it."""
        recorded, asked = carrying.without(recorded), carrying.without(asked)
        if recorded == asked:
            return True
        if not (packed.is_packed(recorded) or packed.is_packed(asked)):
            return False
        try:
            return self._address_of(recorded) == self._address_of(asked)
        except PayloadError:
            return False

    # Out

    def _pack(self, text: str, what: str, fits: int, stores: bool, limit: int) -> str:
        data = text.encode()
        if len(data) > self.largest:
            raise _too_large(text, what, f"at most {self.largest:,} bytes travel")
        blob = self._encode(data)
        inline = self._inline(blob, len(data), min(fits, packed.INLINE_MAXIMUM, limit))
        if inline is not None:
            return inline
        if self.blobs is not None:
            address = self._address(data)
            if stores:
                self.blobs.put(address, blob)
            return packed.reference(len(data), address)
        return self._all_the_same(text, what, blob, limit)

    def _inline(self, blob: Blob, size: int, maximum: int) -> str | None:
        text = packed.inline(blob.encoding, size, blob.data, maximum)
        if text is not None and self.telemetry.listens:
            self._tell("out", size, len(text))
        return text

    def _all_the_same(self, text: str, what: str, blob: Blob, limit: int) -> str:
        """Pack a text for which there is no volume up to what the field takes."""
        if self.codec is None and len(text) <= limit and not packed.is_packed(text):
            return text
        inline = self._inline(blob, len(text.encode()), min(packed.INLINE_MAXIMUM, limit))
        if inline is not None:
            return inline
        raise _too_large(
            text,
            what,
            f"SWF takes {limit:,}, and {len(blob.data):,} bytes of {blob.encoding} are too many "
            "too: set FLOWY_PAYLOADS (or payloads=) to a volume for such texts",
        )

    def _encode(self, data: bytes) -> Blob:
        steps = []
        if self.compresses and len(data) >= SMALL:
            data = compression.compress(data)
            steps.append(compression.NAME)
        if self.codec is not None:
            data = _encoded(self.codec, data)
            steps.append(self.codec.name)
        return Blob("+".join(steps) or "plain", data)

    # In

    def _unpack(self, text: str) -> str:
        found = packed.read(text)
        if found.size > self.largest:
            raise PayloadLost(
                f"it claims {found.size:,} bytes, and at most {self.largest:,} are taken"
            )
        if found.sha256 is None:
            data = self._decode(Blob(found.encoding, found.encoded()), found.size)
            if self.telemetry.listens:
                self._tell("in", found.size, len(text))
        else:
            data = self._fetch(found.sha256, found.size)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise PayloadLost(f"it is not text ({error})") from error

    def _fetch(self, address: str, size: int) -> bytes:
        if self.blobs is None:
            raise PayloadLost(
                f"its {size:,} bytes are on a volume, and none is given here: set FLOWY_PAYLOADS "
                "(or payloads=) to the one that its sender has"
            )
        data = self._decode(self.blobs.get(address), size)
        if self._address(data) != address:
            raise PayloadLost(f"what the volume has under {address} is another text")
        return data

    def _decode(self, blob: Blob, size: int) -> bytes:
        data = blob.data
        for step in reversed(blob.encoding.split("+")):
            if step == compression.NAME:
                data = compression.decompress(data, size)
            elif step != "plain":
                data = self._undo(step, data)
        if len(data) != size:
            raise PayloadLost(f"it has {len(data):,} bytes and not {size:,}")
        return data

    def _undo(self, step: str, data: bytes) -> bytes:
        codec = self.codec
        if codec is None or codec.name != step:
            here = "none" if codec is None else repr(codec.name)
            raise PayloadLost(f"it was encoded by the codec {step!r}, and here is {here}: give it")
        try:
            return codec.decode(data)
        except PayloadUnavailable:
            raise
        except OSError as error:  # of a file or a service that it needs: it may come back
            raise PayloadUnavailable(
                f"the codec {step!r} cannot decode now ({type(error).__name__} {error})"
            ) from error
        except Exception as error:
            raise PayloadLost(
                f"the codec {step!r} cannot decode it ({type(error).__name__} {error}): check that "
                "its key is the one that it was encoded with"
            ) from error

    # Addresses

    def _address_of(self, text: str) -> str:
        if not packed.is_packed(text):
            return self._address(text.encode())
        return packed.read(text).sha256 or self._address(self._unpack(text).encode())

    def _address(self, data: bytes) -> str:
        if self.codec is not None and self.codec.secret:
            return hmac.new(self.codec.secret, data, hashlib.sha256).hexdigest()
        return hashlib.sha256(data).hexdigest()

    def _tell(self, direction: Literal["in", "out"], size: int, stored: int) -> None:
        self.telemetry.tell(
            PayloadMoved(direction=direction, place="inline", size=size, stored=stored)
        )


_BEHIND = frozenset((" ", "\t"))
"""What a text ends with that carries something behind it."""

PACKING = Packing()
"""What compresses, and has no volume and no codec."""


def _encoded(codec: Codec, data: bytes) -> bytes:
    try:
        return codec.encode(data)
    except PayloadUnavailable:
        raise
    except Exception as error:
        # Whatever it is, the text is there: it can be sent when the codec works again.
        raise PayloadUnavailable(
            f"the codec {codec.name!r} cannot encode now ({type(error).__name__} {error})"
        ) from error


def _too_large(text: str, what: str, but: str) -> PayloadTooLarge:
    """Say what is too large; of arguments, which one has most of it."""
    name, size = what, len(text)
    try:
        args, kwargs = _RAW.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        pass
    else:
        each = [*((str(n), len(raw)) for n, raw in enumerate(args, 1))]
        each += [(key, len(raw)) for key, raw in kwargs.items()]
        largest = max(each, key=lambda one: one[1], default=("", 0))
        if largest[1] > size // 2 and what.startswith("the arguments of "):
            name, size = f"argument {largest[0]} of {what[17:]}", largest[1]
    return PayloadTooLarge(
        f"{name} has {size:,} characters as JSON, {but}; or send a reference, "
        "such as a path or a URL"
    )
