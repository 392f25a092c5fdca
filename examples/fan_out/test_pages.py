"""Runs the example."""

import pytest

from examples.fan_out import pages
from flowy.errors import TaskError
from flowy.protocol.events.activity import ActivityTaskCompleted, ActivityTaskScheduled
from flowy.testing import Environment


@pytest.fixture
def environment():
    with Environment(pages) as made:
        yield made


def most_at_once(events):
    """Return how many activities were open at once, at most."""
    opened = most = 0
    for event in events:
        opened += isinstance(event, ActivityTaskScheduled)
        opened -= isinstance(event, ActivityTaskCompleted)
        most = max(most, opened)
    return most


def test_a_thousand_pages_are_measured_and_those_that_are_gone_named(environment):
    report = environment.run(pages.Report, 1_000)
    measured = [number for number in range(1_000) if number % 100 != 99]
    assert report == {
        "pages": 990,
        "words": sum(100 + number % 7 for number in measured),
        "gone": list(range(99, 1_000, 100)),
    }


def test_no_more_are_in_progress_than_asked_for(environment):
    execution = environment.start(pages.Report, 50, 8)
    environment.result(execution)
    assert most_at_once(environment.history(execution)) == 8


def test_too_many_that_are_gone_fail_the_report(environment):
    environment.fake(pages.Measure, lambda number: 1 / 0)
    with pytest.raises(TaskError, match="3 of 100 items failed"):
        environment.run(pages.Report, 100)
