"""What JSON can say travels; what it cannot is an error that names it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import PayloadError, PayloadTooLarge
from flowy.transport import serializer

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    scalars | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
)


@given(values)
def test_json_values_come_back_as_they_were(value):
    text = serializer.dump(value, "it")
    assert serializer.load(text, "it") == value
    assert json.loads(text) == value


@given(st.lists(values, max_size=3), st.dictionaries(texts, values, max_size=3))
def test_arguments_come_back_as_they_were(args, kwargs):
    text = serializer.dump_arguments(args, kwargs, "Resize 1")
    assert serializer.load_arguments(text, "Resize 1") == (args, kwargs)


@given(st.text())
def test_whatever_the_text_it_is_arguments_or_a_payload_error(text):
    try:
        args, kwargs = serializer.load_arguments(text, "Resize 1")
    except PayloadError:
        return
    assert isinstance(args, list)
    assert isinstance(kwargs, dict)


def cycle():
    found = []
    found.append(found)
    return found


@pytest.mark.parametrize(
    "value",
    [object(), 1 + 2j, {(1, 2): 3}, "\ud800", float("inf"), [{"a": float("nan")}], cycle(), print],
)
def test_what_json_cannot_say_is_named(value):
    with pytest.raises(PayloadError, match="the result of Resize 1"):
        serializer.dump(value, "the result of Resize 1")


def test_the_bound_counts_characters_not_bytes():
    assert serializer.dump("ä" * (serializer.MAXIMUM - 2), "it")
    with pytest.raises(PayloadTooLarge, match="32,769 characters"):
        serializer.dump("ä" * (serializer.MAXIMUM - 1), "it")


def test_the_argument_that_does_not_fit_is_named():
    with pytest.raises(PayloadTooLarge, match="argument 2 of Resize 1"):
        serializer.dump_arguments([1, "x" * 40_000], {}, "Resize 1")
    with pytest.raises(PayloadError, match="argument picture of Resize 1"):
        serializer.dump_arguments([1], {"picture": object()}, "Resize 1")
    with pytest.raises(PayloadTooLarge, match="the arguments of Resize 1"):
        serializer.dump_arguments(["x" * 20_000] * 2, {}, "Resize 1")


def test_no_input_is_no_arguments():
    assert serializer.load_arguments(None, "Resize 1") == ([], {})
