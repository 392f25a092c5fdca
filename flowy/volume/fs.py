"""A volume that is a folder of this machine.

A file is written under a name of its own, flushed to the disk, and then renamed: a crash leaves
the old file or the new one under the key, and at most a part that ``parts`` finds. Links are
followed only as long as they stay in the folder.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flowy.errors import InvalidKeyError, UnknownFileError
from flowy.volume import keys, streams
from flowy.volume.base import StorageVolume
from flowy.volume.handles import FSFile, IOHandle

__all__ = ["FSFile", "FileSystemStorage"]


class FileSystemStorage(StorageVolume):
    """A folder of the local file system.

    Args:
        basedir: The folder; it is made when it is not there.
        identifier: The volume's name; None makes one.

    Raises:
        VolumeError: The folder cannot be made.
    """

    def __init__(self, basedir: str | Path, identifier: str | None = None) -> None:
        super().__init__(identifier)
        self.basedir = str(basedir)
        with streams.usable(self.describe(), ""):
            Path(self.basedir).mkdir(parents=True, exist_ok=True)

    def path(self, *parts: str) -> str:
        """Return the local path of a key, given in one or more parts.

        Raises:
            InvalidKeyError: It would lead out of the volume.
        """
        return str(self._locate(keys.check_folder(keys.join(*parts))))

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def delete(self, key: str) -> None:
        """Delete a file or a folder; a link goes, not what it points to."""
        name = keys.check_file(str(key).removesuffix("/"))
        with streams.usable(self.describe(), key):
            parent = self._inside(Path(self.basedir, name).parent, key)
            target = parent / Path(name).name
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)

    def describe(self) -> str:
        """Return the folder's path."""
        return f"volume {self.identifier} at {self.basedir}"

    def erase(self) -> None:
        """Delete the folder and all that is in it."""
        with streams.usable(self.describe(), ""):
            if Path(self.basedir).exists():
                shutil.rmtree(self.basedir)

    def get_store_for_folder(self, key: str, identifier: str | None = None) -> "FileSystemStorage":
        """Return a folder of this folder as a volume."""
        return FileSystemStorage(self.path(key), identifier)

    def load(self, key: str) -> FSFile:
        """Return a file."""
        path = self._locate(keys.check_file(key))
        if not path.is_file():
            raise UnknownFileError(key)
        return FSFile(path)

    def mkdir(self, key: str) -> None:
        """Make a folder and those above it."""
        with streams.usable(self.describe(), key):
            self._locate(keys.check_folder(key)).mkdir(parents=True, exist_ok=True)

    def modified(self, key: str) -> float:
        """Return when a file was stored."""
        with streams.usable(self.describe(), key):
            try:
                return self._locate(keys.check_file(key)).stat().st_mtime
            except FileNotFoundError as error:
                raise UnknownFileError(key) from error

    def store(self, file: IOHandle, dst: str) -> None:
        """Store a file under a key, at once as others see it."""
        path = self._locate(keys.check_file(dst))
        with file.open() as source, streams.usable(self.describe(), dst):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.parent / f"{keys.RESERVED}{uuid.uuid4().hex}"
            try:
                with part.open("xb") as target:
                    streams.pump(source, target)
                    target.flush()
                    os.fsync(target.fileno())
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
            _flush_folder(path.parent)

    def to_dict(self) -> dict[str, Any]:
        """Return what makes this volume again."""
        return {"type": "fs", "id": self.identifier, "args": {"basedir": self.basedir}}

    def walk(self, src: str | None) -> list[tuple[str, IOHandle]]:
        """Return all files under a folder in order of key."""
        key = keys.check_folder(src)
        start = self._locate(key)
        if start.is_file():
            return [(key, FSFile(start))]
        return sorted(self._below(start, key), key=lambda found: found[0])

    def parts(self) -> list[Path]:
        """Return the parts that writers left when they were killed, and those being written."""
        return sorted(Path(self.basedir).rglob(f"{keys.RESERVED}*"))

    def _below(self, folder: Path, prefix: str) -> Iterator[tuple[str, IOHandle]]:
        for here, _, names in os.walk(folder):
            inner = Path(here).relative_to(folder).as_posix()
            for name in names:
                if name.startswith(keys.RESERVED):
                    continue
                path = Path(here, name)
                key = keys.join(prefix, "" if inner == "." else inner, name)
                if path.is_symlink():
                    self._inside(path, key)
                if path.is_file():
                    yield key, FSFile(path, raise_error=False)

    def _locate(self, key: str) -> Path:
        return self._inside(Path(self.basedir, key) if key else Path(self.basedir), key)

    def _inside(self, path: Path, key: str) -> Path:
        """Refuse a path that links lead out of the folder."""
        root = os.path.realpath(self.basedir)
        real = os.path.realpath(path)
        if real != root and not real.startswith(root.rstrip("/") + "/"):
            raise InvalidKeyError(
                f"the key {key!r} of {self.describe()} is, or leads over, a link out of it"
            )
        return path


def _flush_folder(folder: Path) -> None:
    """Make a rename survive a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
