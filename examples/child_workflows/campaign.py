"""A campaign starts a child for each customer, watches over them, and stops them when told to."""

import flowy
from flowy import (
    Activity,
    ActivityProxy,
    Signal,
    Workflow,
    WorkflowProxy,
    activity,
    on_signal,
    workflow,
)

LIST = "campaigns"
DAY = 24 * 3600


@activity("campaigns.write", 1, LIST)
class Write(Activity):
    def run(self, customer, text):
        if "@" not in customer:
            raise ValueError(f"{customer!r} is no address")
        print(f"to {customer}: {text}")


@workflow("campaigns.letters", 1, LIST, workflow_duration=30 * DAY)
class Letters(Workflow):
    """Writes to one customer, three times, a week apart."""

    write = ActivityProxy(Write)
    stop = Signal()

    async def run(self, customer):
        for number in range(1, 4):
            await self.write(customer, f"letter {number}")
            try:
                reason = await flowy.first(self.stop.get(), timeout=7 * DAY)
            except TimeoutError:
                continue
            return {"letters": number, "stopped": reason}
        return {"letters": 3}


@workflow("campaigns.campaign", 1, LIST, workflow_duration=60 * DAY)
class Campaign(Workflow):
    letters = WorkflowProxy(Letters, child_policy="REQUEST_CANCEL", tags=["campaign"])

    async def run(self, customers, at_once=1_000):
        self.children = {}
        done = await flowy.map(self.one, customers, max_concurrency=at_once, tolerate=1.0)
        return {
            "letters": sum(one["letters"] for one in done),
            "failed": {failure.item: str(failure.error) for failure in done.failures},
        }

    async def one(self, customer):
        with self.options(workflow_id=f"letters to {customer}"):
            child = self.children[customer] = self.letters(customer)
        return await child

    @on_signal("unsubscribe")
    async def unsubscribe(self, customer):
        child = self.children.get(customer)
        if child is not None and not child.done():
            await child.signal("stop", "unsubscribed")
