"""Retry policies: failures and timeouts are tried again after durable pauses."""

import json

import pytest

from flowy.errors import DefinitionError
from flowy.protocol.events import child
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import RetryPolicy, TaskError, Workflow
from tests.unit.decider.simulator import Simulator, ids


def flow(policy: RetryPolicy) -> type[Workflow]:
    class Tries(Workflow):
        act = ActivityProxy("Act", 1, retry=policy)

        def run(self):
            return self.act()

    return Tries


def details(type_name: str, **extra: float) -> str:
    return json.dumps({"type": type_name, "message": "", "traceback": "", **extra})


STEADY = RetryPolicy(attempts=3, delay=10, jitter=0)


def test_a_failure_is_tried_again_after_growing_pauses():
    s = Simulator(flow(STEADY))
    run = s.new_run()
    found = []
    for attempt, pause in [("0", "1"), ("2", "3")]:
        found += ids(s.decide(run))
        s.fail(attempt, "no disk")
        found += ids(s.decide(run))
        s.fire(pause)
    found += ids(s.decide(run))
    assert found == ["#0", "timer 1 10s", "#2", "timer 3 20s", "#4"]
    s.fail("4", "no disk")
    assert ids(s.decide(run)) == ["fail no disk"]
    assert s.new_run().feed(s.events).decisions == ()


def test_a_later_attempt_may_succeed():
    s = Simulator(flow(STEADY))
    s.decide()
    s.time_out("0", "HEARTBEAT")
    s.decide()
    s.fire("1")
    s.decide()
    s.complete("2", "done")
    assert ids(s.decide()) == ['complete "done"']


@pytest.mark.parametrize(
    ("settings", "type_name", "again"),
    [
        ({}, "builtins.ValueError", True),
        ({}, None, True),
        ({"give_up_on": ("ValueError",)}, "builtins.ValueError", False),
        ({"give_up_on": ("shop.NoStock",)}, "shop.NoStock", False),
        ({"give_up_on": ("shop.NoStock",)}, "other.NoStock", True),
        ({"retry_on": ("OSError",)}, "builtins.OSError", True),
        ({"retry_on": ("OSError",)}, "builtins.ValueError", False),
        ({"retry_on": ("OSError",)}, "builtins.FileNotFoundError", True),
        ({"retry_on": (OSError,)}, "builtins.FileNotFoundError", True),
        ({"retry_on": ("OSError",)}, None, False),
        ({"retry_on": ("START_TO_CLOSE",)}, None, False),
    ],
)
def test_the_kind_of_failure_decides(settings, type_name, again):
    s = Simulator(flow(RetryPolicy(**settings)))
    s.decide()
    s.fail("0", "no", None if type_name is None else details(type_name))
    (answer,) = ids(s.decide())
    assert answer.startswith("timer" if again else "fail")


@pytest.mark.parametrize(("kind", "again"), [("START_TO_CLOSE", True), ("HEARTBEAT", False)])
def test_the_kind_of_timeout_decides(kind, again):
    s = Simulator(flow(RetryPolicy(give_up_on=("HEARTBEAT",))))
    s.decide()
    s.time_out("0", kind)
    (answer,) = ids(s.decide())
    assert answer.startswith("timer" if again else "fail")


def test_an_activity_may_name_the_pause():
    s = Simulator(flow(STEADY))
    s.decide()
    s.fail("0", "busy", details("flowy.errors.RetryAfter", retry_after=41.5))
    assert ids(s.decide()) == ["timer 1 42s"]


def test_no_attempt_begins_after_the_time_is_up():
    s = Simulator(flow(RetryPolicy(maximum_elapsed=60, delay=50, jitter=0)))
    s.decide()
    s.fail("0")
    assert ids(s.decide()) == ["timer 1 50s"]
    s.clock += 50
    s.fire("1")
    s.decide()
    s.fail("2")
    assert ids(s.decide()) == ["fail broken"]


def test_children_are_tried_again_with_another_id():
    class Tries(Workflow):
        sub = WorkflowProxy("Sub", 1, retry=STEADY)

        async def run(self):
            return await self.sub()

    s = Simulator(Tries)
    s.decide()
    (workflow_id,) = s.children
    s.close_child(workflow_id, child.ChildWorkflowExecutionFailed, reason="broken")
    assert ids(s.decide()) == ["timer 1 10s"]
    s.fire("1")
    assert ids(s.decide()) == ["child 2"]


def test_cancelling_stops_the_trying():
    class Cancels(Workflow):
        act = ActivityProxy("Act", 1, retry=STEADY)

        async def run(self):
            task = self.act()
            try:
                await self.sleep(1)
                await task
            except TaskError:
                return "never"
            finally:
                task.cancel()

    s = Simulator(Cancels)
    s.decide()
    s.fail("0")
    assert ids(s.decide()) == ["timer 1 10s"]


def test_jitter_is_the_same_in_every_replay():
    s = Simulator(flow(RetryPolicy(delay=1000, jitter=1)))
    run = s.new_run()
    s.decide(run)
    s.fail("0")
    warm = s.decide(run)
    assert s.new_run().feed(s.events[: s.batches[-1]]) == warm


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"attempts": 2.5},
        {"delay": -1},
        {"delay": float("nan")},
        {"delay": float("inf")},
        {"backoff": 0},
        {"jitter": 2},
        {"maximum_delay": -5},
        {"maximum_elapsed": float("nan")},
    ],
)
def test_a_policy_that_can_never_work_is_refused(wrong):
    with pytest.raises(DefinitionError, match="a retry policy"):
        RetryPolicy(**wrong)


def test_a_pause_is_never_longer_than_a_timer_can_be():
    class Tries(Workflow):
        act = ActivityProxy("Act", 1, retry=RetryPolicy(delay=1e30, maximum_delay=None, jitter=0))

        async def run(self):
            await self.act()

    s = Simulator(Tries)
    s.decide()
    s.fail("0")
    assert ids(s.decide()) == ["timer 1 31536000s"]
