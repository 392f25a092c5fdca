"""A trace context stands behind an input and is in nobody's way."""

import json

from hypothesis import given
from hypothesis import strategies as st

from flowy.transport import carrying, packed
from flowy.transport.packing import PACKING, Packing
from flowy.transport.serializer import MAXIMUM

parents = st.builds(
    lambda data: f"00-{data[:16].hex()}-{data[16:24].hex()}-{data[24:].hex()}",
    st.binary(min_size=25, max_size=25),
)
values = st.lists(st.integers() | st.text(st.characters(exclude_categories=["Cs"])), max_size=4)
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@given(values, parents)
def test_what_is_carried_comes_back_and_json_is_read_as_before(value, parent):
    text = json.dumps([value, {}])
    carrier = carrying.attach(text, parent, MAXIMUM)
    assert carrying.read(carrier) == parent
    assert carrying.without(carrier) == text
    assert json.loads(carrier) == [value, {}]
    assert PACKING.unpack(carrier, "it") == text


@given(st.text(max_size=400), parents)
def test_no_text_is_changed_by_taking_off_what_it_does_not_carry(text, parent):
    assert carrying.read(text) is None or len(text) > carrying.LENGTH
    attached = carrying.attach(text, parent, MAXIMUM)
    assert carrying.without(attached) in (text, attached)


@given(values, parents)
def test_two_inputs_are_the_same_whatever_they_carry(value, parent):
    text = json.dumps([value, {}])
    for packing in (PACKING, Packing(threshold=0)):
        travelling = packing.pack(text, "it")
        assert packing.same(carrying.attach(travelling, parent, MAXIMUM), travelling)


def test_what_is_no_json_carries_nothing():
    for text in ("", "plain", "<xml/>", '"text"', "12", "[1", "cGlja2xl"):
        assert carrying.attach(text, PARENT, MAXIMUM) == text


def test_what_would_get_too_long_carries_nothing():
    text = json.dumps([["x" * (MAXIMUM - 100)], {}])
    assert carrying.attach(text, PARENT, MAXIMUM) == text


def test_what_is_no_trace_context_is_not_carried():
    for parent in (None, "", "01-00", PARENT.upper(), PARENT + "-x"):
        assert carrying.attach("[[],{}]", parent, MAXIMUM) == "[[],{}]"


def test_every_packed_text_has_room_for_it():
    longest = packed.inline("zstd", 1, b"x" * 24_200, packed.INLINE_MAXIMUM)
    assert carrying.read(carrying.attach(longest, PARENT, MAXIMUM)) == PARENT


def test_white_space_of_others_is_left_alone():
    assert carrying.read("[[],{}]\n") is None
    assert carrying.without("[[],{}] \t ") == "[[],{}] \t "
