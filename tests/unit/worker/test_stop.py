"""A worker that is to leave has the time that it was granted."""

from flowy.worker.stop import Stop
from tests.unit.worker.fakes import JumpingClock


def test_the_time_to_leave_counts_from_the_first_wish():
    clock = JumpingClock()
    stop = Stop(clock)
    stop.grant(30)
    clock.moment += 100
    assert not stop.is_over
    stop.wish()
    clock.moment += 29
    stop.wish()
    assert not stop.is_over
    clock.moment += 1
    assert stop.is_over


def test_without_a_grant_it_is_over_at_once():
    stop = Stop(JumpingClock())
    assert not stop.is_over
    stop.wish()
    assert stop.is_over
