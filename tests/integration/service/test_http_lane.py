"""A lane carries out jobs on its threads and hands results and errors back."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from flowy.service.http.lane import Lane

TIMEOUT = 10


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane("lane", 1, 8)
    yield made
    made.close()


def test_results_and_errors_go_to_those_who_asked(lane):
    async def main():
        jobs = [lane.run(lambda n=n: 10 // n) for n in range(4)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    error, *results = asyncio.run(main())
    assert isinstance(error, ZeroDivisionError)
    assert results == [10, 5, 3]


def test_jobs_run_on_other_threads_side_by_side():
    lane = Lane("lane", 3, 1)
    meeting = threading.Barrier(3)

    async def main():
        await asyncio.gather(*(lane.run(lambda: meeting.wait(TIMEOUT)) for _ in range(3)))
        return await lane.run(threading.current_thread)

    assert asyncio.run(main()) is not threading.current_thread()
    lane.close()


def test_one_who_gave_up_does_not_spoil_the_others(lane):
    release = threading.Event()

    async def main():
        first = asyncio.ensure_future(lane.run(lambda: release.wait(TIMEOUT)))
        second = asyncio.ensure_future(lane.run(lambda: 2))
        await asyncio.sleep(0)
        first.cancel()
        release.set()
        return await second

    assert asyncio.run(main()) == 2


def test_closing_carries_out_what_waits_and_ends_the_threads():
    lane = Lane("lane", 1, 2)
    done: list[int] = []
    release = threading.Event()

    async def main():
        jobs = [asyncio.ensure_future(lane.run(lambda: release.wait(TIMEOUT)))]
        jobs += [asyncio.ensure_future(lane.run(lambda n=n: done.append(n))) for n in range(5)]
        await asyncio.sleep(0)
        release.set()
        await asyncio.to_thread(lane.close)
        await asyncio.gather(*jobs)

    asyncio.run(main())
    assert done == list(range(5))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane-")]


def test_a_loop_that_was_closed_meanwhile_is_survived(lane):
    release = threading.Event()

    async def main():
        task = asyncio.ensure_future(lane.run(lambda: release.wait(TIMEOUT)))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(main())
    release.set()

    async def again():
        return await lane.run(lambda: "still here")

    assert asyncio.run(again()) == "still here"
