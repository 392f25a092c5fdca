"""Activities of every strategy that do nothing, for the benchmark of workers."""

import asyncio
from typing import Any

from flowy import Activity, ActivityProxy, Workflow, activity, workflow

TASK_LIST = "worker-bench"
STRATEGIES = ("inline", "asyncio", "thread", "process")
OPTIONS = {"schedule_to_start": 3_600, "schedule_to_close": 3_600}


class Nothing(Activity):
    def run(self, number: int) -> int:
        return number


class NothingLater(Activity):
    async def run(self, number: int) -> int:
        return number


for _name in STRATEGIES:
    _base = NothingLater if _name == "asyncio" else Nothing
    _class = type(_name.title(), (_base,), {"__module__": __name__})
    globals()[_name.title()] = activity(_name, 1, TASK_LIST, strategy=_name, **OPTIONS)(_class)


@workflow("fan", 1, TASK_LIST)
class Fan(Workflow):
    async def run(self, strategy: str, count: int) -> int:
        call: Any = ActivityProxy(strategy, 1)
        return sum(await asyncio.gather(*(call(number) for number in range(count))))


@workflow("line", 1, TASK_LIST)
class Line(Workflow):
    async def run(self, strategy: str, count: int) -> int:
        call: Any = ActivityProxy(strategy, 1)
        number = 0
        for _ in range(count):
            number = await call(number) + 1
        return number
