"""Signals in and out, and sleep: the same for plain and async code."""

import asyncio
import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import DefinitionError
from flowy.protocol.events import external, workflow
from flowy.protocol.ids import ExecutionId
from flowy.swf.scanner import workflow as declare
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Signal, TaskError, Workflow, on_signal
from tests.unit.decider.simulator import Simulator, ids


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    sub = WorkflowProxy("Sub", 1, retry=0)
    approved = Signal()
    other = Signal("another-name")


class Plain(Proxies):
    def run(self, n):
        return [self.approved.get().result() for _ in range(n)]


class Async(Proxies):
    async def run(self, n):
        return [await self.approved.get() for _ in range(n)]


@pytest.mark.parametrize("cls", [Plain, Async])
def test_signals_are_taken_in_their_order_whenever_they_came(cls):
    s = Simulator(cls, 3)
    s.signal("approved", "before the start")
    assert ids(s.decide()) == []
    s.signal("approved", "second")
    s.signal("approved", "third")
    s.signal("approved", "nobody takes it")
    assert ids(s.decide()) == ['complete ["before the start","second","third"]']


@given(st.lists(st.integers(), max_size=8), st.data())
def test_none_is_lost_and_none_is_taken_twice(values, data):
    cls = data.draw(st.sampled_from([Plain, Async]))
    s = Simulator(cls, len(values))
    kept = s.new_run()
    rest = list(values)
    while not s.closed:
        for _ in range(data.draw(st.integers(0, 3))):
            if rest:
                s.signal("approved", rest.pop(0))
        late = rest.pop(0) if rest and data.draw(st.booleans()) else None
        meanwhile = None if late is None else lambda value=late: s.signal("approved", value)
        s.decide(data.draw(st.sampled_from([kept, None])) and kept, meanwhile)
    (answer,) = ids(s.answers[-1])
    assert answer == f"complete {values}".replace(" ", "").replace("complete", "complete ")
    assert s.new_run().feed(s.events).decisions == ()


def test_names_do_not_mix_and_foreign_texts_are_given_as_they_are():
    class Mixes(Proxies):
        async def run(self):
            return [await self.other.get(), len(self.approved), await self.approved.get()]

    s = Simulator(Mixes)
    s.signal("approved", raw="not json {")
    s.signal("another-name", {"a": 1})
    assert ids(s.decide()) == ['complete [{"a":1},1,"not json {"]']


def test_who_stops_waiting_leaves_the_signal_to_the_next():
    class GivesUp(Proxies):
        async def run(self):
            try:
                await asyncio.wait_for(self.approved.get(), 60)
            except TimeoutError:
                return ["late", await self.approved.get()]

    s = Simulator(GivesUp)
    assert ids(s.decide()) == ["timer 0 60s"]
    s.fire("0")
    s.decide()
    s.signal("approved", "at last")
    assert ids(s.decide()) == ['complete ["late","at last"]']


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_a_method_takes_signals_and_is_waited_for(kind):
    class PlainHandler(Proxies):
        def run(self):
            self.seen = []
            self.approved.get().result()
            return self.seen

        @on_signal("add")
        def add(self, value):
            self.seen.append([value, self.act(value).result()])

    class AsyncHandler(Proxies):
        async def run(self):
            self.seen = []
            await self.approved.get()
            return self.seen

        @on_signal("add")
        async def add(self, value):
            self.seen.append([value, await self.act(value)])

    s = Simulator(PlainHandler if kind == "plain" else AsyncHandler)
    s.signal("add", "a")
    s.signal("add", "b")
    s.signal("approved")
    assert ids(s.decide()) == ["#0", "#1"]
    s.complete("1", 2)
    assert ids(s.decide()) == []
    s.complete("0", 1)
    assert ids(s.decide()) == ['complete [["b",2],["a",1]]']


def test_a_method_that_raises_fails_the_workflow():
    class Raises(Proxies):
        def run(self):
            self.approved.get().result()

        @on_signal("add")
        def add(self, value):
            raise ValueError(f"cannot add {value}")

    s = Simulator(Raises)
    s.decide()
    s.signal("add", 3)
    assert ids(s.decide()) == ["fail cannot add 3"]


def test_two_methods_for_one_signal_are_refused():
    class Twice(Workflow):
        def run(self):
            return 1

        @on_signal("add")
        def one(self, value):
            pass

        @on_signal("add")
        def two(self, value):
            pass

    (answer,) = ids(Simulator(Twice).decide())
    assert "both take the signal add" in answer
    with pytest.raises(DefinitionError, match="a signal's name has"):
        on_signal("")


