"""Files as the catalogue hands them out: with a name and a type."""

import io
import json
from typing import IO, Any

from flowy.volume.handles import FSFile, IOBuffer, IOHandle

__all__ = ["FSFile", "FileHandle", "IOBuffer", "IOHandle", "io_file"]


class FileHandle(IOHandle):
    """A file to download.

    Args:
        name: What it is called.
        mime_type: What it is, None when that is not known.
        fileobj: Its content.
    """

    def __init__(self, name: str, mime_type: str | None, fileobj: IOHandle) -> None:
        self.name = name
        self.mime_type = mime_type
        self.fileobj = fileobj

    def open(self) -> IO[bytes]:
        """Return the content as a stream; the caller closes it."""
        return self.fileobj.open()

    def size(self) -> int:
        """Return the number of bytes."""
        return self.fileobj.size()


def io_file(data: Any) -> IOBuffer:
    """Return a file in memory that holds a value as JSON."""
    return IOBuffer(io.BytesIO(json.dumps(data).encode()))
