"""Workflows and activities whose authors made every mistake there is."""

import asyncio
import math
import sys

from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, TaskError, Workflow
from tests.noise import noise

TASK_LIST = "careless"

UNFIT = {
    "object": object(),
    "nan": math.nan,
    "large": noise(40_000),
    "surrogate": "\ud800",
}


@activity("Give", 1, TASK_LIST)
class Give(Activity):
    """Gives what is asked for, whether or not it can travel."""

    def run(self, name):
        return UNFIT[name]


@activity("Raise", 1, TASK_LIST)
class Raise(Activity):
    def run(self, name):
        if name == "exit":
            sys.exit("leaving")
        if name == "cancelled":
            raise asyncio.CancelledError("cancelled by itself")
        if name == "number":
            raise TaskError(7)
        if name == "deep":
            return self.run(name)
        raise ValueError("\ud800" if name == "surrogate" else name * 1_000)


@activity("NoRun", 1, TASK_LIST)
class NoRun(Activity):
    pass


@activity("Good", 1, TASK_LIST)
class Good(Activity):
    def run(self, value):
        return value


class Proxies(Workflow):
    give = ActivityProxy("Give", 1)
    raises = ActivityProxy("Raise", 1)
    no_run = ActivityProxy("NoRun", 1)
    good = ActivityProxy("Good", 1)
    unknown = ActivityProxy("Unknown", 1)
    unknown_child = WorkflowProxy("Unknown", 1)


@workflow("Asks", 1, TASK_LIST)
class Asks(Proxies):
    """Calls one of the proxies with arguments that can travel."""

    def run(self, proxy, *args):
        return getattr(self, proxy)(*args)


@workflow("Sends", 1, TASK_LIST)
class Sends(Proxies):
    """Passes on what cannot travel."""

    def run(self, name):
        return self.good(UNFIT[name])


@workflow("Returns", 1, TASK_LIST)
class Returns(Proxies):
    """Returns what cannot travel."""

    def run(self, name):
        return UNFIT[name]


@workflow("Leaves", 1, TASK_LIST)
class Leaves(Proxies):
    """Tries to end the process."""

    def run(self):
        sys.exit("leaving")


@workflow("Breaks", 1, TASK_LIST)
class Breaks(Proxies):
    """Cannot even be made."""

    def __init__(self, *args):
        raise RuntimeError("no constructor")


@workflow("NoRunAtAll", 1, TASK_LIST)
class NoRunAtAll(Workflow):
    pass
