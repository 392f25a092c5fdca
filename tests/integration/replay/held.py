"""The plain workflow with code by which workers hold an execution in its second decision."""

import time

from flowy.swf.scanner import workflow
from flowy.swf.task import ActivityProxy
from flowy.task import Workflow

TASK_LIST = "replay"


class Plain(Workflow):
    double = ActivityProxy("Double", 1)

    def run(self, value):
        self.go_on(self.double(value).result())


@workflow("Plain", "clock", TASK_LIST)
class Clock(Plain):
    def go_on(self, value):
        return time.time() + value  # noqa: TID251  # flowy: ignore[FLW101]


@workflow("Plain", "endless", TASK_LIST)
class Endless(Plain):
    def go_on(self, value):
        while value:
            pass
