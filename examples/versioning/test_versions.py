"""Runs the example: code is exchanged while an order is open."""

from dataclasses import replace

import pytest

from examples.versioning import after, before, steps
from flowy.decider.run import WorkflowRun
from flowy.errors import NondeterminismError
from flowy.task import scanner
from flowy.testing import Environment


def definition(module):
    (found,) = scanner.scan_workflows([module])
    return found


def replayed(module, events, execution):
    """Return what the code of a module decides for a history, as its decider would."""
    run = WorkflowRun(definition(module), execution)
    try:
        return run.feed(events)
    finally:
        run.close()


def test_new_orders_go_by_the_new_rules():
    with Environment(after, steps) as environment:
        assert environment.run(after.Order) == ["check", "pay", "ship", "write"]


def history_of(module, seconds):
    with Environment(module, steps) as environment:
        execution = environment.start("versions.order")
        environment.advance(seconds)
        return environment.history(execution), execution


def test_an_order_that_has_paid_goes_on_by_the_old_rules_until_the_next_change():
    events, execution = history_of(before, 2 * steps.DAY)
    shipped = [event for event in events if type(event).__name__ == "ActivityTaskCompleted"]
    assert len(shipped) == 2
    until = events.index(shipped[1]) + 3  # the decision that sees that it is shipped
    decided = replayed(after, events[:until], execution).decisions
    assert [type(one).__name__ for one in decided] == ["RecordMarker", "ScheduleActivityTask"]
    assert "write" in decided[1].attributes.input


def test_without_a_version_the_change_would_be_refused():
    events, execution = history_of(before, 60)
    careless = type(
        "Careless",
        (before.Order,),
        {"run": lambda self: [self.step("check").result(), self.step("pay").result()]},
    )
    run = WorkflowRun(replace(definition(before), factory=careless), execution)
    with pytest.raises(NondeterminismError):
        run.feed(events)
    run.close()
