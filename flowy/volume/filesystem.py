"""Volumes on fsspec: memory, S3, Google Cloud, SFTP and whatever else it has a driver for.

An object store shows an object when all of it is there. Elsewhere a file is written under a name
of its own and then renamed; what a killed writer leaves is no file of the volume.
"""

import posixpath
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import IO, Any, cast

import fsspec

from flowy.errors import FlowyError, InvalidKeyError, UnknownFileError, VolumeError
from flowy.volume import keys, streams
from flowy.volume.base import StorageVolume
from flowy.volume.handles import IOHandle

RENAMING = frozenset({"file", "local", "memory", "sftp", "smb", "ssh", "hdfs", "webhdfs"})
"""Protocols where a file is seen while it is written, so that it is renamed afterwards."""


@contextmanager
def usable(volume: str, key: str) -> Iterator[None]:
    """Name volume and key in whatever a driver raises in a block.

    Raises:
        VolumeError: In place of anything that is not Flowy's.
    """
    try:
        with streams.usable(volume, key):
            yield
    except FlowyError:
        raise
    except Exception as error:  # drivers let through what their libraries raise
        raise VolumeError(
            f"{volume} cannot be used for {key!r}: {type(error).__name__} {error}"
        ) from error


class FsspecFile(IOHandle):
    """A file on an fsspec file system.

    Args:
        driver: The file system.
        path: The file's path on it.
        volume: The volume, for messages.
    """

    def __init__(self, driver: Any, path: str, volume: str) -> None:
        self._driver = driver
        self._path = path
        self._volume = volume

    def open(self) -> IO[bytes]:
        """Return the open file."""
        try:
            with usable(self._volume, self._path):
                return cast(IO[bytes], self._driver.open(self._path, "rb"))
        except VolumeError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise UnknownFileError(self._path) from error
            raise

    def size(self) -> int:
        """Return the number of bytes."""
        try:
            return int(self._driver.size(self._path))
        except FileNotFoundError as error:
            raise UnknownFileError(self._path) from error


class FsspecStorage(StorageVolume):
    """A folder of an fsspec file system.

    Args:
        url: Where it is: ``memory://name``, ``s3://bucket/folder``, ``sftp://host/folder``.
        identifier: The volume's name; None makes one.
        options: What the driver takes besides: keys, endpoints. They are part of ``to_dict``.

    Raises:
        VolumeError: There is no such driver, or it is not installed.
    """

    def __init__(
        self,
        url: str,
        identifier: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(identifier)
        self.url = url.rstrip("/") if not url.endswith("://") else url
        self.options = dict(options or {})
        try:
            driver, root = fsspec.core.url_to_fs(url, **self.options)
        except (ImportError, ValueError) as error:
            raise VolumeError(
                f"{url}: there is no driver for such volumes here ({error}); install fsspec's "
                "driver, such as `pip install s3fs` for s3://"
            ) from error
        self._driver: Any = driver
        self._root = str(root).rstrip("/")

    def close(self) -> None:
        """Do nothing: fsspec shares its connections."""

    def delete(self, key: str) -> None:
        """Delete a file or a folder."""
        path = self._path(keys.check_file(str(key).removesuffix("/")))
        self._remove(path, key)

    def describe(self) -> str:
        """Return the URL."""
        return f"volume {self.identifier} at {self.url}"

    def erase(self) -> None:
        """Delete the root and all that is in it."""
        self._remove(self._root, "")

    def get_store_for_folder(self, key: str, identifier: str | None = None) -> "FsspecStorage":
        """Return a folder of this volume as a volume."""
        folder = keys.check_folder(key)
        inner = f"{self.url.rstrip('/')}/{folder}" if folder else self.url
        return FsspecStorage(inner, identifier, self.options)

    def load(self, key: str) -> FsspecFile:
        """Return a file."""
        path = self._path(keys.check_file(key))
        with self._usable(key):
            if not self._driver.isfile(path):
                # A driver may remember a listing from before another process stored the file.
                self._driver.invalidate_cache()
                if not self._driver.isfile(path):
                    raise UnknownFileError(key)
        return FsspecFile(self._driver, path, self.describe())

    def mkdir(self, key: str) -> None:
        """Make a folder; object stores have none, and nothing happens."""
        with self._usable(key):
            self._driver.makedirs(self._path(keys.check_folder(key)), exist_ok=True)

    def modified(self, key: str) -> float:
        """Return when a file was stored."""
        path = self._path(keys.check_file(key))
        with self._usable(key):
            try:
                stored: datetime = self._driver.modified(path)
            except FileNotFoundError as error:
                raise UnknownFileError(key) from error
            except NotImplementedError as error:
                raise VolumeError(
                    f"{self.describe()} does not know when {key!r} was stored"
                ) from error
        aware = stored if stored.tzinfo is not None else stored.replace(tzinfo=UTC)
        return aware.timestamp()

    def store(self, file: IOHandle, dst: str) -> None:
        """Store a file under a key."""
        path = self._path(keys.check_file(dst))
        if self._driver.isdir(path):
            raise InvalidKeyError(f"there is a folder {dst!r} on {self.describe()}")
        with file.open() as source, streams.usable(self.describe(), dst):
            self._driver.makedirs(posixpath.dirname(path), exist_ok=True)
            write = self._write_and_rename if self._renames() else self._write_object
            write(source, path)

    def to_dict(self) -> dict[str, Any]:
        """Return what makes this volume again."""
        arguments = {"url": self.url, "options": self.options}
        return {"type": "url", "id": self.identifier, "args": arguments}

    def walk(self, src: str | None) -> list[tuple[str, IOHandle]]:
        """Return all files under a folder in order of key."""
        start = self._path(keys.check_folder(src))
        with self._usable(src or ""):
            found = self._driver.find(start)
        prefix = f"{self._root}/"
        return [
            (path.removeprefix(prefix), FsspecFile(self._driver, path, self.describe()))
            for path in sorted(found)
            if not posixpath.basename(path).startswith(keys.RESERVED)
        ]

    def _usable(self, key: str) -> AbstractContextManager[None]:
        return usable(self.describe(), key)

    def _renames(self) -> bool:
        protocol = self._driver.protocol
        return bool(RENAMING & ({protocol} if isinstance(protocol, str) else set(protocol)))

    def _write_and_rename(self, source: IO[bytes], path: str) -> None:
        part = f"{posixpath.dirname(path)}/{keys.RESERVED}{uuid.uuid4().hex}"
        try:
            with self._driver.open(part, "wb") as target:
                streams.pump(source, target)
            self._driver.mv(part, path)
        except BaseException:
            if self._driver.exists(part):
                self._driver.rm(part)
            raise

    def _write_object(self, source: IO[bytes], path: str) -> None:
        target = self._driver.open(path, "wb", autocommit=False)
        try:
            streams.pump(source, target)
        except BaseException:
            # A file that is closed and not committed is still there to be kept: it is discarded.
            target.close()
            target.discard()
            raise
        target.close()
        target.commit()

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}" if key else self._root

    def _remove(self, path: str, key: str) -> None:
        with self._usable(key):
            self._driver.invalidate_cache()
            if self._driver.exists(path):
                self._driver.rm(path, recursive=self._driver.isdir(path))
