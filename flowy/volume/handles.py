"""Files as values: something that can be opened for reading and knows its size."""

import io
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO

from flowy.errors import UnknownFileError


class IOHandle(ABC):
    """A file that is not open."""

    @abstractmethod
    def open(self) -> IO[bytes]:
        """Return the content as a stream of bytes from its beginning; the caller closes it.

        Raises:
            UnknownFileError: It is not there any more.
        """

    @abstractmethod
    def size(self) -> int:
        """Return the number of bytes."""


class IOBuffer(IOHandle):
    """A file in memory.

    Args:
        buf: The content.
    """

    def __init__(self, buf: io.BytesIO | bytes) -> None:
        self.buf = io.BytesIO(buf) if isinstance(buf, bytes) else buf

    def open(self) -> IO[bytes]:
        """Return a stream of its own over the content."""
        return io.BytesIO(self.buf.getvalue())

    def size(self) -> int:
        """Return the number of bytes."""
        return self.buf.getbuffer().nbytes


class FSFile(IOHandle):
    """A file of the local file system.

    Args:
        filename: Its path.
        raise_error: Whether a file that is not there is refused at once.

    Raises:
        UnknownFileError: There is no such file.
    """

    def __init__(self, filename: str | Path, raise_error: bool = True) -> None:
        self.filename = str(filename)
        if raise_error and not Path(filename).is_file():
            raise UnknownFileError(self.filename)

    def open(self) -> IO[bytes]:
        """Return the open file."""
        try:
            return Path(self.filename).open("rb")
        except FileNotFoundError as error:
            raise UnknownFileError(self.filename) from error

    def size(self) -> int:
        """Return the number of bytes."""
        try:
            return Path(self.filename).stat().st_size
        except FileNotFoundError as error:
            raise UnknownFileError(self.filename) from error
