"""Move bytes from stream to stream, and say plainly when a volume cannot take them."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from flowy.errors import VolumeError

CHUNK = 1 << 20
"""Bytes that are in memory while a file is copied."""

_REASONS = {
    errno.EDQUOT: "its quota is used up: make room",
    errno.ENOSPC: "it is full: make room",
    errno.EROFS: "it is read-only",
    errno.EACCES: "this user may not write there: check its permissions",
    errno.EPERM: "this user may not write there: check its permissions",
    errno.ENOENT: "its folder is gone: check that it is mounted",
    errno.ENOTDIR: "a name on the way is a file, not a folder: choose another key",
    errno.EISDIR: "there is a folder under that key: choose another key",
    errno.ENAMETOOLONG: "the path is too long: choose a shorter key",
}


def pump(source: IO[bytes], target: IO[bytes]) -> None:
    """Copy the rest of a stream to another, piece by piece."""
    shutil.copyfileobj(source, target, CHUNK)


@contextmanager
def usable(volume: str, key: str) -> Iterator[None]:
    """Name volume and key in what a block finds out about the volume.

    Raises:
        VolumeError: In place of an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, str(error) or type(error).__name__)
        raise VolumeError(f"{volume} cannot be used for {key!r}: {reason}") from error
