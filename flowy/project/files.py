"""Files of a workspace: copied whole or not at all, and compared by content."""

import filecmp
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flowy.project.liveness import Life, birth, life, this_host
from flowy.project.paths import inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two folders; names are relative, with ``/``.

    Args:
        added: Only in the second one.
        removed: Only in the first one.
        changed: In both, with other content.
        same: In both, with the same content.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.changed)


def copy(source: Path, folder: Path, name: str) -> None:
    """Copy a file, or a folder with all that is in it, to a name in a folder.

    A link is copied as what it leads to. The name appears when the copy is whole. A folder that is
    there already is added to; a file is replaced.

    Raises:
        OSError: The source is not there, or the copy does not fit.
        InvalidKeyError: The name leads out of the folder.
    """
    target = inside(folder, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with aside(folder) as part:
        whole = part / "copy"
        if source.is_dir():
            shutil.copytree(source, whole)
        else:
            shutil.copy2(source, whole)
        move_into(whole, target)


PART, WHOLE, TARGET = "part", "whole", "target"
"""Names in a folder aside: what is being copied, what is, and where that goes."""

_ASIDE = re.compile(r"\..+~(?P<host>[^~]+)~(?P<pid>\d+)~(?P<birth>\d*)~[^~]+")


@contextmanager
def aside(folder: Path) -> Iterator[Path]:
    """Make a folder beside another one, on the same file system; it goes at the end.

    Its name says whose it is, so that ``left_aside`` finds what a killed process has left.
    """
    pid = os.getpid()
    owner = f"{this_host()}~{pid}~{birth(pid) or ''}"
    prefix = f".{folder.name}~{owner}~"
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix) as part:
        yield Path(part)


def left_aside(folder: Path) -> list[Path]:
    """Return the folders aside in a folder whose processes were killed, as seen from here."""
    left = []
    for each in folder.glob(".*~*~*~*~*"):
        owner = _ASIDE.fullmatch(each.name)
        if owner is None or owner["host"] != this_host():
            continue
        if life(int(owner["pid"]), owner["birth"] or None) is not Life.ALIVE:
            left.append(each)
    return sorted(left)


def finish_aside(part: Path, versions: Path) -> None:
    """Put a version in its place that was copied whole, unless there is one; delete the rest."""
    target = part / TARGET
    if (part / WHOLE).exists() and target.exists():
        place = inside(versions, target.read_text())
        if not place.exists():
            (part / WHOLE).rename(place)
    shutil.rmtree(part, ignore_errors=True)


def move_into(source: Path, target: Path) -> None:
    """Move a file or folder to a path; folders are merged, files replaced."""
    if not (source.is_dir() and target.is_dir()):
        source.replace(target)
        return
    for each in list(source.iterdir()):
        move_into(each, target / each.name)


def files(folder: Path) -> list[str]:
    """Return the names of all files in a folder and below, sorted, with ``/``."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def compare(first: Path, second: Path) -> Comparison:
    """Compare two folders, file by file, by content."""
    before, after = set(files(first)), set(files(second))
    both = sorted(before & after)
    same = [name for name in both if filecmp.cmp(first / name, second / name, shallow=False)]
    return Comparison(
        added=tuple(sorted(after - before)),
        removed=tuple(sorted(before - after)),
        changed=tuple(sorted(set(both) - set(same))),
        same=tuple(same),
    )


def clear(folder: Path) -> None:
    """Delete all that is in a folder."""
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
