"""Workflows that take their time."""

import asyncio

from flowy.errors import TaskError
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, Workflow

MONTH = 30 * 86_400
YEAR = 365 * 86_400


@activity("Charge", 1, "money", heartbeat=60)
class Charge(Activity):
    def run(self, customer, amount):
        raise AssertionError(f"{customer} would really pay {amount}")


@activity("Count", 1, "other")
class Count(Activity):
    async def run(self, text):
        return len(text)


@workflow("Subscription", 1, "deciders", workflow_duration=YEAR)
class Subscription(Workflow):
    charge = ActivityProxy("Charge", 1, task_list="money")

    async def run(self, customer, months):
        paid = []
        for month in range(months):
            await asyncio.sleep(MONTH)
            paid.append(await self.charge(customer, 10 + month))
        return {"paid": paid, "took": self.now()}


@workflow("Lengths", 1, "deciders")
class Lengths(Workflow):
    count = ActivityProxy("Count", 1)

    def run(self, *texts):
        return [self.count(text) for text in texts]


@workflow("Parent", 1, "parents", workflow_duration=YEAR)
class Parent(Workflow):
    lengths = WorkflowProxy("Lengths", 1)

    def run(self, *texts):
        return sum(self.lengths(*texts).result())


@workflow("Careful", 1, "deciders")
class Careful(Workflow):
    charge = ActivityProxy("Charge", 1, task_list="money", retry=0)

    def run(self, customer):
        with self.options(error_handling=True):
            paid = self.charge(customer, 1)
        try:
            return paid.result()
        except TaskError as error:
            return f"{type(error).__name__}: {error}"


@workflow("Countdown", 1, "deciders")
class Countdown(Workflow):
    async def run(self, number):
        await asyncio.sleep(60)
        if number:
            return self.restart(number - 1)
        return "lift off"


@workflow("Broken", 1, "deciders")
class Broken(Workflow):
    def run(self):
        raise ValueError("the plan is wrong")


@workflow("Endless", 1, "deciders", workflow_duration=3600)
class Endless(Workflow):
    async def run(self):
        await asyncio.Event().wait()


@activity("Wait", 1, "nobody-polls-here")
class Abandoned(Activity):
    def run(self):
        raise AssertionError
