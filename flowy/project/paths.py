"""Paths in a workspace: they are a volume's keys, and nothing leads out by name or by link."""

from pathlib import Path, PurePosixPath

from flowy.errors import InvalidKeyError
from flowy.volume import keys


def inside(folder: Path, *parts: str) -> Path:
    """Return a path in a folder, which need not exist.

    Raises:
        InvalidKeyError: A part is absolute, empty, has ``..`` or NUL, is too long for a file, or
            the path leaves the folder by a link.
    """
    path = folder.joinpath(*map(checked, parts))
    if parts and not path.resolve().is_relative_to(folder.resolve()):
        raise InvalidKeyError(f"{path} leaves {folder} by a link; remove the link")
    return path


def checked(part: str) -> str:
    """Return a relative path without ``.`` and doubled slashes.

    Raises:
        InvalidKeyError: It is not one, or no file can have it.
    """
    text = str(part)
    return keys.check_file(str(PurePosixPath(text)) if text.strip("./") else text)
