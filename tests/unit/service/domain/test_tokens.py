"""Task tokens."""

import zlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.protocol.faults import ValidationException
from flowy.service.domain.tokens import TaskToken, decode_token, encode_token, seal, unseal

tokens = st.builds(
    TaskToken,
    st.sampled_from(["activity", "decision"]),
    st.integers(0, 2**63),
    st.text(min_size=1, max_size=64),
    st.integers(1, 25_000),
    st.integers(1, 25_000),
)


@given(tokens)
def test_a_token_comes_back_as_it_was_and_fits_the_wire(token):
    text = encode_token(token)
    assert decode_token(text) == token
    assert len(text) <= 1024


@given(tokens)
def test_no_token_looks_like_an_option_on_a_command_line(token):
    assert not encode_token(token).startswith("-")


@given(st.binary(min_size=1, max_size=100))
def test_a_token_with_its_checksum_first_is_read_too(body):
    earlier = urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode()
    assert unseal(earlier) == body


@given(st.text(max_size=80))
def test_garbage_is_an_invalid_token(text):
    with pytest.raises(ValidationException, match="Invalid token"):
        decode_token(text)


@given(tokens, st.integers(0, 10_000), st.integers(1, 255))
def test_a_token_that_was_changed_is_invalid(token, position, change):
    text = bytearray(encode_token(token).encode())
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    position %= 8
    text[position] = alphabet[(alphabet.index(text[position]) + 1 + change % 63) % 64]
    with pytest.raises(ValidationException):
        decode_token(text.decode())


def test_a_token_that_holds_no_text_where_one_belongs_is_invalid():
    token = TaskToken(
        kind="activity", execution_key=1, run_id="run", scheduled_event_id=2, started_event_id=3
    )
    body = unseal(encode_token(token)).replace(b"run", b"r\xffn")
    with pytest.raises(ValidationException):
        decode_token(seal(body))