def test_a_method_that_a_class_gets_after_its_decorator_takes_its_signal():
    @declare("late", 1, "signals")
    class Late(Workflow):
        async def run(self):
            return said

    said = []
    Late.more = on_signal("more")(lambda self, value: said.append(value))
    s = Simulator(Late)
    s.signal("more", 1)
    assert ids(s.decide()) == ["complete [1]"]


def given_more(method):
    @functools.wraps(method)
    def wrapper(self, value):
        return method(self, value, "a log")

    return wrapper


class Wrapped:
    """A method behind a descriptor that binds it by itself, as compilers and wrappers have them."""

    def __init__(self, method):
        self.method = method
        functools.update_wrapper(self, method)

    def __get__(self, instance, owner):
        return self if instance is None else self.method.__get__(instance, owner)

    def __call__(self, instance, value):
        return self.method(instance, value)


def test_a_wrapped_method_takes_a_signal_by_what_its_wrapper_takes():
    said = []

    @declare("wrapped", 1, "signals")
    class Takes(Workflow):
        def run(self):
            return said

        @on_signal("more")
        @given_more
        def more(self, value, log):
            said.append(f"{value} with {log}")

        @on_signal("bound")
        @Wrapped
        def bound(self, value):
            said.append(value)

    s = Simulator(Takes)
    s.signal("more", 1)
    s.signal("bound", 2)
    assert ids(s.decide()) == ['complete ["1 with a log",2]']


def test_a_signal_to_another_workflow_tells_when_it_has_arrived():
    class Tells(Proxies):
        def run(self):
            child = self.sub()
            self.send_signal(child.workflow_id, "hello", {"a": 1}).result()
            return child

    s = Simulator(Tells)
    (child, signal) = ids(s.decide())
    (workflow_id,) = s.children
    assert (child, signal) == ("child 0", f'signal {workflow_id} hello {{"a":1}}')
    s.add(
        external.ExternalWorkflowExecutionSignaled,
        workflow_execution=ExecutionId(workflow_id=workflow_id, run_id="child-run"),
        initiated_event_id=s.signals[workflow_id].event_id,
    )
    assert ids(s.decide()) == []


def test_a_signal_that_finds_nobody_is_a_task_error():
    class Tells(Proxies):
        async def run(self):
            try:
                await self.send_signal("nobody", "hello")
            except TaskError as error:
                return str(error)

    s = Simulator(Tells)
    s.decide()
    s.add(
        external.SignalExternalWorkflowExecutionFailed,
        workflow_id="nobody",
        cause="UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
        initiated_event_id=s.signals["nobody"].event_id,
        decision_task_completed_event_id=4,
    )
    (answer,) = ids(s.decide())
    assert "signal hello did not reach workflow nobody" in answer


def test_a_cancel_request_to_another_workflow():
    class Asks(Proxies):
        def run(self):
            self.request_cancel("order-8")

    assert ids(Simulator(Asks).decide()) == ["cancel child 8", "complete null"]


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_sleep_is_a_durable_timer(kind):
    class PlainSleep(Workflow):
        def run(self):
            self.sleep(0).result()
            self.sleep(59.5).result()
            return "awake"

    class AsyncSleep(Workflow):
        async def run(self):
            await self.sleep(0)
            await self.sleep(59.5)
            return "awake"

    s = Simulator(PlainSleep if kind == "plain" else AsyncSleep)
    assert ids(s.decide()) == ["timer 1 60s"]
    s.fire("1")
    assert ids(s.decide()) == ['complete "awake"']


def test_sleep_can_be_cancelled():
    class Changes(Proxies):
        async def run(self):
            nap = self.sleep(60)
            await self.approved.get()
            nap.cancel()
            return "changed my mind"

    s = Simulator(Changes)
    s.decide()
    s.signal("approved")
    assert ids(s.decide()) == ["cancel timer 0", 'complete "changed my mind"']


def test_a_cancel_request_after_the_return_of_run_reaches_the_methods_that_still_wait():
    class Waits(Proxies):
        async def run(self):
            return "done"

        @on_signal("nap")
        async def nap(self, _value):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                await self.act("clean up")
                raise

    s = Simulator(Waits)
    s.signal("nap")
    assert ids(s.decide()) == ["timer 0 3600s"]
    s.add(workflow.WorkflowExecutionCancelRequested)
    assert ids(s.decide()) == ["cancel timer 0", "#1"]
    s.complete("1")
    assert ids(s.decide()) == ["cancel"]
    assert s.new_run().feed(s.events).decisions == ()
