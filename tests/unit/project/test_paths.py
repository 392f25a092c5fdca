"""No path leads out of its folder, whatever it is made of."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import InvalidKeyError
from flowy.project.paths import checked, inside

FOLDER = Path("/nowhere/workspaces/000001")
PARTS = st.lists(st.sampled_from(["..", ".", "a", "", "b c", "\\", "~", "/", "ü"]), max_size=6)


@given(PARTS.map("/".join))
def test_what_is_taken_stays_inside(name):
    try:
        path = inside(FOLDER, name)
    except InvalidKeyError:
        return
    assert FOLDER in path.parents
    assert ".." not in path.parts


@given(
    st.lists(st.text("abü -_.", min_size=1).filter(lambda t: t.strip(".")), min_size=1, max_size=4)
)
def test_plain_names_are_taken_as_they_are(parts):
    assert checked("/".join(parts)) == "/".join(parts)


@pytest.mark.parametrize("name", ["./a", "a//b", "a/./b", "a/"])
def test_harmless_ways_to_write_a_path_are_taken(name):
    assert checked(name) in ("a", "a/b")


@pytest.mark.parametrize("name", [".", "./", "/", "//", ".."])
def test_a_path_needs_a_name(name):
    with pytest.raises(InvalidKeyError):
        checked(name)
