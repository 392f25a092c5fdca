"""Replies that come too late, or to the wrong place."""

import pytest

from flowy.protocol.ids import ExecutionId, TypeId
from flowy.service.domain import messages
from flowy.service.domain.delivery import deliver

OTHER = ExecutionId(workflow_id="o", run_id="run9")
FLOW = TypeId(name="flow", version="1")


@pytest.fixture
def outcome(world, ask):
    world.start("o")
    world.decide(ask("CompleteWorkflowExecution"), run_id="run1")
    return world.histories["run1"][-1]


@pytest.mark.parametrize(
    ("message_class", "members"),
    [
        (messages.CancelRequestDelivered, {"receiver": OTHER}),
        (messages.CancelRequestRefused, {}),
        (messages.ChildClosed, {"child": OTHER, "workflow_type": FLOW, "outcome": None}),
        (messages.ChildStarted, {"child": OTHER, "workflow_type": FLOW}),
        (messages.ChildStartFailed, {"cause": "WORKFLOW_ALREADY_RUNNING"}),
        (messages.SignalDelivered, {"receiver": OTHER}),
        (messages.SignalRefused, {}),
    ],
)
@pytest.mark.parametrize("is_open", [True, False])
def test_a_reply_about_something_that_is_over_changes_nothing(
    world, outcome, message_class, members, is_open
):
    run_id = world.start("w")
    members = {**members, "outcome": outcome} if "outcome" in members else members
    message = message_class(workflow_id="w", run_id=run_id, initiated_event_id=99, **members)
    change = deliver(world.states[run_id] if is_open else None, message, world.context)
    assert (change.events, change.messages, change.queued) == ((), (), ())


def test_every_message_has_a_rule(world):
    world.start("w")
    for message_class in messages.Message.__subclasses__():
        message = message_class(
            workflow_id="w",
            **{
                name: value
                for name, value in {
                    "initiated_event_id": 99,
                    "new_run_id": "run9",
                    "settings": world.histories["run1"][0].attributes,
                    "child": OTHER,
                    "receiver": OTHER,
                    "sender": OTHER,
                    "parent": OTHER,
                    "workflow_type": FLOW,
                    "outcome": world.histories["run1"][0],
                    "policy": "TERMINATE",
                    "cause": "WORKFLOW_ALREADY_RUNNING",
                    "signal_name": "s",
                }.items()
                if name in message_class.__struct_fields__
            },
        )
        deliver(world.states["run1"], message, world.context)
        deliver(None, message, world.context)
