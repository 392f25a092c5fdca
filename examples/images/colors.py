"""The colour of a photograph: a count of coarse colours, weighed by how strong they are."""

from collections import Counter, defaultdict

from PIL import Image

# Where each hue ends, in degrees. Reds lie on both sides of zero.
_HUES = (
    (15, "red"),
    (40, "orange"),
    (70, "yellow"),
    (165, "green"),
    (190, "cyan"),
    (255, "blue"),
    (290, "purple"),
    (345, "pink"),
    (360, "red"),
)
_COARSE = [level // 8 * 8 for level in range(256)]
_DARK = 0.2
_BRIGHT = 0.85
_BROWN = 0.6  # a darker orange than this is called brown
_FAINT = 0.12  # saturation times value: below it a pixel counts as a shade of grey
_COLORFUL = 0.06  # the same, as the mean of a photograph: below it the photograph has no colour


class Tally:
    """Counts the colours of a photograph, strip by strip."""

    def __init__(self) -> None:
        self._pixels: Counter[tuple[int, int, int]] = Counter()

    def add(self, strip: Image.Image) -> None:
        """Count the pixels of a part of the photograph."""
        bands = strip.convert("HSV").point(_COARSE * 3).split()
        self._pixels.update(zip(*(band.tobytes() for band in bands), strict=True))

    def name(self) -> str:
        """Name the predominant colour of all that was counted, such as "red" or "grey".

        Raises:
            ValueError: Nothing was counted.
        """
        if not self._pixels:
            raise ValueError("there is no colour in a photograph without pixels")
        hues: defaultdict[str, float] = defaultdict(float)
        shades: Counter[str] = Counter()
        for (hue, saturation, value), count in self._pixels.items():
            strength = saturation * value / 255**2
            if strength < _FAINT:
                shades[_shade(value / 255)] += count
            else:
                hues[_hue(hue * 360 / 256, value / 255)] += strength * count
        if sum(hues.values()) >= _COLORFUL * self._pixels.total():
            return max(hues, key=hues.__getitem__)
        return shades.most_common(1)[0][0]


def _hue(degrees: float, value: float) -> str:
    name = next(name for end, name in _HUES if degrees < end)
    return "brown" if name == "orange" and value < _BROWN else name


def _shade(value: float) -> str:
    if value < _DARK:
        return "black"
    return "white" if value > _BRIGHT else "grey"
