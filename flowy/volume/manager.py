"""Open volumes by URL or by their serialised form, and keep several of them together."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flowy.errors import UnknownFileError, VolumeError
from flowy.volume.base import StorageVolume
from flowy.volume.filesystem import FsspecStorage
from flowy.volume.fs import FileSystemStorage

DEFAULT_STORE = "__default__"
"""The name of the volume that has what no other has."""


def open_volume(url: str | Path, identifier: str | None = None) -> StorageVolume:
    """Open a volume by its URL.

    Args:
        url: A path, ``file:///path``, ``memory://name``, ``s3://bucket/folder`` or what else
            fsspec has a driver for.
        identifier: The volume's name.

    Raises:
        VolumeError: There is no driver for it, or its folder cannot be made.
    """
    text = str(url)
    if text.startswith("file://"):
        return FileSystemStorage(unquote(urlsplit(text).path), identifier)
    if "://" in text:
        return FsspecStorage(text, identifier)
    return FileSystemStorage(text, identifier)


def _from_folder(document: Mapping[str, Any]) -> StorageVolume:
    return FileSystemStorage(document["args"]["basedir"], document.get("id"))


def _from_url(document: Mapping[str, Any]) -> StorageVolume:
    arguments = document["args"]
    return FsspecStorage(arguments["url"], document.get("id"), arguments.get("options"))


_KINDS: dict[str, Callable[[Mapping[str, Any]], StorageVolume]] = {
    "fs": _from_folder,
    "url": _from_url,
}


def Volume(doc: Mapping[str, Any]) -> StorageVolume:
    """Make a volume from what ``to_dict`` gave.

    Raises:
        VolumeError: It is not of a known type, or something is missing.
    """
    make = _KINDS.get(doc.get("type", ""))
    if make is None:
        raise VolumeError(f"there is no type of volume {doc.get('type')!r}; known: {list(_KINDS)}")
    try:
        return make(doc)
    except KeyError as error:
        raise VolumeError(f"the volume {doc.get('id')!r} is described without {error}") from error


class VolumeManager:
    """Several volumes, and on which of them a file is in its present version.

    Args:
        stores: The volumes, each as ``to_dict`` gives it; one is named ``__default__``.
        files: To a key, the names of the volumes that have it.

    Raises:
        VolumeError: There is no default volume.
    """

    def __init__(
        self,
        stores: Iterable[Mapping[str, Any]],
        files: Mapping[str, list[str]] | None = None,
    ) -> None:
        self._documents = {str(document.get("id")): document for document in stores}
        if DEFAULT_STORE not in self._documents:
            raise VolumeError(f"one volume must have the id {DEFAULT_STORE!r}")
        self._open: dict[str, StorageVolume] = {}
        self.files = {key: list(names) for key, names in (files or {}).items()}

    def get(self, identifier: str) -> StorageVolume:
        """Return a volume by name; it is opened once.

        Raises:
            VolumeError: There is no such volume.
        """
        if identifier not in self._open:
            if identifier not in self._documents:
                raise VolumeError(f"there is no volume {identifier!r}: {sorted(self._documents)}")
            self._open[identifier] = Volume(self._documents[identifier])
        return self._open[identifier]

    def prepare(
        self, store: StorageVolume, inputs: Iterable[str], outputs: Iterable[str] = ()
    ) -> None:
        """Have input files in their present version on a volume, and folders for the outputs.

        Raises:
            UnknownFileError: No volume has one of the inputs.
        """
        for key in inputs:
            names = self.files.get(key, [DEFAULT_STORE])
            if store.identifier not in names:
                if not self.get(names[0]).copy(key, store, key.rstrip("/")):
                    raise UnknownFileError(key)
                self.files[key] = [*names, store.identifier]
        for key in outputs:
            folder = key.rstrip("/") if key.endswith("/") else key.rpartition("/")[0]
            if folder:
                store.mkdir(folder)

    def update(self, store: StorageVolume, files: Iterable[str]) -> None:
        """Note that a volume has new versions of files: those elsewhere are old now."""
        for key in files:
            self.files[key] = [store.identifier]

    def close(self) -> None:
        """Close the volumes that were opened."""
        for volume in self._open.values():
            volume.close()
