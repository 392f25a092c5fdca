"""Ids of attempts: they tell workers the call, and histories of before still replay."""

from msgspec.structs import replace

from flowy.errors import HandedBack
from flowy.protocol.events import activity
from flowy.swf.task import ActivityProxy
from flowy.task import RetryPolicy, Workflow
from flowy.transport.attempt import number_of
from flowy.transport.failure import HANDED_BACK, describe
from tests.unit.decider.simulator import Simulator, ids


def flow(**options):
    class Tries(Workflow):
        act = ActivityProxy("Act", 1, **options)

        async def run(self):
            first = self.act()
            second = self.act(2)
            return [await first, await second]

    return Tries


def activity_ids(events):
    return [
        event.attributes.activity_id
        for event in events
        if isinstance(event, activity.ActivityTaskScheduled)
    ]


def as_before(events):
    """Return a history with the ids that it had before they told of attempts."""
    return [
        replace(
            event,
            attributes=replace(
                event.attributes, activity_id=number_of(event.attributes.activity_id)
            ),
        )
        if hasattr(event.attributes, "activity_id")
        else event
        for event in events
    ]


def test_attempts_after_the_first_name_the_first():
    s = Simulator(flow(retry=2))
    s.decide()
    s.time_out("0", "HEARTBEAT")
    s.decide()
    s.time_out("3", "HEARTBEAT")
    s.decide()
    s.time_out("1", "HEARTBEAT")
    s.decide()
    assert activity_ids(s.events) == ["0", "3", "1~0.2", "4~3.2", "2~0.3"]


def test_a_heartbeat_that_only_the_call_gives_stands_in_the_id():
    s = Simulator(flow(heartbeat=30, retry=RetryPolicy(attempts=2, delay=0)))
    s.decide()
    s.fail("0")
    s.decide()
    assert activity_ids(s.events) == ["0~0.1.30", "3~3.1.30", "2~0.2.30"]


def test_a_history_of_before_replays():
    s = Simulator(flow(heartbeat=30, retry=2))
    s.decide()
    s.time_out("0", "HEARTBEAT")
    s.decide()
    s.complete("1", "a")
    s.decide()
    s.complete("3", "b")
    s.events = as_before(s.events)
    assert ids(s.decide()) == ['complete ["a","b"]']


def test_a_cancel_request_uses_the_id_that_the_history_has():
    class Cancels(Workflow):
        act = ActivityProxy("Act", 1, retry=1)

        async def run(self):
            task = self.act()
            await self.sleep(5)
            task.cancel()

    s = Simulator(Cancels)
    s.decide()
    s.time_out("0", "HEARTBEAT")
    s.decide()
    s.events = as_before(s.events)
    s.fire("2")
    assert ids(s.decide())[0] == "cancel #1"
    requested = [e for e in s.events if isinstance(e, activity.ActivityTaskCancelRequested)]
    assert [event.attributes.activity_id for event in requested] == ["1"]


def test_an_activity_that_was_handed_back_is_scheduled_anew_and_counts_as_the_same_attempt():
    s = Simulator(flow(retry=0))
    run = s.new_run()
    s.decide(run)
    reason, details = describe(HandedBack("the worker leaves"))
    assert HANDED_BACK in details
    s.fail("0", reason, details)
    s.decide(run)
    assert activity_ids(s.events) == ["0", "1", "2~0.1"]
    s.complete("2", "a")
    s.complete("1", "b")
    assert ids(s.decide()) == ['complete ["a","b"]']
    assert s.new_run().feed(s.events).decisions == ()
