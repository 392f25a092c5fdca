"""The recorded scenarios of the documented system, and what each decision must be."""

import pytest

from flowy.protocol.events import child
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import TaskError, TaskTimedout, Workflow
from tests.unit.decider.simulator import Simulator, ids


class Proxies(Workflow):
    identity = ActivityProxy("Identity", 77)
    double = ActivityProxy("Double", 77)
    square = ActivityProxy("Square", 77)
    sum = ActivityProxy("Sum", 77)
    broken = ActivityProxy("Broken", 77)
    handled = ActivityProxy("Broken", 77, error_handling=True)
    sub = WorkflowProxy("Sub", 77)


class SimpleReturn(Workflow):
    def run(self):
        return "hello"


class ActivityReturn(Proxies):
    def run(self):
        return self.identity("hello")


class Sequence(Proxies):
    def run(self, n):
        while n < 100:
            n = self.double(n).result()
            if n >= 60:
                return n
        return n


class MapReduce(Proxies):
    def run(self, n):
        return self.sum([self.square(i) for i in range(n)])


class Delay(Proxies):
    def run(self):
        self.identity(0)
        with self.options(delay=5):
            self.identity(1)
        with self.options(delay=10):
            self.identity(2)


class UnhandledError(Proxies):
    def run(self):
        return self.broken()


class HandledError(Proxies):
    def run(self):
        try:
            self.broken().result()
        except TaskError:
            self.identity("cleaned up")


class ErrorChaining(Proxies):
    def run(self):
        a = self.handled()
        b = self.handled(a)
        self.handled([b])


class ErrorResultPassed(Proxies):
    def run(self):
        return self.identity(self.broken())


class ErrorInWorkflow(Workflow):
    def run(self):
        raise RuntimeError("stop")


class Subworkflow(Proxies):
    def run(self):
        return self.sub()


class SimpleDependency(Proxies):
    def run(self):
        a = self.identity(10)
        b = self.double(a)
        c = self.double(b)
        d = self.identity(100)
        return self.sum(a, b, c, d)


def test_simple_return():
    s = Simulator(SimpleReturn)
    assert ids(s.decide()) == ['complete "hello"']


def test_activity_return():
    s = Simulator(ActivityReturn)
    assert ids(s.decide()) == ["#0"]
    s.complete("0", "hello")
    assert ids(s.decide()) == ['complete "hello"']


def test_sequence():
    s = Simulator(Sequence, 2)
    found = []
    value = 2
    for id in ("0", "4", "8", "12", "16"):
        found += ids(s.decide())
        value *= 2
        s.complete(id, value)
    assert found == ["#0", "#4", "#8", "#12", "#16"]
    assert ids(s.decide()) == ["complete 64"]


def test_map_reduce():
    s = Simulator(MapReduce, 5)
    assert ids(s.decide()) == ["#0", "#4", "#8", "#12", "#16"]
    for number in (3, 1, 0, 4, 2):
        s.complete(str(number * 4), number * number)
    assert ids(s.decide()) == ["#20"]
    assert s.activities["20"].attributes.input == "[[[0,1,4,9,16]],{}]"
    s.complete("20", 30)
    assert ids(s.decide()) == ["complete 30"]


def test_delay():
    s = Simulator(Delay)
    assert ids(s.decide()) == ["#0", "timer 4 5s", "timer 9 10s"]
    s.complete("0")
    assert ids(s.decide()) == []
    s.fire("4")
    assert ids(s.decide()) == ["#5"]
    s.complete("5")
    s.fire("9")
    assert ids(s.decide()) == ["#10"]
    s.complete("10")
    assert ids(s.decide()) == ["complete null"]


def test_unhandled_error():
    s = Simulator(UnhandledError)
    assert ids(s.decide()) == ["#0"]
    s.fail("0", "no disk")
    assert ids(s.decide()) == ["fail no disk"]


def test_handled_error():
    s = Simulator(HandledError)
    assert ids(s.decide()) == ["#0"]
    s.fail("0")
    assert ids(s.decide()) == ["#4"]
    s.complete("4")
    assert ids(s.decide()) == ["complete null"]


def test_error_chaining():
    s = Simulator(ErrorChaining)
    assert ids(s.decide()) == ["#0"]
    s.fail("0")
    assert ids(s.decide()) == ["complete null"]


def test_error_result_passed():
    s = Simulator(ErrorResultPassed)
    assert ids(s.decide()) == ["#0"]
    s.fail("0", "no disk")
    assert ids(s.decide()) == ["fail no disk"]


def test_error_in_workflow():
    assert ids(Simulator(ErrorInWorkflow).decide()) == ["fail stop"]


def test_timeout():
    class Timeout(Proxies):
        def run(self):
            with self.options(start_to_close=2):
                return self.identity(1)

    s = Simulator(Timeout)
    found = []
    for id in "0123":
        found += ids(s.decide())
        assert s.answers[-1].decisions[0].attributes.start_to_close_timeout == "2"
        s.time_out(id)
    assert found == ["#0", "#1", "#2", "#3"]
    (last,) = ids(s.decide())
    assert last.startswith("fail ")
    assert "timed out" in last


def test_subworkflow():
    s = Simulator(Subworkflow)
    assert ids(s.decide()) == ["child 0"]
    (workflow_id,) = s.children
    s.close_child(workflow_id, child.ChildWorkflowExecutionCompleted, result="17")
    assert ids(s.decide()) == ["complete 17"]


@pytest.mark.parametrize("first", ["0", "12"])
def test_simple_dependency_gives_170_in_any_order(first):
    s = Simulator(SimpleDependency)
    assert ids(s.decide()) == ["#0", "#12"]
    values = {"0": 10, "12": 100}
    s.complete(first, values.pop(first))
    s.decide()
    ((other, value),) = values.items()
    s.complete(other, value)
    s.decide()
    s.complete("4", 20)
    assert ids(s.decide()) == ["#8"]
    s.complete("8", 40)
    assert ids(s.decide()) == ["#16"]
    assert s.activities["16"].attributes.input == "[[10,20,40,100],{}]"
    s.complete("16", 170)
    assert ids(s.decide()) == ["complete 170"]


def test_a_timeout_is_a_task_error_of_its_own():
    class Handles(Proxies):
        def run(self):
            with self.options(retry=0):
                try:
                    self.identity(1).result()
                except TaskTimedout as error:
                    return type(error).__name__

    s = Simulator(Handles)
    s.decide()
    s.time_out("0", "SCHEDULE_TO_START")
    assert ids(s.decide()) == ['complete "TaskTimedout"']
