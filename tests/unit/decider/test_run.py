"""What workflow code may do, and what becomes of it."""

import asyncio
import json

import pytest

from flowy.errors import NondeterminismError, StaleRunError
from flowy.protocol.events import activity, child, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import TaskError, Workflow
from tests.noise import noise
from tests.unit.decider.simulator import Simulator, ids


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    sub = WorkflowProxy("Sub", 1, retry=0)


# The end of a run


def test_a_forgotten_task_is_waited_for():
    class Forgets(Proxies):
        def run(self):
            self.act()
            return 1

    s = Simulator(Forgets)
    assert ids(s.decide()) == ["#0"]
    s.complete("0")
    assert ids(s.decide()) == ["complete 1"]


def test_a_task_that_a_forgotten_task_leads_to_is_waited_for():
    class Forgets(Proxies):
        def run(self):
            self.act(self.act())

    s = Simulator(Forgets)
    assert ids(s.decide()) == ["#0"]
    s.complete("0")
    assert ids(s.decide()) == ["#1"]
    s.complete("1")
    assert ids(s.decide()) == ["complete null"]


def test_returning_from_an_abandoning_block_waits_for_nothing():
    class Abandons(Proxies):
        def run(self):
            self.act()
            with self.abandon():
                return 1

    assert ids(Simulator(Abandons).decide()) == ["#0", "complete 1"]


def test_going_on_after_an_abandoning_block_waits_again():
    class GoesOn(Proxies):
        def run(self):
            with self.abandon():
                pass
            self.act()
            return 1

    assert ids(Simulator(GoesOn).decide()) == ["#0"]


def test_an_abandoned_call_is_not_waited_for():
    class Abandons(Proxies):
        log = ActivityProxy("Log", 1, abandon=True)

        def run(self):
            self.log("hello")

    assert ids(Simulator(Abandons).decide()) == ["#0", "complete null"]


def test_results_are_returned_from_any_depth():
    class Returns(Proxies):
        async def run(self):
            return {"a": [self.act(), (self.act(),)]}

    s = Simulator(Returns)
    s.decide()
    s.complete("1", "second")
    assert ids(s.decide()) == []
    s.complete("0", "first")
    assert ids(s.decide()) == ['complete {"a":["first",["second"]]}']


def test_a_failure_that_nobody_looked_at_fails_the_workflow():
    class Ignores(Proxies):
        def run(self):
            self.act()
            return "fine"

    s = Simulator(Ignores)
    s.decide()
    s.fail("0", "disk full")
    assert ids(s.decide()) == ["fail disk full"]


def test_a_failure_that_may_be_ignored_does_not():
    class Ignores(Proxies):
        def run(self):
            with self.options(error_handling=True):
                self.act()
            return "fine"

    s = Simulator(Ignores)
    s.decide()
    s.fail("0", "disk full")
    assert ids(s.decide()) == ['complete "fine"']


def test_failing_drops_what_else_was_asked_for():
    class Fails(Proxies):
        def run(self):
            self.act()
            raise ValueError("no")

    assert ids(Simulator(Fails).decide()) == ["fail no"]


def test_a_failure_tells_type_message_and_place():
    class Fails(Workflow):
        def run(self):
            raise ValueError("no such order")

    attributes = Simulator(Fails).decide().decisions[0].attributes
    details = json.loads(attributes.details)
    assert attributes.reason == "no such order"
    assert details["type"] == "builtins.ValueError"
    assert 'raise ValueError("no such order")' in details["traceback"]


def test_a_remote_failure_shows_both_sides():
    class Looks(Proxies):
        def run(self):
            try:
                self.act().result()
            except TaskError as error:
                return [error.reason, *error.__notes__]

    s = Simulator(Looks)
    s.decide()
    details = json.dumps(
        {"type": "OSError", "message": "full", "traceback": "File disk.py, line 3"}
    )
    s.fail("0", "full", details)
    (answer,) = ids(s.decide())
    assert "full" in answer
    assert "disk.py, line 3" in answer


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("{", "is not JSON"),
        ('{"a": 1}', "is not [args, kwargs]"),
        ("[[1, 2], {}]", "takes"),
        ('[[], {"nobody": 1}]', "nobody"),
    ],
)
def test_an_input_that_does_not_fit_fails_the_workflow(raw, message):
    class Takes(Workflow):
        def run(self, one):
            return one

    (found,) = ids(Simulator(Takes, raw=raw).decide())
    assert found.startswith("fail ")
    assert message in found


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "the result of Returns cannot be sent as JSON"),
        (float("nan"), "nan"),
        (noise(60_000), "SWF takes 32,768"),
        ({1, 2}, "a set has no order"),
    ],
)
def test_a_result_that_cannot_travel_fails_the_workflow(value, message):
    class Returns(Workflow):
        def run(self):
            return value

    (found,) = ids(Simulator(Returns).decide())
    assert found.startswith("fail ")
    assert message in found


