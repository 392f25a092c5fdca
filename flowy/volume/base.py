"""What every volume does; the places where files lie are told apart by their adapters only."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from flowy.volume import keys
from flowy.volume.handles import FSFile, IOBuffer, IOHandle

__all__ = ["FSFile", "IOBuffer", "IOHandle", "StorageVolume"]


class StorageVolume(ABC):
    """Files by key, in folders, under a root that no key leads out of.

    A file appears under its key when it is complete. Several threads and processes may use one
    volume; of two who store the same key at once, one wins.

    Args:
        identifier: The volume's name; None makes one.
    """

    def __init__(self, identifier: str | None = None) -> None:
        self.identifier = uuid.uuid4().hex if identifier is None else identifier

    @abstractmethod
    def close(self) -> None:
        """Give back connections; twice does no harm."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Delete a file, or a folder with all that is in it; what is not there does no harm.

        Raises:
            InvalidKeyError: This is no key; the whole volume goes by ``erase``.
            VolumeError: The volume cannot be used.
        """

    @abstractmethod
    def describe(self) -> str:
        """Return where the volume is, in a few words for people."""

    @abstractmethod
    def erase(self) -> None:
        """Delete the root and all that is in it."""

    @abstractmethod
    def get_store_for_folder(self, key: str, identifier: str | None = None) -> "StorageVolume":
        """Return a volume whose root is a folder of this one.

        Args:
            key: The folder; it need not be there.
            identifier: The new volume's name.
        """

    @abstractmethod
    def load(self, key: str) -> IOHandle:
        """Return a file.

        Raises:
            UnknownFileError: There is no such file.
            InvalidKeyError: This is no key, or a link leads out of the volume.
            VolumeError: The volume cannot be used.
        """

    @abstractmethod
    def mkdir(self, key: str) -> None:
        """Make a folder and those above it, where the volume has folders."""

    @abstractmethod
    def modified(self, key: str) -> float:
        """Return when a file was stored, in seconds since the epoch by the volume's clock.

        Raises:
            UnknownFileError: There is no such file.
            VolumeError: The volume cannot be used, or does not know.
        """

    @abstractmethod
    def store(self, file: IOHandle, dst: str) -> None:
        """Store a file under a key, in place of what was there; streams it.

        Raises:
            InvalidKeyError: This is no key, or a link leads out of the volume.
            VolumeError: The volume is full, gone, or cannot be written.
        """

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return what makes this volume again, as JSON; see `flowy.volume.manager.Volume`."""

    @abstractmethod
    def walk(self, src: str | None) -> list[tuple[str, IOHandle]]:
        """Return all files under a folder in order of key, with their keys on this volume.

        Args:
            src: A folder, a file, which is then the only one, or "" for all; what is not there
                gives nothing.
        """

    def copy(
        self,
        src: str | Iterable[str] | None,
        store: "StorageVolume",
        dst: str | None = None,
        verbose: bool = False,
    ) -> list[str]:
        """Copy files to another volume, one after the other, as streams.

        Args:
            src: A file, a folder, several of them, or None for everything.
            store: Where to.
            dst: The key of a single file, else the folder for them; None is the same key for a file
                and the root for what is in a folder.
            verbose: Print what is copied.

        Returns:
            The keys that were written.
        """
        written = []
        sources = [src] if src is None or isinstance(src, str) else list(src)
        several = not (src is None or isinstance(src, str))
        for source in sources:
            for key, file, target in self._copies(source, dst, several=several):
                store.store(file, target)
                written.append(target)
                if verbose:
                    print(f"copied {key} to {target}")  # noqa: T201 -- that is what verbose says
        return written

    def _copies(
        self, src: str | None, dst: str | None, *, several: bool
    ) -> Iterable[tuple[str, IOHandle, str]]:
        """Say what is copied and under which key."""
        folder = keys.check_folder(src)
        prefix = keys.check_folder(dst)
        for key, file in self.walk(folder):
            if key == folder:
                yield key, file, keys.join(prefix, key) if several else prefix or key
            else:
                yield key, file, keys.join(prefix, key.removeprefix(f"{folder}/"))
