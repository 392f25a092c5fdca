"""Ids for processes that were not given one."""

import time

from flowy.clock import ManualClock
from flowy.process.workflow.id_generator import ProcessIdGenerator, TimestampedProcessIdGenerator


def test_ids_count_up():
    generator = ProcessIdGenerator()
    assert [generator.next_id() for _ in range(3)] == ["proc_1", "proc_2", "proc_3"]
    assert generator.next_id("load") == "load_4"
    assert ProcessIdGenerator("job").next_id() == "job_1"


def test_a_reserved_id_is_not_given_and_the_counter_goes_past_it():
    generator = ProcessIdGenerator()
    assert generator.reserve_id("proc_5")
    assert not generator.reserve_id("proc_5")
    assert generator.next_id() == "proc_6"
    assert not generator.reserve_id("proc_6")
    assert generator.reserve_id("proc_2x")
    assert generator.next_id() == "proc_7"


def test_an_id_reserved_under_another_prefix_is_stepped_over():
    generator = ProcessIdGenerator()
    generator.reserve_id("load_1")
    assert generator.next_id("load") == "load_2"


def test_a_released_id_can_be_reserved_again():
    generator = ProcessIdGenerator()
    process_id = generator.next_id()
    assert generator.is_reserved(process_id)
    generator.release_id(process_id)
    assert not generator.is_reserved(process_id)
    assert generator.reserve_id(process_id)
    generator.release_id("never seen")


def test_reset_counts_from_one_again():
    generator = ProcessIdGenerator()
    generator.next_id()
    generator.reset()
    assert generator.next_id() == "proc_1"


def test_timestamped_ids_have_the_day_in_them():
    noon = time.mktime((2026, 1, 31, 12, 0, 0, 0, 0, -1))
    generator = TimestampedProcessIdGenerator(clock=ManualClock(noon))
    assert generator.next_id() == "proc_20260131_1"
    assert generator.next_id("job") == "job_20260131_2"
