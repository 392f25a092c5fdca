"""The table of moves, and what each verb may do."""

import pytest

from flowy.project.states import ENDABLE, KILLABLE, MOVES, QUEUEABLE, STARTABLE, Status


def test_every_state_has_a_row():
    assert set(MOVES) == set(Status)


def test_the_texts_are_those_of_the_record():
    assert [status.value for status in Status] == [
        "waiting",
        "pending",
        "processing",
        "Success",
        "Failure",
    ]


@pytest.mark.parametrize(
    ("verb", "targets", "sources"),
    [
        ("queue", {Status.PENDING}, QUEUEABLE),
        ("start", {Status.PROCESSING}, STARTABLE),
        ("completed", {Status.SUCCESS, Status.FAILURE}, ENDABLE),
        ("kill", {Status.FAILURE}, KILLABLE),
    ],
)
def test_what_a_verb_does_is_in_the_table(verb, targets, sources):
    assert all(sources <= MOVES[target] for target in targets), verb


def test_nothing_goes_back_to_waiting():
    assert MOVES[Status.WAITING] == frozenset()
