"""`flowy.catalog.files` under the documented path."""

from flowy.catalog.files import (
    FileHandle,
    FSFile,
    IOBuffer,
    IOHandle,
    io_file,
)

__all__ = [
    "FSFile",
    "FileHandle",
    "IOBuffer",
    "IOHandle",
    "io_file",
]
