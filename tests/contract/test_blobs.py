"""Large texts lie the same on every volume."""

import hashlib
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowy.clock import ManualClock, SystemClock
from flowy.errors import DefinitionError, PayloadLost, PayloadUnavailable, VolumeError
from flowy.telemetry import Happening, PayloadMoved, Telemetry
from flowy.transport.blobs import FRESH, MARK, VolumeBlobs
from flowy.transport.collecting import SHORTEST, collect
from flowy.transport.packing import Blob
from flowy.volume.base import IOBuffer, StorageVolume
from flowy.volume.manager import open_volume
from tests.s3 import s3_server, s3_volume

TEXT = Blob("zstd", b"some bytes \x00\n of a text")
ADDRESS = hashlib.sha256(b"a text").hexdigest()
OTHER = hashlib.sha256(b"another text").hexdigest()
LATER = 10_000.0


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture(params=["folder", "memory", "s3"])
def volume(request: pytest.FixtureRequest, tmp_path: Path) -> StorageVolume:
    if request.param == "s3":
        return s3_volume(request.getfixturevalue("s3_endpoint"))
    if request.param == "folder":
        return open_volume(str(tmp_path / "volume"))
    return open_volume(f"memory://{uuid.uuid4().hex}")


def overwrite(volume: StorageVolume, address: str, data: bytes) -> None:
    volume.store(IOBuffer(data), VolumeBlobs(volume, "images").key(address))


def test_a_text_comes_back_as_it_was_kept(volume: StorageVolume) -> None:
    VolumeBlobs(volume, "images").put(ADDRESS, TEXT)
    assert VolumeBlobs(volume, "images").get(ADDRESS) == TEXT


@pytest.mark.parametrize("domain", ["..", "a b", "ünïcode", "%2E", "."])
def test_no_domain_sees_the_texts_of_another_nor_leaves_the_volume(
    volume: StorageVolume, domain: str
) -> None:
    VolumeBlobs(volume, domain).put(ADDRESS, TEXT)
    assert VolumeBlobs(volume, domain).get(ADDRESS) == TEXT
    with pytest.raises(PayloadLost):
        VolumeBlobs(volume, "images").get(ADDRESS)


def test_a_text_that_was_deleted_is_lost_and_its_place_is_named(volume: StorageVolume) -> None:
    blobs = VolumeBlobs(volume, "images")
    blobs.put(ADDRESS, TEXT)
    blobs.delete(ADDRESS)
    with pytest.raises(PayloadLost, match=f"has no images/texts/.*{ADDRESS}: it was deleted"):
        blobs.get(ADDRESS)


def test_a_volume_without_its_mark_is_away_and_no_text_is_lost(volume: StorageVolume) -> None:
    with pytest.raises(PayloadUnavailable, match=f"has no {MARK}.*not mounted"):
        VolumeBlobs(volume, "images").get(ADDRESS)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no text of Flowy's"),
        (b"flowy.payload 1 zstd 00".ljust(256) + b"some", "is damaged: its 4 bytes"),
    ],
)
def test_a_damaged_text_is_lost(volume: StorageVolume, data: bytes, said: str) -> None:
    blobs = VolumeBlobs(volume, "images")
    blobs.put(ADDRESS, TEXT)
    overwrite(volume, ADDRESS, data)
    with pytest.raises(PayloadLost, match=said):
        blobs.get(ADDRESS)


def test_a_text_is_stored_again_only_when_this_process_has_not_just_done_it(
    volume: StorageVolume,
) -> None:
    heard: list[Happening] = []
    clock = ManualClock(SystemClock().now())
    blobs = VolumeBlobs(volume, "images", clock, Telemetry(heard.append))
    blobs.put(ADDRESS, TEXT)
    blobs.put(ADDRESS, TEXT)
    assert len(heard) == 1
    clock.advance(FRESH)
    blobs.put(ADDRESS, TEXT)
    assert [type(each) for each in heard] == [PayloadMoved, PayloadMoved]


def test_threads_may_keep_the_same_text_at_once(volume: StorageVolume) -> None:
    many = [VolumeBlobs(volume, "images") for _ in range(4)]
    threads = [threading.Thread(target=blobs.put, args=(ADDRESS, TEXT)) for blobs in many]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert many[0].get(ADDRESS) == TEXT
    assert len(list(many[0].all())) == 1


def test_what_no_history_names_is_collected_after_its_grace(volume: StorageVolume) -> None:
    blobs = VolumeBlobs(volume, "images")
    blobs.put(ADDRESS, TEXT)
    blobs.put(OTHER, TEXT)
    VolumeBlobs(volume, "audio").put(OTHER, TEXT)
    events = [b'{"eventId":1,"attributes":{"input":"{\\"sha256\\":\\"%b\\"}"}}' % ADDRESS.encode()]
    now = SystemClock().now()

    assert collect(blobs, events, now + SHORTEST - 60, SHORTEST).deleted == ()
    dry = collect(blobs, events, now + LATER, SHORTEST, dry_run=True)
    assert len(list(blobs.all())) == 2
    found = collect(blobs, events, now + LATER, SHORTEST)

    assert dry == found
    assert (found.deleted, found.kept) == ((OTHER,), 1)
    assert found.bytes > len(TEXT.data)
    assert blobs.get(ADDRESS) == TEXT
    assert VolumeBlobs(volume, "audio").get(OTHER) == TEXT


def test_what_is_stored_again_while_histories_are_read_stays(tmp_path: Path) -> None:
    class Aging(VolumeBlobs):
        """Its texts are old until they are stored again."""

        young = False

        def stored_at(self, address: str) -> float:
            return LATER if self.young else 0.0

    blobs = Aging(open_volume(str(tmp_path)), "images")
    blobs.put(ADDRESS, TEXT)

    def events() -> Iterator[bytes]:
        blobs.young = True
        yield b"{}"

    assert collect(blobs, events(), LATER, SHORTEST).deleted == ()
    assert blobs.get(ADDRESS) == TEXT


def test_histories_are_not_read_when_nothing_is_old(tmp_path: Path) -> None:
    def events() -> Iterator[bytes]:
        raise AssertionError
        yield b""

    blobs = VolumeBlobs(open_volume(str(tmp_path)), "images")
    blobs.put(ADDRESS, TEXT)
    assert collect(blobs, events(), SystemClock().now(), SHORTEST).kept == 1


def test_a_grace_that_is_too_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="at least 3600 seconds"):
        collect(VolumeBlobs(open_volume(str(tmp_path)), "images"), [], 0.0, 60.0)


@pytest.mark.parametrize("error", [VolumeError("it is full: make room"), ValueError("odd driver")])
def test_a_volume_that_cannot_be_used_says_why(tmp_path: Path, error: Exception) -> None:
    class Broken(type(open_volume(str(tmp_path)))):  # type: ignore[misc]
        def store(self, file: object, dst: str) -> None:
            raise error

        def load(self, key: str) -> None:
            raise error

    blobs = VolumeBlobs(Broken(tmp_path), "images")
    with pytest.raises(PayloadUnavailable, match=str(error)):
        blobs.put(ADDRESS, TEXT)
    with pytest.raises(PayloadUnavailable, match=str(error)):
        blobs.get(ADDRESS)
