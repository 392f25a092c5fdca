"""Annotated values in histories: classes may grow while executions are open."""

from dataclasses import dataclass

import pytest

from flowy.decider.run import WorkflowRun
from flowy.errors import NondeterminismError, PayloadMismatch
from flowy.protocol.events.child import ChildWorkflowExecutionCompleted
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, Signal, Workflow
from tests.unit.decider.simulator import EXECUTION, Simulator, definition, ids


def code(default):
    """Return the workflow of one day: its pictures have a colour or not."""
    if default is None:

        @dataclass
        class Picture:
            name: str

    else:

        @dataclass
        class Picture:
            name: str
            colour: str = default

    class Look(Activity):
        def run(self, picture, deep=False):
            return picture

    class Child(Workflow):
        async def run(self, picture):
            return picture

    class Flow(Workflow):
        look = ActivityProxy(activity("Look", 1, "x")(Look))
        child = WorkflowProxy(workflow("Child", 1, "x")(Child))

        async def run(self, name):
            looked = self.look(Picture(name))
            assert isinstance(await self.child(Picture(name)), Picture)
            return await looked

    for task in (Look, Child, Flow):
        task.run.__annotations__.update({"picture": Picture, "return": Picture})
    return Flow


def history(of):
    s = Simulator(of, "a")
    assert ids(s.decide())[0] == "#0"
    s.complete("0", {"name": "a"})
    (workflow_id,) = s.children
    s.start_child_run(workflow_id)
    s.close_child(workflow_id, ChildWorkflowExecutionCompleted, result='{"name":"a"}')
    s.decide()
    return s.events


@pytest.mark.parametrize("today", [None, "red"])
def test_a_field_with_a_default_does_not_divert_executions_that_are_open(today):
    events = history(code(None))
    run = WorkflowRun(definition(code(today)), EXECUTION)
    for end in range(3, len(events) + 1):
        run.feed(events[:end])
    WorkflowRun(definition(code(today)), EXECUTION).feed(events)


def test_another_value_is_still_another_value():
    events = history(code("red"))
    with pytest.raises(NondeterminismError, match="Look"):
        WorkflowRun(definition(code("blue")), EXECUTION).feed(events)


def test_a_result_that_does_not_fit_can_be_caught():
    @activity("Count", 1, "x")
    def count() -> int:
        return 1

    class Flow(Workflow):
        counted = ActivityProxy(count)

        async def run(self):
            try:
                return await self.counted()
            except PayloadMismatch as error:
                return str(error)

    s = Simulator(Flow)
    s.decide()
    s.complete("0", "many")
    assert "the result of Count 1 does not fit int" in ids(s.decide())[0].replace("\\", "")


def test_a_signal_that_does_not_fit_is_taken_and_the_next_one_comes():
    class Flow(Workflow):
        number = Signal[int]()

        async def run(self):
            with pytest.raises(PayloadMismatch):
                await self.number.get()
            return await self.number.get()

    s = Simulator(Flow)
    s.decide()
    s.signal("number", "three")
    s.signal("number", 4)
    assert ids(s.decide()) == ["complete 4"]


def test_a_signal_that_is_sent_is_held_to_the_type_of_its_signal():
    class Takes(Workflow):
        number = Signal[int]("a number")

        def run(self):
            pass

    class Sends(Workflow):
        def run(self, value):
            self.send_signal("other", Takes.number, value)

    assert ids(Simulator(Sends, 3).decide())[0] == "signal other a number 3"
    s = Simulator(Sends, "three")
    assert "the value of signal a number does not fit int" in ids(s.decide())[0]
