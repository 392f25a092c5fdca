"""How many run at once, and how fast tasks are taken."""

import sys
import tempfile
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.worker.bucket import OwnBucket, SharedBucket, shared_file
from flowy.worker.slots import Pace, Slots
from flowy.worker.stop import Stop
from tests.unit.worker.fakes import JumpingClock

PATIENCE = 20


def test_all_slots_that_a_poll_needs_are_taken_or_none():
    stop = Stop(JumpingClock())
    slots = Slots({"thread": 2, "process": 1}, stop)
    assert slots.take(["thread", "process"])
    assert (slots.used("thread"), slots.used("process")) == (1, 1)
    taken = threading.Event()
    threading.Thread(
        target=lambda: slots.take(["thread", "process"]) and taken.set(), daemon=True
    ).start()
    assert not taken.wait(0.05)
    assert slots.used("thread") == 1
    slots.give_back(["process"])
    assert taken.wait(PATIENCE)


def test_whoever_waits_for_slots_leaves_with_the_worker():
    stop = Stop(JumpingClock())
    slots = Slots({"process": 1}, stop)
    assert slots.take(["process"])
    found = []
    waiter = threading.Thread(target=lambda: found.append(slots.take(["process"])))
    waiter.start()
    stop.wish()
    waiter.join(PATIENCE)
    assert found == [False]


def test_tasks_are_taken_at_their_pace():
    clock = JumpingClock()
    pace = Pace(4, clock, Stop(clock))
    for _ in range(4):
        pace.take()
    assert clock.now() == 1_000
    for _ in range(8):
        pace.take()
    assert clock.now() == 1_002


def test_a_task_that_did_not_come_does_not_count():
    clock = JumpingClock()
    pace = Pace(1, clock, Stop(clock))
    for _ in range(10):
        pace.take()
        pace.give_back()
    assert clock.now() == 1_000


def test_a_clock_that_is_put_back_stops_nobody():
    clock = JumpingClock()
    pace = Pace(1, clock, Stop(clock))
    assert pace.take()
    clock.moment -= 3_600
    assert pace.take()
    assert clock.pauses == [1]


def test_processes_count_together_where_no_folder_can_be_written_to(monkeypatch, tmp_path):
    if sys.platform == "linux":
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    clock = JumpingClock()
    with shared_file() as file:
        paces = [Pace(1, clock, Stop(clock), SharedBucket(file.fileno())) for _ in range(2)]
        assert all(pace.take() for pace in paces)
    assert clock.pauses == [1]


def test_less_than_one_a_second_is_a_pace_too():
    clock = JumpingClock()
    pace = Pace(0.5, clock, Stop(clock))
    for _ in range(3):
        pace.take()
    assert clock.now() == 1_004


@pytest.fixture
def file():
    with tempfile.TemporaryFile(buffering=0) as file:
        yield file.fileno()


def test_those_that_share_a_file_are_let_through_together(file):
    clock = JumpingClock()
    paces = [Pace(4, clock, Stop(clock), SharedBucket(file)) for _ in range(3)]
    for number in range(4 + 8):
        paces[number % 3].take()
    assert clock.now() == 1_002
    paces[0].give_back()
    paces[1].take()
    assert clock.now() == 1_002


STEPS = st.lists(st.sampled_from(["take", "give back", "wait"]), max_size=40)


@given(STEPS, st.floats(0.1, 20))
def test_a_bucket_in_a_file_is_like_one_in_memory(steps, per_second):
    clocks = JumpingClock(), JumpingClock()
    with tempfile.TemporaryFile(buffering=0) as file:
        buckets = OwnBucket(), SharedBucket(file.fileno())
        paces = [
            Pace(per_second, clock, Stop(clock), bucket)
            for clock, bucket in zip(clocks, buckets, strict=True)
        ]
        for step in steps:
            for clock, pace in zip(clocks, paces, strict=True):
                if step == "take":
                    assert pace.take()
                elif step == "give back":
                    pace.give_back()
                else:
                    clock.moment += 0.3
            assert clocks[0].now() == clocks[1].now()
