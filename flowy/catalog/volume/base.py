"""`flowy.volume.base` under the documented path."""

from flowy.volume.base import (
    FSFile,
    IOBuffer,
    IOHandle,
    StorageVolume,
)

__all__ = [
    "FSFile",
    "IOBuffer",
    "IOHandle",
    "StorageVolume",
]
