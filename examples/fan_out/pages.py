"""Fetch a thousand pages, a hundred at a time, put up with some that fail, and add up the rest."""

import flowy
from flowy import Activity, ActivityProxy, Workflow, activity, workflow

LIST = "pages"


@activity("pages.measure", 1, LIST)
class Measure(Activity):
    def run(self, number):
        if number % 100 == 99:
            raise LookupError(f"page {number} is gone")
        return {"words": 100 + number % 7}


@activity("pages.add", 1, LIST)
class Add(Activity):
    def run(self, one, other):
        return {"words": one["words"] + other["words"]}


@workflow("pages.report", 1, LIST)
class Report(Workflow):
    measure = ActivityProxy(Measure)
    add = ActivityProxy(Add)

    async def run(self, count, at_once=100):
        pages = await flowy.map(self.measure, range(count), max_concurrency=at_once, tolerate=0.02)
        total = await flowy.parallel_reduce(self.add, hundreds(pages))
        return {
            "pages": len(pages),
            "words": total["words"],
            "gone": [page.item for page in pages.failures],
        }


def hundreds(pages):
    """Return the sums of a hundred pages each: what is small is added here, in no activity."""
    return [
        {"words": sum(page["words"] for page in pages[start : start + 100])}
        for start in range(0, len(pages), 100)
    ]
