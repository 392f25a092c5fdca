"""Several inline activities at once: how many, whose answers wait, and who is relieved."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from flowy.worker import together
from flowy.worker.together import MOST, QUICK, SLOW, Appetite, Together

PATIENCE = 20


@given(st.lists(st.floats(0, 4 * QUICK) | st.floats(SLOW, 2 * SLOW, exclude_min=True)))
def test_more_are_taken_only_while_all_have_been_quick(taken):
    appetite = Appetite()
    for seconds in taken:
        before = appetite.most
        appetite.took(seconds)
        if seconds > SLOW:
            assert appetite.most == 1
        elif seconds > QUICK:
            assert appetite.most == max(1, before // 2)
        else:
            assert before <= appetite.most <= min(2 * before, MOST)


def test_quick_ones_are_taken_sixteen_at_once_in_the_end():
    appetite = Appetite()
    for _ in range(1 + 2 + 4 + 8):
        appetite.took(QUICK / 2)
    assert appetite.most == MOST


def test_an_answer_that_is_kept_is_taken_once():
    kept = Together(lambda answers: None)
    assert not kept
    for number in range(3):
        kept.keep(number)
    assert kept
    assert (kept.take(), kept.take()) == ([0, 1, 2], [])


def test_those_that_take_too_long_are_relieved_of_what_waits(monkeypatch):
    monkeypatch.setattr(together, "PATIENCE", 0.01)
    relieved, told = [], threading.Event()

    def relieve(answers):
        relieved.append(answers)
        told.set()

    kept = Together(relieve)
    for round_ in range(2):
        kept.keep(round_)
        told.clear()
        kept.begin()
        assert told.wait(PATIENCE)
    kept.close()
    assert relieved == [[0], [1]]


def test_what_is_being_sent_is_waited_for_at_the_end(monkeypatch):
    """Else a process that leaves would take the answers with it."""
    monkeypatch.setattr(together, "PATIENCE", 0.01)
    sends, go_on, sent = threading.Event(), threading.Event(), []

    def relieve(answers):
        sends.set()
        assert go_on.wait(PATIENCE)
        sent.extend(answers)

    kept = Together(relieve)
    kept.keep("answer")
    kept.begin()
    assert sends.wait(PATIENCE)
    threading.Timer(0.05, go_on.set).start()
    kept.close()
    assert sent == ["answer"]
