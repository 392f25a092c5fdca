"""A workflow with activities, a child and a continuation, to be traced."""

from opentelemetry import trace

from flowy import Activity, ActivityProxy, Workflow, WorkflowProxy, activity, workflow


@activity("charge", 1, "traced")
class Charge(Activity):
    def run(self, amount):
        with trace.get_tracer("bank").start_as_current_span("bank call"):
            if amount < 0:
                raise ValueError("a debt")
            return amount


@workflow("shipping", 1, "traced")
class Shipping(Workflow):
    charge = ActivityProxy("charge", 1)

    async def run(self, amount):
        return await self.charge(amount)


@workflow("order", 1, "traced")
class Order(Workflow):
    charge = ActivityProxy("charge", 1, retry=0)
    shipping = WorkflowProxy("shipping", 1)

    async def run(self, amount, rounds=1):
        await self.charge(amount)
        await self.shipping(5)
        if rounds > 1:
            return self.restart(amount, rounds - 1)
        return amount
