"""The colours of the photographs, and of plain surfaces."""

import pytest
from PIL import Image

from examples.images.colors import Tally
from examples.images.serve import PHOTO_FOLDER
from examples.images.settings import SHADES

PHOTO_COLORS = {
    "bird": "grey",
    "bridge": "blue",
    "cat": "brown",
    "coffee": "red",
    "dandelions": "yellow",
    "deep-field": "black",
    "fig-in-a-bowl": "red",
    "hillside": "green",
    "pavilion": "blue",
    "rocket": "blue",
}


def test_each_photograph_has_an_expected_color():
    assert {path.stem for path in PHOTO_FOLDER.glob("*.jpg")} == PHOTO_COLORS.keys()


@pytest.mark.parametrize(("photo", "color"), PHOTO_COLORS.items())
def test_photograph_has_the_color_that_a_person_sees(photo, color):
    with Image.open(PHOTO_FOLDER / f"{photo}.jpg") as image:
        assert _color(image) == color


@pytest.mark.parametrize(
    ("surface", "color"),
    [
        ((255, 0, 0), "red"),
        ((255, 0, 40), "red"),
        ((255, 128, 0), "orange"),
        ((110, 65, 20), "brown"),
        ((255, 240, 0), "yellow"),
        ((0, 160, 0), "green"),
        ((0, 220, 230), "cyan"),
        ((0, 60, 255), "blue"),
        ((130, 0, 230), "purple"),
        ((255, 20, 190), "pink"),
        ((0, 0, 0), "black"),
        ((120, 122, 119), "grey"),
        ((255, 255, 255), "white"),
    ],
)
def test_plain_surface_has_the_name_of_its_color(surface, color):
    assert _color(Image.new("RGB", (20, 20), surface)) == color


def test_small_strong_spot_does_not_color_a_grey_photograph():
    image = Image.new("RGB", (100, 100), (128, 128, 128))
    image.paste((255, 0, 0), (0, 0, 10, 10))
    assert _color(image) in SHADES


def test_color_of_strips_is_the_color_of_the_whole():
    with Image.open(PHOTO_FOLDER / "hillside.jpg") as image:
        tally = Tally()
        for top in range(0, image.height, 100):
            tally.add(image.crop((0, top, image.width, min(top + 100, image.height))))
        assert tally.name() == _color(image)


def test_nothing_has_no_color():
    with pytest.raises(ValueError, match="without pixels"):
        Tally().name()


def _color(image):
    tally = Tally()
    tally.add(image)
    return tally.name()
