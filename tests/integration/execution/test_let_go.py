"""A call that has ended is let go of: nothing of it is left to the garbage collector."""

import gc
import weakref

import pytest

from flowy.execution.call import Call
from flowy.execution.runner import Runner
from flowy.execution.strategies.inline import InlineStrategy
from flowy.execution.strategies.thread import ThreadStrategy
from flowy.execution.strategy import Strategy


class Value:
    """Something that can be looked at from far."""


@pytest.mark.parametrize("make", [InlineStrategy, ThreadStrategy])
def test_what_a_call_took_goes_with_the_last_who_holds_it(make: type[Strategy]) -> None:
    strategy, argument = make(), Value()
    seen = weakref.ref(argument)
    gc.disable()
    try:
        with Runner() as runner:
            outcome = runner.run(Call(function=id, arguments=(argument,)), strategy)
            assert outcome.succeeded
            strategy.close()
            if isinstance(strategy, ThreadStrategy):
                strategy._pool.shutdown(wait=True)
            del argument
            assert seen() is None
    finally:
        gc.enable()
