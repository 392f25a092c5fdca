"""Annotated values come through every way that they travel, as what they were."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, Signal, Workflow
from flowy.testing import Environment
from tests.unit.transport.annotated import VALUES


def journey(annotation):
    """Return a workflow that sends a value of a type along every way, and returns it."""

    @activity("Echo", 1, "journey")
    class Echo(Activity):
        def run(self, value, *, named=None):
            return value if named is None else named

    @workflow("Child", 1, "journey")
    class Child(Workflow):
        async def run(self, value):
            return value

    for task in (Echo, Child):
        task.run.__annotations__.update({"value": annotation, "return": annotation})
    Echo.run.__annotations__["named"] = annotation

    @workflow("Journey", 1, "journey")
    class Journey(Workflow):
        echo = ActivityProxy(Echo)
        child = WorkflowProxy(Child)
        sent = Signal[annotation]()

        def run(self, value, again=True):
            if again:
                self.restart(value, again=False)
                return None
            echoed = self.echo(value)
            named = self.echo(value, named=self.child(echoed)).result()
            assert type(named) is type(value)
            assert named == value == echoed.result() == self.sent.get().result()
            return self.child(named)

    Journey.run.__annotations__.update({"value": annotation, "return": annotation})
    return Journey


def has_no_order(annotation):
    """Tell whether calls refuse the values because their order is another in a replay."""
    return getattr(annotation, "__origin__", None) is set


@pytest.mark.parametrize(
    ("annotation", "values"),
    [each for each in VALUES if not has_no_order(each[0])],
    ids=lambda part: str(part)[:40],
)
@settings(max_examples=3)
@given(data=st.data())
def test_a_value_comes_through_calls_results_children_signals_and_restarts(
    annotation, values, data
):
    value = data.draw(values)
    flow = journey(annotation)
    with Environment(flow) as environment:
        execution = environment.start(flow, value)
        environment.signal(execution, "sent", value)
        found = environment.result(execution)
    assert found == value
    assert type(found) is type(value)
