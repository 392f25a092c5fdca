"""A record as people see it."""

import pytest

from flowy.project.record import line, pretty_time
from flowy.project.states import Status
from flowy.project.values import ProcessRecord


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.24, "0.2 s"), (59, "59.0 s"), (90, "1.5 m"), (7200, "2.0 h"), (90_000, "1.0 d")],
)
def test_times_are_said_in_the_largest_unit(seconds, text):
    assert pretty_time(seconds) == text


def test_a_line_says_what_a_process_is():
    record = ProcessRecord(
        id=7, label="fit", parent=3, root=1, status=Status.FAILURE, message="no disk", duration=90
    )
    assert line(record, {"out": 4}).split() == (
        ["7", "fit", "Failure", "3", "1", "1.5", "m", "out:", "4", "no", "disk"]
    )
