"""Large texts on a volume, each under the digest of its content.

The texts of a domain are in a folder of its own: ``DOMAIN/texts/9f/9f86d0…``. A file says in its
first line what was done to the text, and with which digest its bytes can be checked. Beside them
lies a mark: a volume without the mark is not there, whatever its driver says of single files.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import quote

from flowy.clock import Clock, SystemClock
from flowy.errors import PayloadLost, PayloadUnavailable, UnknownFileError, VolumeError
from flowy.telemetry import SILENT, PayloadMoved, Telemetry
from flowy.transport.packing import Blob
from flowy.volume.base import IOBuffer, StorageVolume

FRESH = 900.0
"""Seconds for which a text that this process has stored is not stored again."""

REMEMBERED = 1_000
"""How many texts a process knows as fresh."""

MARK = "flowy-payloads.txt"
NOTE = b"Large inputs and results of Flowy. `flowy payloads collect` deletes what nothing needs.\n"
_MAGIC = "flowy.payload 1 "
_HEAD = 256
"""Bytes of the first line: so many that no stream has to look for its end."""


class VolumeBlobs:
    """Keeps the texts of one domain; several threads may use it.

    Args:
        volume: Where they are.
        domain: SWF's domain; no other one sees them.
        clock: Says how long ago a text was stored.
        telemetry: Hears what is moved.
    """

    def __init__(
        self,
        volume: StorageVolume,
        domain: str,
        clock: Clock | None = None,
        telemetry: Telemetry = SILENT,
    ) -> None:
        self._volume = volume
        self._folder = quote(domain, safe="").replace(".", "%2E")
        self._clock = clock or SystemClock()
        self._telemetry = telemetry
        self._lock = threading.Lock()
        self._stored: OrderedDict[str, float] = OrderedDict()
        self._marked = False

    def put(self, address: str, blob: Blob) -> None:
        """Keep a text; it is written anew unless this process has just written it.

        That makes it young again: whoever collects what nothing needs leaves it alone.
        """
        if self._is_fresh(address):
            return
        start = self._clock.now()
        digest = hashlib.sha256(blob.data).hexdigest()
        head = f"{_MAGIC}{blob.encoding} {digest}".ljust(_HEAD - 1).encode() + b"\n"
        try:
            self._mark()
            self._volume.store(IOBuffer(head + blob.data), self.key(address))
        except Exception as error:  # drivers let through what their libraries raise
            what = f"a text of {len(blob.data):,} bytes cannot be stored"
            raise PayloadUnavailable(f"{what}: {_said(error)}") from error
        self._remember(address)
        self._tell("out", blob, start)

    def get(self, address: str) -> Blob:
        """Return a text as it was kept, after a look at its digest."""
        start = self._clock.now()
        try:
            with self._volume.load(self.key(address)).open() as stream:
                found = _read(stream.read(_HEAD), stream.read, address)
        except UnknownFileError as error:
            raise self._missing(address) from error
        except PayloadLost:
            raise
        except Exception as error:  # drivers let through what their libraries raise
            raise PayloadUnavailable(f"{self._volume.describe()}: {_said(error)}") from error
        self._tell("in", found, start)
        return found

    def key(self, address: str) -> str:
        """Return where a text is on the volume."""
        return f"{self._folder}/texts/{address[:2]}/{address}"

    def all(self) -> Iterator[tuple[str, int]]:
        """Give the address and the bytes of each text.

        Raises:
            VolumeError: The volume cannot be read.
        """
        for key, file in self._volume.walk(f"{self._folder}/texts"):
            yield key.rpartition("/")[2], file.size()

    def stored_at(self, address: str) -> float:
        """Return when a text was stored last, in seconds since the epoch.

        Raises:
            UnknownFileError: It is not there.
            VolumeError: The volume cannot be read.
        """
        return self._volume.modified(self.key(address))

    def delete(self, address: str) -> None:
        """Delete a text.

        Raises:
            VolumeError: The volume cannot be written.
        """
        self._volume.delete(self.key(address))

    def _missing(self, address: str) -> PayloadLost | PayloadUnavailable:
        try:
            self._volume.load(MARK)
        except UnknownFileError:
            return PayloadUnavailable(
                f"{self._volume.describe()} has no {MARK}, so it is not the volume of these texts "
                "or is not mounted: check FLOWY_PAYLOADS (or payloads=)"
            )
        except Exception as error:  # noqa: BLE001 -- drivers let through all sorts of things
            return PayloadUnavailable(_said(error))
        return PayloadLost(
            f"{self._volume.describe()} has no {self.key(address)}: it was deleted; bring it back "
            "from a backup, or end the execution"
        )

    def _mark(self) -> None:
        if self._marked:
            return
        try:
            self._volume.load(MARK)
        except UnknownFileError:
            self._volume.store(IOBuffer(NOTE), MARK)
        self._marked = True

    def _is_fresh(self, address: str) -> bool:
        with self._lock:
            stored = self._stored.get(address)
        return stored is not None and self._clock.now() < stored + FRESH

    def _remember(self, address: str) -> None:
        with self._lock:
            self._stored[address] = self._clock.now()
            self._stored.move_to_end(address)
            while len(self._stored) > REMEMBERED:
                self._stored.popitem(last=False)

    def _tell(self, direction: Literal["in", "out"], blob: Blob, start: float) -> None:
        if self._telemetry.listens:
            size, seconds = len(blob.data), self._clock.now() - start
            self._telemetry.tell(
                PayloadMoved(
                    direction=direction, place="volume", size=size, stored=size, seconds=seconds
                )
            )


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, VolumeError) else f"{type(error).__name__} {error}"


def _read(head: bytes, rest: Callable[[], bytes], address: str) -> Blob:
    line = head.decode("latin-1")
    encoding, _, digest = line.removeprefix(_MAGIC).strip().partition(" ")
    if not line.startswith(_MAGIC) or not digest:
        raise PayloadLost(f"what the volume has under {address} is no text of Flowy's")
    data = rest()
    if hashlib.sha256(data).hexdigest() != digest:
        raise PayloadLost(
            f"what the volume has under {address} is damaged: its {len(data):,} bytes are not "
            "those that were stored; bring them back from a backup, or end the execution"
        )
    return Blob(encoding, data)
