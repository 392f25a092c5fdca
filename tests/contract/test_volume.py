"""Every volume does the same."""

import io
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowy.clock import SystemClock
from flowy.errors import InvalidKeyError, UnknownFileError
from flowy.volume.archive import Archive
from flowy.volume.base import IOBuffer, StorageVolume
from flowy.volume.manager import Volume, VolumeManager, open_volume
from tests.s3 import s3_server, s3_volume


@pytest.fixture(params=["folder", "file-url", "memory", "s3"])
def volume(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StorageVolume]:
    if request.param == "s3":
        yield s3_volume(request.getfixturevalue("s3_endpoint"))
        return
    urls = {
        "folder": str(tmp_path / "volume"),
        "file-url": f"file://{tmp_path}/volume%20two",
        "memory": f"memory://{uuid.uuid4().hex}",
    }
    opened = open_volume(urls[request.param])
    yield opened
    opened.erase()
    opened.close()


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


def content(volume: StorageVolume, key: str) -> bytes:
    with volume.load(key).open() as stream:
        return stream.read()


def put(volume: StorageVolume, *keys: str) -> None:
    for key in keys:
        volume.store(IOBuffer(key.encode()), key)


def names(volume: StorageVolume, src: str | None = "") -> list[str]:
    return [key for key, _ in volume.walk(src)]


def test_what_is_stored_can_be_loaded(volume: StorageVolume) -> None:
    volume.store(IOBuffer(b"one"), "a/b/файл.txt")
    assert content(volume, "a/b/файл.txt") == b"one"
    assert volume.load("a/b/файл.txt").size() == 3


def test_a_later_file_takes_the_place_of_the_earlier(volume: StorageVolume) -> None:
    volume.store(IOBuffer(b"a long first version"), "a")
    volume.store(IOBuffer(b"two"), "a")
    assert content(volume, "a") == b"two"


def test_a_file_that_is_not_there_is_named(volume: StorageVolume) -> None:
    put(volume, "a/b")
    for key in ("b", "a", "a/c", "a/b/c"):
        with pytest.raises(UnknownFileError, match=f"unknown file '{key}'"):
            volume.load(key)


@pytest.mark.parametrize("key", ["", "../a", "/a", "a/../../b", "x" * 10_000, "a\0", "a//b"])
def test_keys_that_could_lead_out_are_refused_by_every_method(
    volume: StorageVolume, key: str
) -> None:
    refusals = [
        lambda: volume.load(key),
        lambda: volume.store(IOBuffer(b""), key),
        lambda: volume.delete(key),
    ]
    if key:
        refusals += [
            lambda: volume.walk(key),
            lambda: volume.mkdir(key),
            lambda: volume.get_store_for_folder(key),
            lambda: volume.copy(key, volume),
            lambda: volume.copy(None, volume, key),
        ]
        put(volume, "something")
    for refused in refusals:
        with pytest.raises(InvalidKeyError):
            refused()


def test_walk_gives_files_below_in_order(volume: StorageVolume) -> None:
    put(volume, "z", "a/2", "a/1", "a/b/3", "ab")
    volume.mkdir("empty")
    assert names(volume) == ["a/1", "a/2", "a/b/3", "ab", "z"]
    assert names(volume, None) == names(volume)
    assert names(volume, "a") == names(volume, "a/") == ["a/1", "a/2", "a/b/3"]
    assert names(volume, "a/1") == ["a/1"]
    assert names(volume, "missing") == []


def test_delete_takes_a_file_or_a_folder_and_nothing_else(volume: StorageVolume) -> None:
    put(volume, "a/1", "a/2", "ab", "b")
    volume.delete("b")
    volume.delete("a")
    volume.delete("missing/too")
    assert names(volume) == ["ab"]


def test_erase_takes_everything(volume: StorageVolume) -> None:
    put(volume, "a/1", "b")
    volume.erase()
    volume.erase()
    assert names(volume) == []


