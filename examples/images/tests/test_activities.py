"""The activities, each alone, on a real loopback server and a temporary folder."""

from pathlib import Path
from urllib.error import HTTPError

import pytest
from PIL import Image

from examples.images import settings
from examples.images.activities import LONGEST_SIDE, Move, PredominantColor, Resize
from examples.images.serve import PHOTO_FOLDER, served


class CountingContext:
    """Stands where the worker would; counts heartbeats."""

    def __init__(self):
        self.heartbeats = 0

    def heartbeat(self, details):
        self.heartbeats += 1
        return True


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    monkeypatch.setenv("IMAGES_WORK", str(tmp_path))
    return tmp_path


@pytest.fixture
def photos(monkeypatch):
    with served() as address:
        monkeypatch.setenv("IMAGES_URL", address)
        yield address


@pytest.mark.usefixtures("photos")
def test_resize_leaves_one_small_jpeg(work):
    path = _task(Resize).run("cat.jpg")
    with Image.open(path) as image:
        assert image.format == "JPEG"
        assert max(image.size) <= LONGEST_SIDE
    assert [str(file) for file in (work / "resized").iterdir()] == [path]


@pytest.mark.usefixtures("photos")
def test_resize_keeps_the_proportions_of_a_large_photograph():
    with Image.open(PHOTO_FOLDER / "bridge.jpg") as original:
        proportions = original.width / original.height
    with Image.open(_task(Resize).run("bridge.jpg")) as image:
        assert max(image.size) == LONGEST_SIDE
        assert image.width / image.height == pytest.approx(proportions, rel=0.01)


@pytest.mark.usefixtures("photos")
def test_resize_twice_leaves_the_same_file():
    first = Path(_task(Resize).run("cat.jpg"))
    content = first.read_bytes()
    assert _task(Resize).run("cat.jpg") == str(first)
    assert first.read_bytes() == content


@pytest.mark.usefixtures("photos")
def test_photograph_that_is_not_there_fails_the_activity(work):
    with pytest.raises(HTTPError, match="404"):
        _task(Resize).run("missing.jpg")
    assert not (work / "resized").exists()


def test_photograph_that_is_turned_by_its_exif_data_stands_upright(work, tmp_path, monkeypatch):
    image = Image.new("RGB", (30, 20), (255, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    folder = tmp_path / "turned"
    folder.mkdir()
    image.save(folder / "turned.jpg", exif=exif)
    with served(folder) as address:
        monkeypatch.setenv("IMAGES_URL", address)
        with Image.open(_task(Resize).run("turned.jpg")) as upright:
            assert upright.size == (20, 30)


def test_whole_address_needs_no_setting(photos, monkeypatch):
    monkeypatch.delenv("IMAGES_URL")
    assert _task(PredominantColor).run(f"{photos}hillside.jpg") == "green"


def test_name_without_a_known_server_says_what_to_set(monkeypatch):
    monkeypatch.delenv("IMAGES_URL", raising=False)
    with pytest.raises(LookupError, match="IMAGES_URL"):
        settings.source("cat.jpg")


@pytest.mark.parametrize("photo", ["file:///etc/passwd", "ftp://host/cat.jpg"])
def test_only_http_addresses_are_opened(photo, photos):
    with pytest.raises(LookupError):
        settings.source(photo)


@pytest.mark.usefixtures("photos")
def test_color_is_found_with_heartbeats_between_strips():
    context = CountingContext()
    assert PredominantColor(None, context, "token").run("fig-in-a-bowl.jpg") == "red"
    assert context.heartbeats == 14  # 866 rows in strips of 64


def test_move_puts_the_file_into_its_folder(work):
    path = _resized(work, "cat.jpg")
    assert _task(Move).run(str(path), "brown") == str(work / "brown" / "cat.jpg")
    assert (work / "brown" / "cat.jpg").read_bytes() == b"a photograph"
    assert not path.exists()


def test_move_repeated_after_a_crash_gives_the_same_answer(work):
    path = str(_resized(work, "cat.jpg"))
    assert _task(Move).run(path, "brown") == _task(Move).run(path, "brown")
    assert (work / "brown" / "cat.jpg").read_bytes() == b"a photograph"


def test_move_of_a_file_that_never_was_fails(work):
    with pytest.raises(FileNotFoundError):
        _task(Move).run(str(work / "resized" / "cat.jpg"), "brown")


@pytest.mark.usefixtures("photos")
def test_every_run_is_noted(work):
    path = _task(Resize).run("cat.jpg")
    _task(PredominantColor).run("cat.jpg")
    _task(Move).run(path, "brown")
    with (work / "activity.log").open() as log:
        assert log.read().splitlines() == ["resize cat.jpg", "color cat.jpg", "move cat.jpg"]


def _task(kind):
    return kind(None, CountingContext(), "token")


def _resized(work, name):
    path = work / "resized" / name
    path.parent.mkdir()
    path.write_bytes(b"a photograph")
    return path
