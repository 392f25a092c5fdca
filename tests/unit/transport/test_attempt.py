"""What activity ids tell of attempts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.transport import attempt
from flowy.transport.attempt import Attempt

numbers = st.integers(0, 10**6)


@given(numbers, numbers, st.integers(1, 99), st.none() | st.integers(1, 99_999_999))
def test_what_is_written_is_read(number, first, which, heartbeat):
    text = attempt.activity_id(number, first, which, heartbeat)
    found = attempt.read(text)
    if "~" in text:
        expected = (str(number), str(first), which, heartbeat)
        assert (found.number, found.first, found.attempt, found.heartbeat) == expected
    assert found.first == str(first)
    assert attempt.number_of(text) == str(number)


def test_a_first_attempt_without_a_heartbeat_is_its_number():
    assert attempt.activity_id(7, 7, 1, None) == "7"


@pytest.mark.parametrize("text", ["", "7", "order-7", "7~", "7~1", "7~1.2.3.4", "7~1.x", "a~1.2"])
def test_another_id_is_a_first_attempt(text):
    assert attempt.read(text) == Attempt(number=text, first=text)
