"""Calls: what is a coroutine function, and what invoking gives."""

import functools

import pytest

from flowy.execution.call import Call, is_coroutine_function
from flowy.execution.outcome import Outcome, Status


def plain(a, b=1):
    return a + b


async def coroutine(a, b=1):
    return a + b


class Callable:
    async def __call__(self):
        return "called"

    def method(self):
        return "plain"


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (plain, False),
        (coroutine, True),
        (functools.partial(coroutine, 1), True),
        (functools.partial(plain, 1), False),
        (Callable(), True),
        (Callable().method, False),
        (len, False),
    ],
)
def test_coroutine_functions_are_told_from_plain_ones(function, expected):
    assert is_coroutine_function(function) is expected


def test_a_call_gives_what_its_function_returns_awaited_if_need_be():
    assert Call(function=plain, arguments=(1,), keywords={"b": 5}).invoke() == 6
    assert Call(function=coroutine, arguments=(1,)).invoke() == 2


def test_an_outcome_tells_how_long_it_took_and_unwraps_to_value_or_error():
    good = Outcome(status=Status.SUCCEEDED, value=7, started=10.0, ended=12.5, attempts=1)
    assert (good.succeeded, good.elapsed, good.unwrap()) == (True, 2.5, 7)
    bad = Outcome(status=Status.FAILED, error=KeyError("x"), started=1.0, ended=1.0, attempts=1)
    assert not bad.succeeded
    with pytest.raises(KeyError):
        bad.unwrap()