def test_a_folder_is_a_volume_of_its_own(volume: StorageVolume) -> None:
    inner = volume.get_store_for_folder("a/b", identifier="inner")
    put(inner, "c")
    assert inner.identifier == "inner"
    assert names(volume) == ["a/b/c"]
    assert names(inner) == ["c"]


def test_one_file_is_copied_under_its_key_or_another(volume: StorageVolume, tmp_path: Path) -> None:
    put(volume, "a/1")
    target = open_volume(tmp_path / "target")
    assert volume.copy("a/1", target) == ["a/1"]
    assert volume.copy("a/1", target, "c/2") == ["c/2"]
    assert content(target, "c/2") == b"a/1"


def test_a_folder_is_copied_without_its_own_name(volume: StorageVolume, tmp_path: Path) -> None:
    put(volume, "a/1", "a/b/2", "c")
    target = open_volume(tmp_path / "target")
    assert volume.copy("a", target) == ["1", "b/2"]
    assert volume.copy("a/", target, "to") == ["to/1", "to/b/2"]
    assert volume.copy(None, target, "all") == ["all/a/1", "all/a/b/2", "all/c"]
    assert volume.copy(["c", "a/1"], target, "some") == ["some/c", "some/a/1"]
    assert volume.copy("missing", target) == []


def test_copy_says_what_it_does_when_asked(
    volume: StorageVolume, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(volume, "a")
    volume.copy("a", open_volume(tmp_path / "target"), verbose=True)
    assert capsys.readouterr().out == "copied a to a\n"


def test_a_volume_can_be_made_again_from_its_description(volume: StorageVolume) -> None:
    put(volume, "a")
    again = Volume(volume.to_dict())
    assert again.identifier == volume.identifier
    assert names(again) == ["a"]


def test_a_file_that_cannot_be_read_to_its_end_is_not_stored(volume: StorageVolume) -> None:
    class Torn(IOBuffer):
        def open(self) -> io.BytesIO:
            class Stream(io.BytesIO):
                def read(self, size: int | None = -1) -> bytes:
                    raise RuntimeError("the line is down")

            return Stream()

    volume.store(IOBuffer(b"first"), "a")
    with pytest.raises(RuntimeError, match="the line is down"):
        volume.store(Torn(b""), "a")
    with pytest.raises(RuntimeError):
        volume.store(Torn(b""), "b")
    assert content(volume, "a") == b"first"
    assert names(volume) == ["a"]


def test_an_archive_holds_the_files_under_their_keys(volume: StorageVolume) -> None:
    put(volume, "a/1", "ü/" + "long-" * 40, "empty")
    volume.store(IOBuffer(b"x" * 3_000_000), "big")
    archive = Archive(volume.walk(""))
    with archive.open() as stream:
        data = stream.read()
    assert archive.size() == len(data)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        assert tar.getnames() == names(volume)
        read = tar.extractfile("big")
        assert read is not None
        assert read.read() == b"x" * 3_000_000


def test_a_manager_brings_the_present_version_where_it_is_needed(
    volume: StorageVolume, tmp_path: Path
) -> None:
    default = open_volume(tmp_path / "default", "__default__")
    put(default, "in/1", "in/2")
    manager = VolumeManager([default.to_dict(), volume.to_dict()])
    manager.prepare(volume, inputs=["in/1"], outputs=["out/3"])
    assert names(volume) == ["in/1"]
    volume.store(IOBuffer(b"new"), "in/1")
    manager.update(volume, ["in/1"])
    manager.prepare(default, inputs=["in/1"])
    assert content(default, "in/1") == b"new"
    with pytest.raises(UnknownFileError):
        manager.prepare(volume, inputs=["nothing"])


def test_a_volume_knows_when_a_file_was_stored_last(volume: StorageVolume) -> None:
    put(volume, "a")
    first = volume.modified("a")
    put(volume, "a")
    assert 0 <= volume.modified("a") - first < 60
    assert abs(SystemClock().now() - first) < 60
    with pytest.raises(UnknownFileError):
        volume.modified("b")
