"""Archives that are written while they are read: never in memory, never on a disk of their own."""

import gzip
import io
import tarfile
from collections.abc import Iterable, Iterator
from typing import IO

from flowy.errors import VolumeError
from flowy.volume.handles import IOHandle
from flowy.volume.streams import CHUNK

Member = tuple[str, IOHandle]

LEVEL = 6
"""How hard gzip tries, as tar's own default."""


class _Queue(io.RawIOBase):
    """What a writer writes and a reader has not yet taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        data = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(data)
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def tar(members: Iterable[Member], level: int = LEVEL) -> Iterator[bytes]:
    """Give a gzipped tar archive piece by piece, each as soon as it is made.

    Equal members give equal archives: no times, no owners.

    Args:
        members: Name in the archive, and file.
        level: How hard to compress, 0 (not at all) to 9.

    Raises:
        UnknownFileError: A file is not there any more.
        VolumeError: A file has not the size that its volume tells.
    """
    queue = _Queue()
    with gzip.GzipFile(
        filename="", mode="wb", compresslevel=level, fileobj=queue, mtime=0
    ) as zipped:
        for name, file in members:
            yield from _member(name, file, zipped, queue)
        zipped.write(tarfile.NUL * tarfile.BLOCKSIZE * 2)
    yield queue.take()


def _member(name: str, file: IOHandle, zipped: gzip.GzipFile, queue: _Queue) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    with file.open() as source:
        info.size = file.size()
        zipped.write(info.tobuf(tarfile.PAX_FORMAT))
        left = info.size
        while left:
            piece = source.read(min(CHUNK, left))
            if not piece:
                raise VolumeError(
                    f"the file {name!r} became shorter while it was archived: {left} bytes are "
                    "missing; archive it again when nobody writes it"
                )
            left -= len(piece)
            zipped.write(piece)
            yield queue.take()
    zipped.write(tarfile.NUL * (-info.size % tarfile.BLOCKSIZE))
    yield queue.take()


class TarStream(io.RawIOBase):
    """A gzipped tar archive as a stream to read from; it is made while it is read.

    Args:
        members: Name in the archive, and file.
    """

    def __init__(self, members: Iterable[Member]) -> None:
        super().__init__()
        self._pieces = tar(members)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer, at least with something as long as there is any."""
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


class Archive(IOHandle):
    """A gzipped tar archive of files; nothing is read before it is opened.

    Args:
        members: Name in the archive, and file.
    """

    def __init__(self, members: Iterable[Member]) -> None:
        self._members = list(members)

    def open(self) -> IO[bytes]:
        """Return the archive as a stream that is made while it is read; it cannot be rewound."""
        return io.BufferedReader(TarStream(self._members), CHUNK)

    def size(self) -> int:
        """Return the number of bytes; it makes the archive once to count them."""
        return sum(len(piece) for piece in tar(self._members))
