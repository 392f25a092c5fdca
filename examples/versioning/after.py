"""How orders are handled now: the stock is checked first, and after shipping a letter is written.

Orders that were open when this code came go on by the rules that they began with.
"""

from examples.versioning.steps import DAY, LIST, Step
from flowy import ActivityProxy, Workflow, workflow


@workflow("versions.order", 1, LIST, workflow_duration=30 * DAY)
class Order(Workflow):
    step = ActivityProxy(Step)

    def run(self):
        done = []
        if self.version("check the stock", 1, 2) == 2:
            done.append(self.step("check").result())
        done.append(self.step("pay").result())
        self.sleep(DAY).result()
        done.append(self.step("ship").result())
        if self.version("write a letter", 1, 2) == 2:
            done.append(self.step("write").result())
        return done
