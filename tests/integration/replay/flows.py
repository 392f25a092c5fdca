"""Workflows whose histories are replayed: one plain, one async, with all that seeds a run."""

import asyncio

from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, Workflow

TASK_LIST = "replay"


@activity("Double", 1, TASK_LIST)
class Double(Activity):
    def run(self, value):
        return value * 2


class Proxies(Workflow):
    double = ActivityProxy("Double", 1)
    plain = WorkflowProxy("Plain", 1)


@workflow("Plain", 1, TASK_LIST)
class Plain(Proxies):
    def run(self, value):
        first = self.double(value).result()
        return self.double(first).result()


@workflow("Async", 1, TASK_LIST)
class Async(Proxies):
    async def run(self, value):
        first = await self.double(value)
        await asyncio.sleep(60)
        lucky = self.random.randint(1, 6)
        child = self.plain(first + lucky)
        mark = self.side_effect(lambda: "once")
        both = await asyncio.gather(child, self.double(str(self.uuid4())))
        return [mark, *both]
