"""Paths in a workspace: nothing leads out of it, neither by name nor by link."""

from pathlib import Path, PurePosixPath, PureWindowsPath

from flowy.errors import UnsafePath

PART = 255
"""Bytes that a file system takes as one name."""

LONGEST = 4_000
"""Bytes of a whole path that every system takes."""


def inside(folder: Path, *parts: str | Path) -> Path:
    """Return a path in a folder, which need not exist.

    Raises:
        UnsafePath: A part is absolute, empty, has ``..`` or NUL, is too long for a file, or the
            path leaves the folder by a link.
    """
    path = folder
    for part in parts:
        path = path / checked(str(part))
    if parts and not path.resolve().is_relative_to(folder.resolve()):
        raise UnsafePath(f"{shown(str(path))} leaves {folder} by a link; remove the link")
    return path


def checked(name: str) -> PurePosixPath:
    """Return a relative path that stays where it begins.

    Raises:
        UnsafePath: It does not, or no file can have it.
    """
    path = PurePosixPath(name)
    problem = _problem(name, path)
    if problem:
        raise UnsafePath(f"{shown(name)} is no path in a workspace: {problem}")
    return path


def shown(name: str) -> str:
    """Return a name as a message shows it."""
    return repr(name) if len(name) <= 80 else f"{name[:60]!r}… ({len(name)} characters)"


def _problem(name: str, path: PurePosixPath) -> str | None:
    if not name or not path.parts:
        return "it is empty"
    if "\0" in name:
        return "it has a NUL character"
    if path.is_absolute() or PureWindowsPath(name).drive or name.startswith("\\"):
        return "it is absolute; give it relative to the workspace"
    if ".." in path.parts or ".." in name.split("\\"):
        return "it has '..'"
    encoded = [len(part.encode(errors="surrogatepass")) for part in path.parts]
    if max(encoded) > PART or sum(encoded) > LONGEST:
        return f"it is too long: at most {PART} bytes a name and {LONGEST} in all"
    return None
