"""How orders were handled: pay, then ship."""

from examples.versioning.steps import DAY, LIST, Step
from flowy import ActivityProxy, Workflow, workflow


@workflow("versions.order", 1, LIST, workflow_duration=30 * DAY)
class Order(Workflow):
    step = ActivityProxy(Step)

    def run(self):
        done = [self.step("pay").result()]
        self.sleep(DAY).result()
        done.append(self.step("ship").result())
        return done
