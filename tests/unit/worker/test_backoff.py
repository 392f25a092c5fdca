"""Pauses grow, are not in step, have an end, and are told once."""

import logging

import pytest

from flowy.errors import ServiceUnavailable, ServiceUnreachable
from flowy.worker.backoff import LONGEST, LONGEST_UNREACHED, Backoff
from flowy.worker.poller import LAST_PAUSE, LAST_TRIES
from flowy.worker.stop import Stop
from tests.unit.worker.fakes import FakeClient, JumpingClock, source


@pytest.fixture
def clock():
    return JumpingClock()


def test_pauses_double_up_to_the_longest_and_never_overflow(clock):
    backoff = Backoff("polling", Stop(clock), lambda: 1.0)
    for _ in range(2_000):
        backoff.failed(ServiceUnavailable("down"))
    assert clock.pauses[:4] == pytest.approx([0.5, 1.0, 2.0, 4.0])
    assert max(clock.pauses) == pytest.approx(LONGEST)


def test_where_nobody_listens_pauses_stay_short(clock):
    """A service that is started anew finds its workers before tasks have waited for long."""
    backoff = Backoff("polling", Stop(clock), lambda: 1.0)
    for _ in range(20):
        backoff.failed(ServiceUnreachable("no connection"))
    assert clock.pauses[:3] == pytest.approx([0.5, 1.0, LONGEST_UNREACHED])
    assert max(clock.pauses) == pytest.approx(LONGEST_UNREACHED)


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 0.25), (0.5, 0.375), (1.0, 0.5)])
def test_half_of_a_pause_is_chance(clock, chance, pause):
    Backoff("polling", Stop(clock), lambda: chance).failed(ServiceUnavailable("down"))
    assert clock.pauses == pytest.approx([pause])


def test_there_is_one_line_when_it_begins_and_one_when_it_ends(clock, caplog):
    backoff = Backoff("polling", Stop(clock), lambda: 1.0)
    with caplog.at_level(logging.INFO):
        backoff.succeeded()
        for _ in range(5):
            backoff.failed(ServiceUnavailable("down"))
        backoff.succeeded()
        backoff.succeeded()
    assert len(caplog.messages) == 2
    assert "ServiceUnavailable: down" in caplog.messages[0]
    assert "after 5 failures" in caplog.messages[1]


def test_after_a_success_pauses_begin_anew(clock):
    backoff = Backoff("polling", Stop(clock), lambda: 1.0)
    backoff.failed(ServiceUnavailable("down"))
    backoff.failed(ServiceUnavailable("down"))
    backoff.succeeded()
    backoff.failed(ServiceUnavailable("down"))
    assert clock.pauses == pytest.approx([0.5, 1.0, 0.5])


def test_a_worker_that_is_to_leave_does_not_pause(clock):
    stop = Stop(clock)
    stop.wish()
    Backoff("polling", stop, lambda: 1.0).failed(ServiceUnavailable("down"))
    assert clock.pauses == []


def test_a_call_is_repeated_for_some_seconds_once_the_worker_is_to_leave():
    place = source(FakeClient())
    place.stop.wish()
    calls = []

    def send():
        calls.append(1)
        raise ServiceUnavailable("down")

    with pytest.raises(ServiceUnavailable):
        place.persist(send, "answering", 9e9)
    assert len(calls) == 1 + LAST_TRIES
    assert place.clock.now() == 1_000 + LAST_TRIES * LAST_PAUSE
