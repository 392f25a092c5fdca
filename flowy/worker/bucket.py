"""How many tasks may be taken now: a bucket of tokens, of one process or of several together.

Several processes share a file that they inherit from their supervisor. Whoever looks at the bucket
locks the file; a process that is killed meanwhile leaves the lock, and the bucket as it was.
"""

import os
import struct
import tempfile
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Protocol

_FORM = struct.Struct("=dd")


@dataclass(slots=True)
class Tokens:
    """What is in a bucket.

    Args:
        left: How many tokens.
        counted_at: When that was so, in seconds since the epoch.
    """

    left: float
    counted_at: float


class Bucket(Protocol):
    """Tokens that one thread at a time may look at and change, in a ``with`` block."""

    def __enter__(self) -> Tokens | None:
        """Lock it and return what is in it; None when nobody has looked before."""
        ...

    def put(self, tokens: Tokens) -> None:
        """Change what is in it; within the block."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let others look."""
        ...


class OwnBucket:
    """A bucket in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None

    def __enter__(self) -> Tokens | None:
        self._lock.acquire()
        return self._tokens

    def put(self, tokens: Tokens) -> None:
        """Change what is in it."""
        self._tokens = tokens

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def shared_file() -> IO[bytes]:
    """Make a file for a ``SharedBucket``; it goes with the last process that has it."""
    in_memory = getattr(os, "memfd_create", None)  # on Linux; it needs no folder to write to
    if in_memory is not None:
        return os.fdopen(in_memory("flowy-count"), "r+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


class SharedBucket:
    """A bucket in a file.

    Args:
        file: The descriptor of a file of one's own, open for reading and writing; empty at first.
    """

    def __init__(self, file: int) -> None:
        self._file = file
        self._lock = threading.Lock()

    def __enter__(self) -> Tokens | None:
        self._lock.acquire()  # the file's is for processes
        try:
            os.lockf(self._file, os.F_LOCK, 0)
            found = os.pread(self._file, _FORM.size, 0)
        except BaseException:
            self._lock.release()
            raise
        return Tokens(*_FORM.unpack(found)) if len(found) == _FORM.size else None

    def put(self, tokens: Tokens) -> None:
        """Change what is in it."""
        os.pwrite(self._file, _FORM.pack(tokens.left, tokens.counted_at), 0)

    def __exit__(self, *_: object) -> None:
        try:
            os.lockf(self._file, os.F_ULOCK, 0)
        finally:
            self._lock.release()
