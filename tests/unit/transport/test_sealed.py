"""Failures and notes under a codec: not readable, never too long, the same on the other side."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import (
    ActivityFailed,
    PayloadError,
    PayloadLost,
    PayloadTooLarge,
    RemoteError,
    TaskError,
)
from flowy.transport import failure, packed, sealed
from flowy.transport.packing import PACKING, Packing
from tests.noise import noise


class Mirror:
    """Turns the bytes around, which is hard to read and as long as before."""

    name = "mirror"
    secret = b""
    works = True

    def encode(self, data):
        if not self.works:
            raise ConnectionError("the key service is away, and SECRET was to be encoded")
        return data[::-1]

    def decode(self, data):
        return data[::-1]


class Twice(Mirror):
    """Makes all of it three times as long."""

    def encode(self, data):
        return super().encode(data) * 3

    def decode(self, data):
        return super().decode(data[: len(data) // 3])


MIRROR = Packing(codec=Mirror())
TEXTS = st.text(max_size=40) | st.integers(0, 40_000).map(noise)


def raised(message):
    try:
        try:
            raise KeyError(message)
        except KeyError as cause:
            raise ValueError(message) from cause
    except ValueError as error:
        return error


@given(TEXTS, st.none() | TEXTS.map(lambda text: text[:2_000]), st.sampled_from([Mirror, Twice]))
def test_a_failure_is_hidden_fits_and_comes_back(message, heartbeat, codec):
    packing = Packing(codec=codec())
    error = raised(message)
    reason, details = sealed.describe(packing, error, heartbeat)
    plain_reason, _ = failure.describe(error, heartbeat)
    assert reason == "builtins.ValueError"
    assert packed.is_packed(details)
    assert len(details) <= failure.DETAILS_MAXIMUM
    if len(message) > 8:
        assert message not in details
    found = sealed.revive(packing, ActivityFailed, reason, details)
    assert found.reason == plain_reason
    assert found.type == "builtins.ValueError"
    assert isinstance(found.__cause__, RemoteError)
    assert failure.remote(found.details).heartbeat == heartbeat


@given(TEXTS)
def test_without_a_codec_a_failure_is_what_it_always_was(message):
    error = raised(message)
    assert sealed.describe(PACKING, error) == failure.describe(error)
    reason, details = failure.describe(error)
    found, known = (
        sealed.revive(MIRROR, ActivityFailed, reason, details),
        failure.revive(ActivityFailed, reason, details),
    )
    assert (found.reason, found.details, found.type) == (known.reason, known.details, known.type)


def test_the_reason_names_what_a_task_raised_and_not_that_it_failed():
    error = TaskError("it")
    error.type = "shop.OutOfStock"
    assert sealed.describe(MIRROR, error)[0] == "shop.OutOfStock"


@pytest.mark.parametrize("kind", ["the card of Ada", 7, {"card": "of Ada"}])
def test_what_a_users_failure_calls_its_type_is_no_name_of_a_class(kind):
    class Declined(TaskError):
        def __init__(self, kind):
            self.type = kind

    reason, details = sealed.describe(MIRROR, Declined(kind))
    assert reason == f"{__name__}.{Declined.__qualname__}"
    assert "Ada" not in details


def test_a_field_of_fewer_characters_is_kept_to():
    _, details = sealed.describe(MIRROR, raised(noise(20_000)), limit=16_000)
    assert len(details) <= 16_000


@pytest.mark.parametrize("packing", [PACKING, MIRROR])
def test_a_failure_that_is_no_exception_comes_back_as_it_was_given(packing):
    reason, details = sealed.said(packing, "out of stock" * 30)
    found = sealed.revive(packing, ActivityFailed, reason, details)
    assert found.reason == ("out of stock" * 30)[:256]
    assert (found.type, found.__cause__) == (None, None)
    if packing is MIRROR:
        assert "stock" not in reason + details


def test_a_codec_that_cannot_encode_gives_nothing_away():
    codec = Mirror()
    codec.works = False
    reason, details = sealed.describe(Packing(codec=codec), raised("SECRET"))
    assert "SECRET" not in reason + details
    found = sealed.revive(MIRROR, ActivityFailed, reason, details)
    assert found.type == "builtins.ValueError"
    assert "could not be encoded by 'mirror'" in found.reason
    assert "could not be encoded" in sealed.said(Packing(codec=codec), "SECRET")[1]


@given(st.text(max_size=200), st.sampled_from([PACKING, MIRROR, Packing(codec=Twice())]))
def test_a_note_is_revealed_as_it_was_given(text, packing):
    sent = sealed.note(packing, text, "it", 2_048)
    assert len(sent) <= 2_048
    assert sealed.reveal(packing, sent) == text
    assert sent == text or packing is not PACKING or text.startswith(packed.PREFIX)


def test_a_note_that_looks_packed_is_revealed_as_it_was_given():
    text = '{"flowy.payload":"zstd","size":1}'
    sent = sealed.note(PACKING, text, "it", 2_048)
    assert sealed.reveal(PACKING, sent) == text


def test_a_note_that_does_not_fit_names_its_sizes():
    with pytest.raises(PayloadTooLarge, match=r"it have 2,049 characters, SWF takes 2,048$"):
        sealed.note(PACKING, "x" * 2_049, "it", 2_048)
    with pytest.raises(PayloadTooLarge, match="SWF takes 2,048, encoded by 'mirror' or not"):
        sealed.note(MIRROR, noise(2_000), "it", 2_048)


@pytest.mark.parametrize("unfit", [7, b"7", "\ud800"])
def test_a_note_that_is_no_text_is_refused_by_name(unfit):
    with pytest.raises(PayloadError, match="the details of a heartbeat"):
        sealed.note(PACKING, unfit, "the details of a heartbeat", 2_048)


def test_what_a_failure_says_is_told_as_it_was():
    reason, details = sealed.describe(MIRROR, raised("no stock"))
    message, shown = sealed.told(MIRROR, [reason, details])
    assert message == "no stock"
    assert json.loads(shown)["type"] == "builtins.ValueError"
    assert sealed.told(PACKING, [reason, details]) == [reason, details]
    assert sealed.told(MIRROR, ["it was terminated", "by hand"]) == ["it was terminated", "by hand"]


def test_details_that_cannot_be_read_are_refused_where_code_needs_them():
    _, details = sealed.describe(MIRROR, raised("no stock"))
    with pytest.raises(PayloadLost):
        sealed.reveal(PACKING, details)
