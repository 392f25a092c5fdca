"""`flowy.volume.fs` under the documented path."""

from flowy.volume.fs import (
    FileSystemStorage,
    FSFile,
)

__all__ = [
    "FSFile",
    "FileSystemStorage",
]
