"""What annotations may say, each with values of it."""

import collections.abc
import dataclasses
import datetime as dt
import decimal
import enum
import typing
import uuid
from pathlib import PurePosixPath
from typing import Annotated, Literal, NamedTuple, NewType, Protocol, TypedDict

import msgspec
import pydantic
from hypothesis import strategies as st


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


@dataclasses.dataclass
class Line:
    name: str
    price: decimal.Decimal
    tags: frozenset[str] = frozenset()


@dataclasses.dataclass
class Remark:
    name: str


class Point(msgspec.Struct):
    x: int
    y: float = 0.0


class Cat(msgspec.Struct, tag=True):
    lives: int


class Dog(msgspec.Struct, tag=True):
    tricks: list[str]


class Pair(NamedTuple):
    left: int
    right: Colour | None


class Box(TypedDict):
    colour: Colour
    when: dt.datetime


class Model(pydantic.BaseModel):
    number: int
    when: dt.datetime
    inner: "Model | None" = None
    alias: int = pydantic.Field(default=1, alias="Alias")


class Other(pydantic.BaseModel):
    text: str


class Named(Protocol):
    name: str


UserId = NewType("UserId", int)
Generic = typing.TypeVar("Generic")

MOMENTS = st.datetimes(timezones=st.just(dt.UTC))
COLOURS = st.sampled_from(Colour)
LINES = st.builds(
    Line,
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.frozensets(st.text(max_size=3), max_size=3),
)
POINTS = st.builds(
    Point, st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
MODELS = st.builds(
    Model, number=st.integers(-(2**53), 2**53), when=MOMENTS, Alias=st.integers(0, 9)
)
TEXTS = st.text(max_size=5)

VALUES = [
    (int, st.integers(-(2**63), 2**64 - 1)),
    (float, st.floats(allow_nan=False, allow_infinity=False)),
    (str, st.text()),
    (bool, st.booleans()),
    (bytes, st.binary()),
    (None, st.none()),
    (Colour, COLOURS),
    (Level, st.sampled_from(Level)),
    (Literal["a", 3], st.sampled_from(["a", 3])),
    (dt.datetime, MOMENTS),
    (dt.datetime, st.datetimes()),
    (dt.date, st.dates()),
    (dt.time, st.times()),
    (dt.timedelta, st.timedeltas(dt.timedelta(-1000), dt.timedelta(1000))),
    (uuid.UUID, st.uuids()),
    (decimal.Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    (Line, LINES),
    (Point, POINTS),
    (Cat | Dog, st.builds(Cat, st.integers(0, 9)) | st.builds(Dog, st.lists(TEXTS))),
    (Pair, st.builds(Pair, st.integers(0, 9), COLOURS | st.none())),
    (Box, st.fixed_dictionaries({"colour": COLOURS, "when": MOMENTS})),
    (Model, MODELS),
    (Model | Other | int, MODELS | st.builds(Other, text=TEXTS) | st.integers(0, 9)),
    (dict[str, list[Model]], st.dictionaries(TEXTS, st.lists(MODELS, max_size=2), max_size=2)),
    (Line | None, st.none() | LINES),
    (list[Line | None], st.lists(LINES | st.none(), max_size=3)),
    (dict[uuid.UUID, Line], st.dictionaries(st.uuids(), LINES, max_size=3)),
    (dict[int, bytes], st.dictionaries(st.integers(-99, 99), st.binary(), max_size=3)),
    (tuple[int, Colour, Point], st.tuples(st.integers(0, 9), COLOURS, POINTS)),
    (tuple[Colour, ...], st.lists(COLOURS, max_size=4).map(tuple)),
    (set[int], st.sets(st.integers(0, 9))),
    (collections.abc.Sequence[Colour], st.lists(COLOURS, max_size=4)),
    (collections.abc.Mapping[str, Colour], st.dictionaries(TEXTS, COLOURS, max_size=3)),
    (int | str | list[Point] | None, st.integers(0, 9) | TEXTS | st.lists(POINTS, max_size=2)),
    (UserId, st.integers(0, 9)),
    (Annotated[int, msgspec.Meta(ge=0)], st.integers(0, 9)),
    (PurePosixPath, TEXTS.map(PurePosixPath)),
]
