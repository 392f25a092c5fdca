"""The recorded scenarios of the documented system, as its users wrote them."""

from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, SuspendTask, TaskError, Workflow

TASK_LIST = "example_list"
VERSION = 77


@activity("Identity", VERSION, TASK_LIST)
class Identity(Activity):
    def run(self, value):
        return value


@activity("Double", VERSION, TASK_LIST)
class Double(Activity):
    def run(self, value):
        return value * 2


@activity("Square", VERSION, TASK_LIST)
class Square(Activity):
    async def run(self, value):
        return value * value


@activity("Sum", VERSION, TASK_LIST)
class Sum(Activity):
    def run(self, *values):
        return sum(values)


@activity("Broken", VERSION, TASK_LIST)
class Broken(Activity):
    def run(self, *_):
        raise RuntimeError("no disk")


@activity("Silent", VERSION, TASK_LIST)
class Silent(Activity):
    def run(self):
        raise SuspendTask


class Proxies(Workflow):
    identity = ActivityProxy("Identity", VERSION)
    double = ActivityProxy("Double", VERSION)
    square = ActivityProxy("Square", VERSION)
    sum = ActivityProxy("Sum", VERSION)
    broken = ActivityProxy("Broken", VERSION)
    handled = ActivityProxy("Broken", VERSION, error_handling=True)
    silent = ActivityProxy("Silent", VERSION, start_to_close=2)
    subworkflow = WorkflowProxy("ActivityReturn", VERSION)


@workflow("SimpleReturn", VERSION, TASK_LIST)
class SimpleReturn(Workflow):
    def run(self):
        return "hello"


@workflow("ActivityReturn", VERSION, TASK_LIST)
class ActivityReturn(Proxies):
    def run(self):
        return self.identity("hello")


@workflow("Sequence", VERSION, TASK_LIST)
class Sequence(Proxies):
    def run(self, n):
        while n < 100:
            n = self.double(n).result()
        return n - 100


@workflow("MapReduce", VERSION, TASK_LIST)
class MapReduce(Proxies):
    def run(self, n):
        return self.sum(*[self.square(number) for number in range(n)])


@workflow("Delay", VERSION, TASK_LIST)
class Delay(Proxies):
    def run(self):
        self.identity(0)
        with self.options(delay=5):
            self.identity(1)
        with self.options(delay=10):
            self.identity(2)


@workflow("UnhandledError", VERSION, TASK_LIST)
class UnhandledError(Proxies):
    def run(self):
        return self.broken()


@workflow("HandledError", VERSION, TASK_LIST)
class HandledError(Proxies):
    def run(self):
        try:
            self.handled().result()
        except TaskError:
            self.identity("cleaned up")


@workflow("ErrorChaining", VERSION, TASK_LIST)
class ErrorChaining(Proxies):
    def run(self):
        first = self.handled()
        second = self.handled(first)
        self.handled(second)


@workflow("ErrorResultPassed", VERSION, TASK_LIST)
class ErrorResultPassed(Proxies):
    def run(self):
        return self.handled()


@workflow("ErrorInWorkflow", VERSION, TASK_LIST)
class ErrorInWorkflow(Workflow):
    def run(self):
        raise RuntimeError("stop")


@workflow("Timeout", VERSION, TASK_LIST)
class Timeout(Proxies):
    def run(self):
        return self.silent()


@workflow("Subworkflow", VERSION, TASK_LIST)
class Subworkflow(Proxies):
    def run(self):
        return self.subworkflow()


@workflow("SimpleDependency", VERSION, TASK_LIST)
class SimpleDependency(Proxies):
    def run(self):
        a = self.identity(10)
        b = self.double(a)
        c = self.double(b)
        d = self.identity(100)
        return self.sum(a, b, c, d)
