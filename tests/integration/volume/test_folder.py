"""What a folder of this machine does besides what every volume does."""

import io
import os
from pathlib import Path

import pytest

from flowy.errors import InvalidKeyError, UnknownFileError, VolumeError
from flowy.volume.archive import Archive
from flowy.volume.base import FSFile, IOBuffer
from flowy.volume.fs import FileSystemStorage
from flowy.volume.manager import Volume, VolumeManager, open_volume


@pytest.fixture
def volume(tmp_path: Path) -> FileSystemStorage:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    return FileSystemStorage(tmp_path / "inside")


def test_no_link_leads_out(volume: FileSystemStorage, tmp_path: Path) -> None:
    root = Path(volume.basedir)
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "file").symlink_to(tmp_path / "outside" / "secret")
    for refused in (
        lambda: volume.load("folder/secret"),
        lambda: volume.load("file"),
        lambda: volume.store(IOBuffer(b"x"), "folder/new"),
        lambda: volume.store(IOBuffer(b"x"), "file"),
        lambda: volume.delete("folder/secret"),
        lambda: volume.walk(""),
        lambda: volume.get_store_for_folder("folder"),
        lambda: volume.path("folder", "secret"),
    ):
        with pytest.raises(InvalidKeyError, match="link out of it"):
            refused()
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["secret"]


def test_a_link_that_leads_out_can_be_deleted(volume: FileSystemStorage, tmp_path: Path) -> None:
    (Path(volume.basedir) / "folder").symlink_to(tmp_path / "outside")
    volume.delete("folder")
    assert (tmp_path / "outside" / "secret").exists()
    assert volume.walk("") == []


def test_a_link_inside_is_followed(volume: FileSystemStorage) -> None:
    volume.store(IOBuffer(b"one"), "a")
    (Path(volume.basedir) / "b").symlink_to(Path(volume.basedir) / "a")
    with volume.load("b").open() as stream:
        assert stream.read() == b"one"


def test_what_a_killed_writer_left_is_no_file(volume: FileSystemStorage) -> None:
    part = Path(volume.basedir) / ".flowy-part-1"
    part.write_bytes(b"half")
    assert volume.walk("") == []
    assert volume.parts() == [part]


def test_a_full_disk_is_said_plainly(
    volume: FileSystemStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(VolumeError, match=r"for 'a': it is full: make room"):
        volume.store(IOBuffer(b"x"), "a")
    assert volume.walk("") == []
    assert volume.parts() == []


def test_a_file_in_the_way_is_said_plainly(volume: FileSystemStorage) -> None:
    volume.store(IOBuffer(b"x"), "a")
    with pytest.raises(VolumeError, match="'a/b'"):
        volume.store(IOBuffer(b"x"), "a/b")
    volume.mkdir("folder")
    with pytest.raises(VolumeError, match="there is a folder"):
        volume.store(IOBuffer(b"x"), "folder")


def test_a_file_that_went_away_is_unknown(volume: FileSystemStorage) -> None:
    volume.store(IOBuffer(b"x"), "a")
    file = volume.load("a")
    volume.delete("a")
    for gone in (file.open, file.size, lambda: FSFile(file.filename)):
        with pytest.raises(UnknownFileError):
            gone()


def test_a_volume_that_has_gone_is_named(volume: FileSystemStorage, tmp_path: Path) -> None:
    gone = tmp_path / "file"
    gone.write_bytes(b"")
    with pytest.raises(VolumeError, match=r"at .*/file/volume"):
        open_volume(gone / "volume")
    volume.erase()
    assert volume.walk("") == []
    with pytest.raises(UnknownFileError):
        volume.load("a")


def test_unknown_drivers_and_descriptions_are_refused() -> None:
    with pytest.raises(VolumeError, match="there is no driver"):
        open_volume("nosuch://bucket")
    with pytest.raises(VolumeError, match="no type of volume 'nosuch'"):
        Volume({"type": "nosuch"})
    with pytest.raises(VolumeError, match="without 'basedir'"):
        Volume({"type": "fs", "id": "x", "args": {}})
    with pytest.raises(VolumeError, match="__default__"):
        VolumeManager([])


def test_an_archive_of_a_file_that_shrinks_is_refused() -> None:
    class Shrinking(IOBuffer):
        def size(self) -> int:
            return 100

    with pytest.raises(VolumeError, match="became shorter"):
        Archive([("a", Shrinking(io.BytesIO(b"x" * 40)))]).size()
