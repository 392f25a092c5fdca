"""JSON becomes what an annotation asks for, or an error that says what did not fit."""

import collections.abc
import dataclasses
import datetime as dt
import decimal
import enum
import socket
import typing
import uuid
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, NamedTuple, NewType, Protocol, TypedDict

import msgspec
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.errors import DefinitionError, PayloadMismatch
from flowy.transport import serializer
from flowy.transport.typed import reader_of


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


@pytest.mark.parametrize(("annotation", "values"), VALUES, ids=lambda part: str(part)[:40])
@settings(max_examples=12)
@given(data=st.data())
def test_what_is_sent_comes_back_as_what_it_was(annotation, values, data):
    value = data.draw(values)
    found = reader_of(annotation).read(serializer.dump(value, "it"), "it")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "annotation",
    [
        Any,
        object,
        Generic,
        Named,
        collections.abc.Iterable,
        socket.socket | None,
        typing.Never,
        str | uuid.UUID,
        str | dt.datetime | None,
        list[str | uuid.UUID],
        dict[str, Line | Point | int],
    ],
    ids=str,
)
def test_what_says_no_more_than_json_is_left_to_it(annotation):
    reader = reader_of(annotation)
    assert reader is None or reader.read('["a"]', "it") == ["a"]


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        (socket.socket, "JSON has no socket"),
        (list[socket.socket], "JSON has no socket"),
        (typing.Callable[[int], int], "JSON has no Callable"),
        (complex, "JSON has no complex"),
        (type, "JSON has no type"),
        (Line | Remark, "more than one"),
        (Colour | uuid.UUID, "more than one str-like type"),
    ],
    ids=str,
)
def test_what_json_can_never_give_is_refused(annotation, why):
    with pytest.raises(DefinitionError, match=why):
        reader_of(annotation)


def test_a_path_is_made_of_a_text():
    assert reader_of(Path).read('"a/b"', "it") == Path("a/b")


@pytest.mark.parametrize(
    ("annotation", "text", "message"),
    [
        (int, '"3"', r'argument n of act 1 does not fit int: .*`int`, got `str`: "3"'),
        (Line, '{"name":"a","price":"much"}', r"does not fit Line: .*\$\.price"),
        (list[Point], '[{"x":1},{"x":"2"}]', r"does not fit list\[.*Point\]: .*\$\[1\]\.x"),
        (Colour, '"green"', "does not fit Colour: .*'green'"),
        (Model, '{"number":"x"}', "does not fit Model: .*number"),
        (Annotated[int, msgspec.Meta(ge=0)], "-1", "does not fit .*>= 0"),
        (int, "{", "does not fit int"),
        (str, '"' + "x" * 500 + '"1', "does not fit str: .*"),
    ],
    ids=str,
)
def test_an_error_names_the_value_the_type_and_what_came(annotation, text, message):
    with pytest.raises(PayloadMismatch, match=message) as caught:
        reader_of(annotation).read(text, "argument n of act 1")
    assert len(str(caught.value)) < 700


def test_an_unknown_name_is_not_known_yet():
    @dataclasses.dataclass
    class Later:
        other: "NotThere"  # noqa: F821

    with pytest.raises(NameError):
        reader_of(Later)


def test_readers_are_made_once():
    assert reader_of(list[Line]) is reader_of(list[Line])


def test_a_value_is_converted_as_if_it_had_been_sent():
    assert reader_of(Pair).convert([1, "red"], "it") == Pair(1, Colour.RED)
    with pytest.raises(PayloadMismatch, match="it does not fit Pair"):
        reader_of(Pair).convert([1], "it")
