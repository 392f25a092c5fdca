"""Checks of single members."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.protocol.decisions import DECISION_CLASSES
from flowy.protocol.faults import ValidationException
from flowy.service.domain.limits import YEAR, Limits
from flowy.service.domain.validation import (
    _DECISIONS,
    check_bounded_duration,
    check_duration,
    check_name,
    check_priority,
    check_trimmed_name,
)

LIMITS = Limits()


@given(st.characters(max_codepoint=0x1F) | st.characters(min_codepoint=0x7F, max_codepoint=0x9F))
def test_control_characters_are_refused_anywhere(character):
    with pytest.raises(ValidationException):
        check_name("name", f"a{character}b")


@pytest.mark.parametrize("name", ["a", "arn2", "ä b", "a.b-c_d"])
def test_other_names_pass(name):
    check_name("name", name)


@pytest.mark.parametrize("name", [" a", "a ", "\u3000a"])
def test_white_space_around_is_refused_where_it_matters(name):
    check_name("name", name)
    with pytest.raises(ValidationException, match="whitespace"):
        check_trimmed_name("name", name)


@given(st.integers(0, YEAR))
def test_durations_up_to_a_year_pass(seconds):
    check_duration("d", str(seconds), LIMITS)
    check_bounded_duration("d", str(seconds), LIMITS)


@pytest.mark.parametrize("duration", [str(YEAR + 1), "99999999", "1e3", " 1", "none", "", "²"])
def test_other_durations_are_refused(duration):
    with pytest.raises(ValidationException):
        check_duration("d", duration, LIMITS)


def test_no_limit_passes_only_where_it_may():
    check_duration("d", "NONE", LIMITS)
    with pytest.raises(ValidationException) as caught:
        check_bounded_duration("timeout", "NONE", LIMITS)
    assert caught.value.message.startswith(
        "1 validation error detected: Value 'NONE' at 'timeout' failed to satisfy constraint"
    )


def test_the_ceiling_is_configurable():
    check_duration("d", "10", Limits(duration=10))
    with pytest.raises(ValidationException, match="at most 10"):
        check_duration("d", "11", Limits(duration=10))


@given(st.integers(-(2**31), 2**31 - 1))
def test_32_bit_priorities_pass(priority):
    check_priority("p", str(priority))


@pytest.mark.parametrize("priority", [str(2**31), str(-(2**31) - 1), "1.0", "", "٣", "1" * 400])
def test_other_priorities_are_refused(priority):
    with pytest.raises(ValidationException):
        check_priority("p", priority)


def test_every_decision_has_its_checks_and_they_name_real_members():
    assert set(_DECISIONS) == set(DECISION_CLASSES)
    for decision_class, members in _DECISIONS.items():
        (attributes_class,) = (
            field.type
            for field in msgspec.structs.fields(decision_class)
            if field.name == "attributes"
        )
        assert {member for member, _, _ in members} <= set(attributes_class.__struct_fields__)