def test_an_argument_that_cannot_travel_is_named():
    class Sends(Proxies):
        def run(self):
            self.act(1, picture=noise(60_000))

    (found,) = ids(Simulator(Sends).decide())
    assert "argument picture of Act 1 has 60,002 characters" in found


def test_leaving_the_interpreter_fails_the_workflow_only():
    class Exits(Workflow):
        def run(self):
            raise SystemExit(3)

    (found,) = ids(Simulator(Exits).decide())
    assert found.startswith("fail the workflow's code exits the interpreter")


def test_a_close_that_missed_an_event_is_asked_for_again():
    class Ends(Workflow):
        def run(self):
            return 1

    s = Simulator(Ends)
    run = s.new_run()
    signal = {"signal_name": "hello"}
    s.decide(run, lambda: s.add(workflow.WorkflowExecutionSignaled, **signal))
    assert not s.closed
    assert ids(s.decide(run)) == ["complete 1"]
    assert s.new_run().feed(s.events).decisions == ()


# Restart


def test_restart_continues_as_new_with_the_same_settings():
    class Restarts(Proxies):
        def run(self, n):
            self.act()
            self.restart(n + 1, keep=True)

    s = Simulator(Restarts, 1)
    (decision,) = s.decide().decisions
    attributes = decision.attributes
    assert attributes.input == '[[2],{"keep":true}]'
    assert attributes.tag_list == ("a", "b")
    assert attributes.execution_start_to_close_timeout == "3600"
    assert attributes.task_start_to_close_timeout == "60"
    assert attributes.task_list.name == "deciders"
    assert attributes.child_policy == "TERMINATE"
    assert s.new_run().feed(s.events).decisions == ()


# Time


def test_asyncio_sleep_is_a_durable_timer():
    class Sleeps(Workflow):
        async def run(self):
            await asyncio.sleep(86_400.5)
            return self.now()

    s = Simulator(Sleeps)
    assert ids(s.decide()) == ["timer 0 86401s"]
    s.fire("0")
    (found,) = ids(s.decide())
    assert found == f"complete {s.events[s.batches[-1] - 1].event_timestamp}"


def test_wait_for_stops_the_timer_that_it_no_longer_needs():
    class Waits(Proxies):
        async def run(self):
            return await asyncio.wait_for(self.act(), 60)

    s = Simulator(Waits)
    assert ids(s.decide()) == ["#0", "timer 1 60s"]
    s.complete("0", "in time")
    assert ids(s.decide()) == ["cancel timer 1", 'complete "in time"']


def test_wait_for_cancels_the_task_that_takes_too_long():
    class Waits(Proxies):
        async def run(self):
            try:
                await asyncio.wait_for(self.act(), 60)
            except TimeoutError:
                return "late"

    s = Simulator(Waits)
    s.decide()
    s.fire("1")
    assert ids(s.decide()) == ["cancel #0", 'complete "late"']


def test_a_timer_that_is_not_needed_any_more_is_never_started():
    class Waits(Proxies):
        async def run(self):
            done = asyncio.get_running_loop().create_future()
            done.set_result(1)
            async with asyncio.timeout(60):
                await done
            return 1

    assert ids(Simulator(Waits).decide()) == ["complete 1"]


# Cancellation


def test_a_cancel_request_cancels_the_run():
    class Waits(Proxies):
        def run(self):
            self.act().result()

    s = Simulator(Waits)
    s.decide()
    s.add(workflow.WorkflowExecutionCancelRequested)
    assert ids(s.decide()) == ["cancel #0", "cancel"]


