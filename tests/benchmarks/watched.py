"""A chain of activities, for the benchmark of telemetry."""

from flowy import Activity, ActivityProxy, Workflow, activity, workflow


@activity("one", 1, "chain")
class One(Activity):
    def run(self, number):
        return number + 1


@workflow("chain", 1, "chain", workflow_duration=86_400)
class Chain(Workflow):
    one = ActivityProxy("one", 1)

    async def run(self, steps):
        number = 0
        for _ in range(steps):
            number = await self.one(number)
        return number
