"""A parked poll hears every wake-up, and its wait ends by time, by its client or by shutdown."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from flowy.service.http.parking import Parking


async def never() -> Any:
    await asyncio.get_running_loop().create_future()


async def gone() -> Any:
    return {"type": "http.disconnect"}


def parked(story: Callable[[Parking], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        parking = Parking(asyncio.get_running_loop())
        try:
            return await story(parking)
        finally:
            parking.leave()

    return asyncio.run(main())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_wake_up_before_the_wait_is_kept():
    async def story(parking: Parking) -> bool:
        parking.wake()
        await settle()
        parking.begin(60, never)
        return await parking.next_wake()

    assert parked(story) is True


def test_a_wake_up_ends_the_wait_once():
    async def story(parking: Parking) -> list[bool]:
        parking.begin(60, never)
        waiting = asyncio.ensure_future(parking.next_wake())
        await settle()
        assert not waiting.done()
        parking.wake()
        found = [await waiting]
        again = asyncio.ensure_future(parking.next_wake())
        await settle()
        assert not again.done()
        parking.end()
        return [*found, await again]

    assert parked(story) == [True, False]


def test_two_wake_ups_at_once_are_one_look():
    async def story(parking: Parking) -> list[bool]:
        parking.begin(60, never)
        parking.wake()
        parking.wake()
        await settle()
        found = [await parking.next_wake()]
        parking.end()
        return [*found, await parking.next_wake()]

    assert parked(story) == [True, False]


def test_time_ends_the_wait():
    async def story(parking: Parking) -> bool:
        parking.begin(0, never)
        return await parking.next_wake()

    assert parked(story) is False


def test_a_client_that_goes_away_ends_the_wait_even_when_there_is_a_task():
    async def story(parking: Parking) -> bool:
        parking.begin(60, gone)
        await settle()
        parking.wake()
        await settle()
        return await parking.next_wake()

    assert parked(story) is False


def test_shutdown_ends_the_wait():
    async def story(parking: Parking) -> bool:
        parking.begin(60, never)
        parking.end()
        return await parking.next_wake()

    assert parked(story) is False


def test_a_wake_up_after_the_loop_is_closed_is_harmless():
    async def main() -> Parking:
        return Parking(asyncio.get_running_loop())

    parking = asyncio.run(main())
    parking.wake()
    assert asyncio.run(parking.next_wake()) is False
