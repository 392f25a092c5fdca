"""Runs the example."""

import pytest

from examples.updatable_timer import reminders
from flowy.testing import Environment


@pytest.fixture
def environment():
    with Environment(reminders) as made:
        yield made


@pytest.mark.parametrize("moved", [50, 100_000])
def test_a_moment_can_be_moved_earlier_and_later(environment, capsys, moved):
    began = environment.now()
    execution = environment.start(reminders.Reminder, "the cake", began + 1_000)
    environment.advance(10)
    environment.signal(execution, "moved", began + moved)
    assert environment.result(execution) == "reminded"
    assert environment.now() - began == pytest.approx(moved, abs=1)
    assert capsys.readouterr().out == "the cake\n"


def test_of_several_moves_the_last_one_counts(environment):
    began = environment.now()
    execution = environment.start(reminders.Reminder, "the cake", began + 1_000)
    for moment in (5_000, 20, 700):
        environment.signal(execution, "moved", began + moment)
    environment.result(execution)
    assert environment.now() - began == pytest.approx(700, abs=1)


def test_it_can_be_called_off(environment, capsys):
    execution = environment.start(reminders.Reminder, "the cake", environment.now() + 1_000)
    environment.signal(execution, "moved")
    assert environment.result(execution) == "called off"
    assert capsys.readouterr().out == ""