def test_a_cancel_request_can_be_answered_with_cleanup():
    class CleansUp(Proxies):
        async def run(self):
            try:
                await self.act("work")
            except asyncio.CancelledError:
                await self.act("clean up")
                return "clean"

    s = Simulator(CleansUp)
    s.decide()
    s.add(workflow.WorkflowExecutionCancelRequested)
    assert ids(s.decide()) == ["cancel #0", "#1"]
    s.complete("1")
    assert ids(s.decide()) == ['complete "clean"']


def test_a_cancelled_activity_is_a_task_error():
    class Handles(Proxies):
        def run(self):
            try:
                self.act().result()
            except TaskError as error:
                return type(error).__name__

    s = Simulator(Handles)
    s.decide()
    s.cancel("0")
    assert ids(s.decide()) == ['complete "TaskCanceled"']


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (child.ChildWorkflowExecutionCanceled, "TaskCanceled"),
        (child.ChildWorkflowExecutionTerminated, "TaskTerminated"),
        (child.ChildWorkflowExecutionFailed, "ChildFailed"),
    ],
)
def test_every_way_a_child_can_end_is_an_error_of_its_kind(event, name):
    class Handles(Proxies):
        async def run(self):
            try:
                await self.sub()
            except TaskError as error:
                return type(error).__name__

    s = Simulator(Handles)
    s.decide()
    (workflow_id,) = s.children
    s.close_child(workflow_id, event)
    assert ids(s.decide()) == [f'complete "{name}"']


def test_a_type_that_does_not_exist_is_a_task_error():
    class Handles(Proxies):
        def run(self):
            try:
                self.act().result()
            except TaskError as error:
                return f"{type(error).__name__}: {error}"

    s = Simulator(Handles)
    run = s.new_run()
    started = s.start_decision()
    run.feed(s.events)
    s.record((), started)
    s.add(
        activity.ScheduleActivityTaskFailed,
        activity_type=Proxies.act.task_id,
        activity_id="0",
        cause="ACTIVITY_TYPE_DOES_NOT_EXIST",
        decision_task_completed_event_id=len(s.events),
    )
    expected = (
        'complete "TaskNotScheduled: activity Act 1 (#0) was not scheduled: '
        'ACTIVITY_TYPE_DOES_NOT_EXIST"'
    )
    assert ids(s.decide(run)) == [expected]
    assert s.new_run().feed(s.events).decisions == ()


# Bounds


def test_tasks_over_the_bound_start_as_others_end():
    class Fans(Proxies):
        async def run(self):
            return await asyncio.gather(*(self.act(n) for n in range(5)))

    s = Simulator(Fans, max_open_tasks=2)
    assert ids(s.decide()) == ["#0", "#1"]
    s.complete("1", 1)
    assert ids(s.decide()) == ["#2"]
    s.complete("0", 0)
    s.complete("2", 2)
    assert ids(s.decide()) == ["#3", "#4"]
    s.complete("4", 4)
    s.complete("3", 3)
    assert ids(s.decide()) == ["complete [0,1,2,3,4]"]


# What history does not bear


class V1(Proxies):
    def run(self):
        self.act("one").result()
        return self.act("two").result()


def history_of(cls) -> Simulator:
    s = Simulator(cls)
    s.decide()
    s.complete("0")
    s.decide()
    s.complete("1")
    s.start_decision()
    return s


def replay_as(cls, s: Simulator):
    s.definition = Simulator(cls).definition
    return s.new_run().feed(s.events)


def test_another_argument_is_named():
    class V2(Proxies):
        def run(self):
            self.act("one").result()
            return self.act("three").result()

    with pytest.raises(NondeterminismError) as caught:
        replay_as(V2, history_of(V1))
    message = str(caught.value)
    assert message.startswith("event 11: history has ScheduleActivityTask(activity_id=1")
    assert '[["two"],{}]' in message
    assert '[["three"],{}]' in message


def test_another_type_is_named():
    class V2(Proxies):
        other = ActivityProxy("Other", 1, retry=0)

        def run(self):
            return self.other("one").result()

    with pytest.raises(NondeterminismError, match=r"history has .*Act 1.* code asks for .*Other 1"):
        replay_as(V2, history_of(V1))


