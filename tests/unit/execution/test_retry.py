"""Retry policies: pure, with chance as an argument."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import DefinitionError, RetryAfter
from flowy.execution.retry import ONCE, RetryPolicy


def middle():
    return 0.5


def pauses(policy, error=None):
    error = error or ValueError()
    return [policy.next_pause(attempt, error, 0.0, middle) for attempt in range(1, 6)]


def test_pauses_grow_by_the_backoff_until_the_attempts_are_used_up():
    assert pauses(RetryPolicy(attempts=4, delay=1.0, backoff=3.0, jitter=0)) == [
        1.0,
        3.0,
        9.0,
        None,
        None,
    ]


def test_without_a_policy_nothing_is_tried_again():
    assert pauses(ONCE) == [None] * 5


def test_no_pause_is_longer_than_the_maximum():
    policy = RetryPolicy(attempts=5, delay=1.0, backoff=10.0, maximum_delay=20.0, jitter=0)
    assert pauses(policy) == [1.0, 10.0, 20.0, 20.0, None]


def test_a_pause_too_long_for_a_number_is_the_maximum():
    policy = RetryPolicy(attempts=10_000, backoff=10.0, maximum_delay=60.0, jitter=0)
    assert policy.next_pause(9_000, ValueError(), 0.0, middle) == 60.0


def test_chance_takes_its_part_of_a_pause():
    policy = RetryPolicy(attempts=2, delay=10.0, jitter=0.4)
    assert policy.next_pause(1, ValueError(), 0.0, lambda: 1.0) == pytest.approx(6.0)
    assert policy.next_pause(1, ValueError(), 0.0, lambda: 0.0) == 10.0


def test_only_the_named_exceptions_are_tried_again():
    policy = RetryPolicy(attempts=9, retry_on=(OSError,), give_up_on=(FileNotFoundError,), jitter=0)
    assert policy.next_pause(1, ConnectionError(), 0.0, middle) == 1.0
    assert policy.next_pause(1, FileNotFoundError(), 0.0, middle) is None
    assert policy.next_pause(1, ValueError(), 0.0, middle) is None


def test_what_ends_a_program_is_not_tried_again():
    assert RetryPolicy(attempts=9).next_pause(1, SystemExit(), 0.0, middle) is None


def test_no_attempt_starts_after_the_maximum_elapsed():
    policy = RetryPolicy(attempts=9, delay=2.0, maximum_elapsed=10.0, jitter=0)
    assert policy.next_pause(1, ValueError(), 8.0, middle) == 2.0
    assert policy.next_pause(1, ValueError(), 8.1, middle) is None


@pytest.mark.parametrize(
    "wrong", [{"attempts": 0}, {"delay": -1.0}, {"backoff": 0.0}, {"jitter": 1.5}, {"jitter": -0.1}]
)
def test_a_policy_that_can_never_work_is_refused(wrong):
    with pytest.raises(DefinitionError):
        RetryPolicy(**wrong)


@given(
    attempt=st.integers(1, 50),
    delay=st.floats(0, 100),
    backoff=st.floats(0.1, 5),
    jitter=st.floats(0, 1),
    chance=st.floats(0, 1),
)
def test_a_pause_lies_between_the_jittered_and_the_full_one(
    attempt, delay, backoff, jitter, chance
):
    policy = RetryPolicy(
        attempts=100, delay=delay, backoff=backoff, jitter=jitter, maximum_delay=None
    )
    full = delay * backoff ** (attempt - 1)
    pause = policy.next_pause(attempt, ValueError(), 0.0, lambda: chance)
    assert full * (1 - jitter) - 1e-6 * full <= pause <= full


@pytest.mark.parametrize("name", ["retry_on", "give_up_on"])
@pytest.mark.parametrize("unfit", [ValueError, "ValueError", None, (int,), (ValueError("x"),), [7]])
def test_kinds_of_failure_are_a_tuple_of_classes_or_names(name, unfit):
    """What is only found when something fails would leave its decision undone for ever."""
    with pytest.raises(DefinitionError, match=f"a retry policy's {name} (is a tuple|has classes)"):
        RetryPolicy(**{name: unfit})
    RetryPolicy(**{name: [ValueError, "shop.Broken", "HEARTBEAT"]})


@pytest.mark.parametrize("name", ["delay", "backoff", "jitter", "maximum_delay", "maximum_elapsed"])
@pytest.mark.parametrize("unfit", ["1", [1], timedelta(seconds=1)])
def test_the_numbers_of_a_policy_are_numbers(name, unfit):
    with pytest.raises(DefinitionError, match=f"a retry policy's {name} is a number"):
        RetryPolicy(**{name: unfit})


@pytest.mark.parametrize("unfit", ["soon", None, float("nan"), timedelta(seconds=1), [1]])
def test_an_activity_asks_to_be_tried_after_a_number_of_seconds(unfit):
    with pytest.raises(DefinitionError, match="RetryAfter takes a number of seconds, not"):
        RetryAfter(unfit)
