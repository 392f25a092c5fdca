"""Zip files, unpacked without surprises: nothing gets out of the folder, and nothing explodes."""

import lzma
import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from flowy.errors import InvalidKeyError, UnsafeArchive
from flowy.project.files import aside, move_into
from flowy.project.paths import inside

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipLimits:
    """How much an archive may hold.

    Args:
        files: How many files and folders.
        size: How many bytes, unpacked.
        ratio: How many times its packed size; counts from 10 MB on.
    """

    files: int = 100_000
    size: int = 20_000_000_000
    ratio: int = 200


DAMAGED = (EOFError, NotImplementedError, lzma.LZMAError, zlib.error)
DEFAULT_LIMITS = ZipLimits()
_RATIO_FROM = 10_000_000


def unzip(archive: Path, folder: Path, limits: ZipLimits = DEFAULT_LIMITS) -> list[str]:
    """Unpack an archive into a folder, all of it or nothing.

    Returns:
        The names of the files, relative to the folder.

    Raises:
        UnsafeArchive: A member leads out of the folder or is a link, or there is more than allowed.
        OSError: The archive is not there, or the disk has no room for it.
        zipfile.BadZipFile: It is no zip file, or is damaged.
    """
    with zipfile.ZipFile(archive) as opened:
        members = opened.infolist()
        _check_size(archive, members, limits)
        for member in members:
            _check_member(archive, member, folder)
        _check_room(archive, members, folder)
        with aside(folder) as part:
            for member in members:
                _unpack_whole(opened, member, part)
            move_into(part, folder)
    return [member.filename for member in members if not member.is_dir()]


def _check_size(archive: Path, members: list[zipfile.ZipInfo], limits: ZipLimits) -> None:
    size = sum(member.file_size for member in members)
    packed = max(1, archive.stat().st_size)
    if len(members) > limits.files:
        problem = f"it has {len(members):,} members, and {limits.files:,} are allowed"
    elif size > limits.size:
        problem = f"it would be {size:,} bytes, and {limits.size:,} are allowed"
    elif size > _RATIO_FROM and size > packed * limits.ratio:
        problem = f"{size:,} bytes are packed in {packed:,}, more than {limits.ratio} to 1"
    else:
        return
    raise UnsafeArchive(
        f"{archive} was not unpacked: {problem}; if you trust it, give other limits"
    )


def _check_member(archive: Path, member: zipfile.ZipInfo, folder: Path) -> None:
    name = member.filename
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnsafeArchive(f"{archive} was not unpacked: its member {name[:80]!r} is a link")
    if member.flag_bits & 0x1:
        raise UnsafeArchive(f"{archive} was not unpacked: {name[:80]!r} needs a password")
    try:
        inside(folder, name)
    except InvalidKeyError as error:
        raise UnsafeArchive(f"{archive} was not unpacked: {error}") from error


def _check_room(archive: Path, members: list[zipfile.ZipInfo], folder: Path) -> None:
    size = sum(member.file_size for member in members)
    free = shutil.disk_usage(folder).free
    if size > free:
        raise OSError(f"{archive} needs {size:,} bytes, and {folder} has room for {free:,}")


def _unpack_whole(opened: zipfile.ZipFile, member: zipfile.ZipInfo, part: Path) -> None:
    """Unpack a member; what is wrong with its compression is one kind of error."""
    try:
        _unpack(opened, member, part)
    except DAMAGED as error:
        raise zipfile.BadZipFile(f"{member.filename[:80]!r} is damaged: {error}") from error


def _unpack(opened: zipfile.ZipFile, member: zipfile.ZipInfo, part: Path) -> None:
    target = inside(part, member.filename)
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with opened.open(member) as packed, target.open("wb") as unpacked:
        while chunk := packed.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise UnsafeArchive(f"{member.filename[:80]!r} is longer than the archive says")
            unpacked.write(chunk)
