"""Failures fit into SWF's fields, whatever raised them, and show both sides when they come out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import TaskError
from flowy.transport.failure import (
    DETAILS_MAXIMUM,
    REASON_MAXIMUM,
    describe,
    remote,
    revive,
)


def raised(error):
    try:
        raise error
    except BaseException as caught:  # noqa: BLE001
        return caught


@given(st.text(max_size=100), st.integers(1, 2_000))
def test_every_failure_fits(text, times):
    reason, details = describe(raised(ValueError(text * times)))
    assert len(reason) <= REASON_MAXIMUM
    assert len(details) <= DETAILS_MAXIMUM
    assert json.loads(details)["type"] == "builtins.ValueError"


def test_the_newest_frames_are_kept():
    def deeper(depth):
        if depth:
            deeper(depth - 1)
        raise ValueError("x" * 20_000)

    _, details = describe(raised_by(lambda: deeper(300)))
    shown = json.loads(details)["traceback"]
    assert "in deeper" in shown
    assert "ValueError: xxx" in shown


def raised_by(call):
    try:
        call()
    except ValueError as caught:
        return caught


def test_a_message_that_cannot_be_made_does_not_hide_the_failure():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError

    reason, _ = describe(raised(Broken()))
    assert reason == "<Broken whose message cannot be shown>"


def test_a_failure_shows_where_it_came_from():
    reason, details = describe(raised(ValueError("no")))
    error = revive(TaskError, reason, details)
    assert str(error) == "no"
    assert "raised(ValueError" in error.__notes__[0] or "raise error" in error.__notes__[0]


@pytest.mark.parametrize(
    "details", [None, "", "text of another framework", "{}", '{"traceback":1}']
)
def test_details_of_others_are_left_alone(details):
    assert remote(details) is None
    assert not hasattr(revive(TaskError, "no", details), "__notes__")


def test_a_task_error_keeps_its_reason_on_the_way_up():
    assert describe(raised(TaskError("no disk")))[0] == "no disk"
