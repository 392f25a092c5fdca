"""The clock that tests move."""

import threading

import pytest

from flowy.clock import ManualClock, SystemClock


def test_a_manual_clock_stands_still():
    clock = ManualClock(5.0)
    assert clock.now() == clock.now() == 5.0


def test_advancing_wakes_those_who_wait_on_the_clock():
    clock = ManualClock(0.0)
    condition = threading.Condition()
    ready = threading.Event()
    woken = []

    def wait():
        with condition:
            ready.set()
            while clock.now() < 10:
                clock.wait(condition, 10.0)
            woken.append(clock.now())

    thread = threading.Thread(target=wait)
    thread.start()
    ready.wait()
    clock.advance(4)
    clock.advance(6)
    thread.join()
    assert woken == [10.0]


def test_waiting_for_a_moment_that_has_come_does_not_wait():
    condition = threading.Condition()
    with condition:
        ManualClock(5.0).wait(condition, 5.0)
        SystemClock().wait(condition, 0.0)


def test_a_clock_does_not_go_back():
    with pytest.raises(ValueError, match="cannot go back by 1 s"):
        ManualClock().advance(-1)
    clock = SystemClock()
    assert clock.now() <= clock.now()
