"""What puts results together: what type checkers say of it."""

import asyncio
from typing import assert_type

import flowy
from flowy import Activity, ActivityProxy, Branch, MapOutcome, Result, Saga, Workflow, activity


@activity("Count", 1, "words")
class Count(Activity):
    def run(self, text: str) -> int:
        return len(text)


class Counting(Workflow):
    count = ActivityProxy(Count)

    def twice(self, text: str, times: int = 2) -> int:
        return times * self.count(text).result()

    async def slowly(self, text: str) -> int:
        return await self.count(text)

    def run(self, texts: list[str]) -> int:
        counts = [self.count(text) for text in texts]
        assert_type(flowy.first(counts), Branch[int])
        assert_type(flowy.first(counts[0], counts[1], timeout=5).result(), int)
        done, pending = flowy.wait(counts, return_when="FIRST_COMPLETED").result()
        for one in flowy.as_completed(counts):
            assert_type(one, Result[int])
        assert_type(flowy.spawn(self.twice, "word"), Branch[int])
        assert_type(flowy.spawn(self.slowly, "word"), Branch[int])
        assert_type(flowy.spawn(self.count, "word"), Branch[int])
        flowy.spawn(self.twice, 7)  # refused
        flowy.spawn(self.twice, "word", many=3)  # refused
        assert_type(flowy.map(self.count, texts), Branch[MapOutcome[int]])
        lengths = flowy.map(self.slowly, texts, max_concurrency=2, tolerate=0.5).result()
        assert_type(lengths, MapOutcome[int])
        assert_type(lengths[0], int)
        assert_type(flowy.map(self.twice, texts).result(), MapOutcome[int])
        flowy.map(self.count, texts, max_concurrency="many")  # refused
        with Saga() as saga:
            saga.add_compensation(self.count, "word")
        return len(done) + len(pending)


async def together(counting: Counting) -> None:
    assert_type(await flowy.first(counting.count("a"), timeout=1), int)
    async for one in flowy.as_completed(counting.count("a"), counting.count("b")):
        assert_type(await one, int)
    task = asyncio.create_task(counting.slowly("a"))
    assert_type(await flowy.first(task), int)
    async with Saga(parallel=True) as saga:
        await saga.compensate()