def test_asking_for_less_is_named():
    class V2(Proxies):
        def run(self):
            return "done"

    with pytest.raises(NondeterminismError, match=r"history has .*the code asks for Complete"):
        replay_as(V2, history_of(V1))


def test_asking_for_more_is_named():
    class V2(Proxies):
        def run(self):
            self.act("one")
            self.act("more")
            return self.act("two").result()

    with pytest.raises(NondeterminismError, match=r"the code asks for .*more.*history has nothing"):
        replay_as(V2, history_of(V1))


def test_other_timeouts_are_no_other_code():
    class V2(Proxies):
        def run(self):
            with self.options(start_to_close=7, task_list="elsewhere"):
                self.act("one").result()
            return self.act("two").result()

    assert ids(replay_as(V2, history_of(V1))) == ["complete null"]


def test_the_same_json_in_other_words_is_no_other_code():
    s = history_of(V1)
    old = next(e for e in s.events if isinstance(e, activity.ActivityTaskScheduled))
    spaced = activity.ActivityTaskScheduledAttributes(
        **{name: getattr(old.attributes, name) for name in old.attributes.__struct_fields__}
        | {"input": '[ ["one"], { } ]'}
    )
    s.events[old.event_id - 1] = activity.ActivityTaskScheduled(
        event_id=old.event_id, event_timestamp=old.event_timestamp, attributes=spaced
    )
    assert ids(s.new_run().feed(s.events)) == ["complete null"]


def test_a_kept_run_that_lost_its_decision_says_so():
    s = Simulator(V1)
    run = s.new_run()
    s.lose_decision(run)
    s.start_decision()
    with pytest.raises(StaleRunError, match="timed out"):
        run.feed(s.events)


def test_a_kept_run_that_missed_events_says_so():
    s = Simulator(V1)
    run = s.new_run()
    s.decide(run)
    s.complete("0")
    s.decide()
    s.complete("1")
    s.start_decision()
    with pytest.raises(StaleRunError, match="goes on at event 11"):
        run.feed(s.events[10:])


def test_an_event_of_an_unknown_type_leaves_a_gap_that_does_not_matter():
    class Ends(Proxies):
        def run(self):
            return self.act()

    s = Simulator(Ends)
    run = s.new_run()
    s.decide(run)
    s.add(workflow.WorkflowExecutionSignaled, signal_name="stands for an unknown type")
    gap = s.events[-1].event_id
    s.complete("0", 1)
    s.start_decision()
    known = [event for event in s.events if event.event_id != gap]
    assert ids(run.feed(known[3:])) == ["complete 1"]
    assert ids(s.new_run().feed(known)) == ["complete 1"]


# What cannot work


@pytest.mark.parametrize(
    "offend",
    [
        lambda: asyncio.to_thread(print),
        lambda: asyncio.open_connection("127.0.0.1", 1),
        lambda: asyncio.create_subprocess_exec("true"),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_what_to_do(offend):
    class Offends(Workflow):
        async def run(self):
            await offend()

    (found,) = ids(Simulator(Offends).decide())
    assert "do it in an activity" in found


def test_result_in_an_async_run_says_to_await():
    class Forgets(Proxies):
        async def run(self):
            return self.act().result()

    (found,) = ids(Simulator(Forgets).decide())
    assert "await it" in found


# Dropping a run


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_a_dropped_run_runs_its_finally_blocks_and_asks_for_nothing(kind):
    seen = []

    class Plain(Proxies):
        def run(self):
            try:
                self.act().result()
            finally:
                seen.append("finally")
                self.act("too late")

    class Async(Proxies):
        async def run(self):
            try:
                await self.act()
            finally:
                seen.append("finally")
                await self.act("too late")

    s = Simulator(Plain if kind == "plain" else Async)
    run = s.new_run()
    s.decide(run)
    run.close()
    assert seen == ["finally"]


def test_code_that_catches_everything_cannot_hold_a_dropped_run():
    class Stubborn(Proxies):
        def run(self):
            while True:
                try:
                    self.act().result()
                except BaseException:  # noqa: BLE001
                    continue

    s = Simulator(Stubborn)
    run = s.new_run()
    s.decide(run)
    run.close()
