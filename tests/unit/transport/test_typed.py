"""JSON becomes what an annotation asks for, or an error that says what did not fit."""

import collections.abc
import dataclasses
import datetime as dt
import decimal
import socket
import typing
import uuid
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.errors import DefinitionError, PayloadMismatch
from flowy.swf.scanner import activity
from flowy.swf.task import ActivityProxy
from flowy.transport import serializer
from flowy.transport.typed import reader_of, reader_of_all
from tests.unit.transport.annotated import (
    VALUES,
    Colour,
    Generic,
    Line,
    Model,
    Named,
    Pair,
    Point,
    Remark,
)


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


def test_sets_have_one_order_in_every_process():
    def tags(first: frozenset[str], line: Line | None = None):
        pass

    proxy = ActivityProxy(activity("tags", 1, "x")(tags))
    names = [str(number) for number in range(100)]
    text = proxy._serialize_arguments(
        frozenset(names), line=Line("a", decimal.Decimal(1), frozenset(names))
    )
    (first,), by_name = msgspec.json.decode(text)
    assert first == by_name["line"]["tags"] == sorted(names)


PARTS = st.sampled_from([(reader_of(annotation), values) for annotation, values in VALUES])


@settings(max_examples=150)
@given(data=st.data(), wanted=st.lists(PARTS, min_size=1, max_size=3))
def test_arguments_that_are_read_at_once_fit_as_each_of_them_does(data, wanted):
    given_as = [data.draw(st.sampled_from([part, data.draw(PARTS)])) for part in wanted]
    values = [data.draw(values) for _, values in given_as]
    readers = [reader for reader, _ in wanted]
    read_all = reader_of_all(readers)

    def fits(read, value):
        try:
            read(serializer.dump(value, "it"))
        except (ValueError, PayloadMismatch):
            return False
        return True

    each = [
        reader is None or fits(lambda text, reader=reader: reader.read(text, "it"), value)
        for reader, value in zip(readers, values, strict=True)
    ]
    if read_all is not None:
        assert fits(read_all, [values, {}]) == all(each)
    else:
        assert not all(reader is None or reader.is_whole for reader in readers)
