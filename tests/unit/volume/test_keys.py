"""Keys that lead nowhere, or out of a volume, are refused by name."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import InvalidKeyError
from flowy.volume import keys


@pytest.mark.parametrize(
    "key", ["a", "a/b.json", "…/файл.txt", "雪/🎈", " a b ", "..a", "a..", "~"]
)
def test_plain_keys_in_any_alphabet_are_taken(key: str) -> None:
    assert keys.check_file(key) == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../a",
        "a/../../b",
        "a/..",
        "./a",
        "a//b",
        "a/",
        "a\0b",
        "a\\..\\b",
        "x" * 10_000,
        "é" * 200,
        "\ud800",
        ".flowy-part-1",
        None,
        7,
    ],
)
def test_other_keys_are_refused(key: object) -> None:
    with pytest.raises(InvalidKeyError):
        keys.check_file(key)


def test_a_folder_may_be_the_whole_volume_and_may_end_in_a_slash() -> None:
    assert keys.check_folder(None) == ""
    assert keys.check_folder("") == ""
    assert keys.check_folder("a/b/") == "a/b"
    for key in ("/", "a//", "../"):
        with pytest.raises(InvalidKeyError):
            keys.check_folder(key)


@given(st.text(alphabet=st.sampled_from("a./\\\0é"), max_size=12))
def test_no_key_that_is_taken_leads_out(key: str) -> None:
    try:
        keys.check_file(key)
    except InvalidKeyError:
        return
    assert posixpath.normpath(f"/root/{key}") == f"/root/{key}"
