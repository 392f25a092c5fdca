"""How long a worker that is to leave waits for what it cannot hand back."""

import threading

import pytest

from flowy.protocol.tasks import DecisionTask
from flowy.worker import draining
from flowy.worker.decisions import DecisionPoller
from flowy.worker.draining import Drain, Grace
from flowy.worker.runtime import serve
from tests.unit.worker.fakes import FakeClient, JumpingClock, source

PATIENCE = 20


@pytest.mark.parametrize("looks", [[False, False], [True, False, False], [True, True, False]])
def test_the_process_ends_when_no_poll_was_seen_twice(monkeypatch, looks):
    """What the last poll has brought is being answered when it is seen for the first time."""
    monkeypatch.setattr(draining, "STOP_PATIENCE", 0.01)
    seen, left, ended = [], list(looks), threading.Event()

    def is_polling():
        seen.append(left.pop(0) if left else False)
        return seen[-1]

    Drain(Grace(seconds=0, overdue=ended.set), None, is_polling).begin()
    assert ended.wait(PATIENCE)
    assert seen[-2:] == [False, False]


def test_a_worker_that_has_left_is_not_ended(monkeypatch):
    monkeypatch.setattr(draining, "STOP_PATIENCE", PATIENCE)
    ended, looked = threading.Event(), threading.Event()
    drain = Drain(Grace(seconds=0, overdue=ended.set), None, looked.set)
    drain.begin()
    assert looked.wait(PATIENCE)
    drain.end()
    drain._thread.join(PATIENCE)
    assert not ended.is_set()


class Deciding(DecisionPoller):
    """Notes what is known of its thread while it decides."""

    def __init__(self, place, polling):
        self.source = place
        self.polling = polling
        self.seen = []

    has_begun = False

    def poll(self):
        return DecisionTask(task_token="a")

    def handle(self, task, more=0):
        self.seen.append(set(self.polling))
        self.source.stop.wish()

    def close(self):
        self.seen.append(set(self.polling))


def test_a_decision_in_hand_is_waited_for_like_a_poll():
    place = source(FakeClient(), JumpingClock())
    polling = set()
    poller = Deciding(place, polling)
    serve(poller, place.stop, polling=polling)
    assert poller.seen == [{threading.get_ident()}, set()]
