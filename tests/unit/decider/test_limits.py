"""What SWF takes no more of is split, waits, or fails with its reason; nothing repeats for ever."""

import asyncio
import json
import logging

import msgspec
import pytest

from flowy.decider.limits import Limits
from flowy.decider.refusals import TIMES
from flowy.errors import NondeterminismError, StaleRunError, TaskError
from flowy.protocol import decisions
from flowy.protocol.events import child, lambda_, workflow
from flowy.swf.task import ActivityProxy, LambdaProxy, WorkflowProxy
from flowy.task import Workflow
from tests.unit.decider.simulator import RECORDERS, Simulator, definition, ids


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    sub = WorkflowProxy("Sub", 1, retry=0)
    function = LambdaProxy("resize", retry=0)


class Fans(Proxies):
    async def run(self, count, text=""):
        return sum(await asyncio.gather(*(self.act(number, text) for number in range(count))))


def check_replays(s):
    """Check that each prefix of a history gives the decisions that were made."""
    for size, answer in zip(s.batches, s.answers, strict=True):
        assert s.new_run().feed(s.events[:size]) == answer
    if s.closed:
        assert s.new_run().feed(s.events).decisions == ()


# Decisions of one answer


class Draws(Proxies):
    values = iter(())

    async def run(self):
        calls = [self.act(number) for number in range(4)]
        calls.append(self.act(self.side_effect(lambda: next(self.values))))
        calls.append(self.act(self.side_effect(lambda: next(self.values))))
        return sum(await asyncio.gather(*calls))


class GoesBy(Proxies):
    versions = 2, 3

    async def run(self):
        calls = [self.act(number) for number in range(4)]
        calls.append(self.act(self.version("change", *self.versions)))
        return sum(await asyncio.gather(*calls))


def drive(s, run=None):
    while not s.closed:
        s.decide(run)
        for id in list(s.timers):
            s.fire(id)
        for id in list(s.activities):
            s.complete(id, 1)


@pytest.mark.parametrize("feeding", ["warm", "cold"])
@pytest.mark.parametrize("at", range(2, 11))
def test_facts_that_a_cut_answer_did_not_hold_are_had_anew_by_who_lost_the_run(at, feeding):
    for cls in (type("Draws", (Draws,), {"values": iter(range(100))}), GoesBy):
        s = Simulator(cls)
        s.limits = Limits(decisions=at)
        drive(s, s.new_run() if feeding == "warm" else None)
        assert [type(one).__name__ for one in s.answers[-1].decisions] == [
            "CompleteWorkflowExecution"
        ]
        details = [one.attributes.details for one in s.events if "Marker" in type(one).__name__]
        assert len(details) == len(set(details)) == (2 if issubclass(cls, Draws) else 1)
        assert s.new_run().feed(s.events).decisions == ()


@pytest.mark.parametrize(
    ("cls", "other"),
    [
        (type("First", (Draws,), {"values": iter(range(10))}), {"values": iter(range(50, 60))}),
        (GoesBy, {"versions": (1, 2)}),
    ],
)
def test_a_kept_run_is_stale_when_another_one_had_the_facts_that_it_did_not_send(cls, other):
    s = Simulator(cls)
    s.limits = Limits(decisions=4)
    kept = s.new_run()
    s.decide(kept)
    own, s.definition = s.definition, definition(type("Other", (cls,), other))
    s.fire("flowy.more-3")
    s.decide()
    s.definition = own
    s.complete("0", 1)
    s.start_decision()
    with pytest.raises(StaleRunError, match="another run"):
        kept.feed(s.events)


def test_a_side_effect_before_the_cut_that_history_does_not_have_is_a_mismatch():
    s = Simulator(Fans, 5)
    s.limits = Limits(decisions=4)
    s.decide()
    s.fire("flowy.more-3")
    s.start_decision()

    class Changed(Fans):
        async def run(self, count):
            self.side_effect(lambda: 1)
            return await super().run(count)

    s.definition = definition(Changed)
    with pytest.raises(NondeterminismError, match="side effect 0"):
        s.new_run().feed(s.events)


class Tells(Proxies):
    async def run(self, count):
        for number in range(count):
            self.send_signal(f"other-{number}", "go")
        drawn = [self.side_effect(lambda number=number: number) for number in range(count)]
        return await self.act(drawn)


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("at", range(2, 9))
def test_what_comes_of_a_decision_at_once_is_none_of_a_cut_answer(monkeypatch, at, arrives):
    def send(s, attributes, completed):
        Simulator.signal_external(s, attributes, completed)
        s.deliver(attributes.workflow_id, arrives)

    monkeypatch.setitem(RECORDERS, decisions.SignalExternalWorkflowExecution, send)
    s = Simulator(Tells, 3)
    s.limits = Limits(decisions=at)
    drive(s)
    check_replays(s)


@pytest.mark.parametrize("feeding", ["warm", "cold"])
def test_an_answer_is_split_and_the_rest_comes_at_once(feeding):
    s = Simulator(Fans, 7)
    s.limits = Limits(decisions=4)
    run = s.new_run() if feeding == "warm" else None
    assert ids(s.decide(run)) == ["#0", "#1", "#2", "timer flowy.more-3 0s"]
    s.fire("flowy.more-3")
    assert ids(s.decide(run)) == ["#3", "#4", "#5", "#6"]
    for id in list(s.activities):
        s.complete(id, 1)
    assert ids(s.decide(run)) == ["complete 7"]
    check_replays(s)


def test_an_answer_that_was_split_is_replayed_whatever_the_limit_is_today():
    s = Simulator(Fans, 7)
    s.limits = Limits(decisions=3)
    while not s.closed:
        s.decide()
        for id in list(s.timers):
            s.fire(id)
        for id in list(s.activities):
            s.complete(id, 1)
    for today in (Limits(), Limits(decisions=2), Limits(decisions=5)):
        s.limits = today
        assert s.new_run().feed(s.events).decisions == ()


def test_an_answer_that_was_not_split_is_replayed_under_a_limit():
    s = Simulator(Fans, 7)
    s.decide()
    for id in list(s.activities):
        s.complete(id, 1)
    s.decide()
    s.limits = Limits(decisions=2)
    assert s.new_run().feed(s.events).decisions == ()


def test_an_answer_is_split_by_its_bytes_as_they_are_sent():
    s = Simulator(Fans, 100, '"' * 10_000)
    total, rounds = 0, 0
    while len(s.activities) < 100:
        answer = s.decide()
        size = len(msgspec.json.encode(answer.decisions))
        assert size < 1_048_576
        total, rounds = total + size, rounds + 1
        for id in list(s.timers):
            s.fire(id)
    assert rounds == 5
    assert total > 4_000_000
    check_replays(s)


def test_what_was_kept_for_later_can_be_taken_back():
    class Changes(Proxies):
        async def run(self):
            calls = [self.act(number) for number in range(5)]
            await calls[0]
            calls[4].cancel()
            calls[1].cancel()
            return await asyncio.gather(*calls, return_exceptions=True) and "over"

    s = Simulator(Changes)
    s.limits = Limits(decisions=3)
    assert ids(s.decide()) == ["#0", "#1", "timer flowy.more-3 0s"]
    s.complete("0")
    assert ids(s.decide()) == ["#2", "#3", "cancel #1"]
    check_replays(s)


def test_a_close_comes_last_when_what_goes_before_it_is_split():
    class Leaves(Proxies):
        def run(self):
            with self.options(abandon=True):
                for number in range(4):
                    self.act(number)
            return "left"

    s = Simulator(Leaves)
    s.limits = Limits(decisions=3)
    first = s.decide()
    assert ids(first) == ["#0", "#1", "timer flowy.more-3 0s"]
    assert not first.closes
    s.fire("flowy.more-3")
    assert ids(s.decide()) == ["#2", "#3", 'complete "left"']
    check_replays(s)


# Limits of what is open


class Opens(Proxies):
    async def run(self, kind, count):
        asks = {
            "activity": self.act,
            "child": self.sub,
            "lambda": self.function,
            "timer": lambda number: self.sleep(number + 1),
        }
        return len(await asyncio.gather(*(asks[kind](number) for number in range(count))))


CAUSES = {
    "activity": "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
    "child": "OPEN_CHILDREN_LIMIT_EXCEEDED",
    "lambda": "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED",
    "timer": "OPEN_TIMERS_LIMIT_EXCEEDED",
}


def open_of(s, kind):
    names = {"activity": "activities", "child": "children", "lambda": "functions"}
    return getattr(s, names.get(kind, "timers"))


def end_first(s, kind):
    id = next(iter(open_of(s, kind)))
    match kind:
        case "activity":
            s.complete(id, 1)
        case "child":
            s.close_child(id, child.ChildWorkflowExecutionCompleted, result="1")
        case "lambda":
            s.end_function(id, lambda_.LambdaFunctionCompleted, result="1")
        case "timer":
            s.fire(id)


@pytest.mark.parametrize("kind", list(CAUSES))
def test_what_is_over_a_limit_of_the_service_waits_for_a_place(kind):
    s = Simulator(Opens, kind, 30)
    s.refuses = lambda what: CAUSES[kind] if what == kind and len(open_of(s, kind)) >= 5 else None
    run = s.new_run()
    rounds = 0
    s.decide(run)
    assert len(open_of(s, kind)) == 5
    while not s.closed:
        rounds += 1
        assert rounds < 60
        if not s.woken():
            end_first(s, kind)
        s.decide(run)
    assert ids(s.answers[-1]) == ["complete 30"]
    refused = sum("Failed" in type(event).__name__ for event in s.events)
    assert refused < 30 - 5 + 10
    check_replays(s)


@pytest.mark.parametrize(
    ("kind", "cause", "again"),
    [
        ("activity", "ACTIVITY_CREATION_RATE_EXCEEDED", 3),
        ("child", "CHILD_CREATION_RATE_EXCEEDED", 3),
        ("child", "OPEN_WORKFLOWS_LIMIT_EXCEEDED", 1),
        ("lambda", "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED", 3),
    ],
)
def test_what_is_over_a_rate_is_asked_for_again_after_one_pause_for_all(kind, cause, again):
    s = Simulator(Opens, kind, 3)
    s.refuses = lambda what: cause if what == kind else None
    s.decide()
    first = ids(s.decide())
    assert first[-1] == "timer flowy.again-1 1s"
    s.refuses = lambda what: None
    s.fire("flowy.again-1")
    assert len(s.decide().decisions) == again
    assert len(open_of(s, kind)) == again
    check_replays(s)


def test_a_limit_that_is_met_during_a_pause_does_not_end_the_pause():
    s = Simulator(Opens, "activity", 3)
    causes = ["OPEN_ACTIVITIES_LIMIT_EXCEEDED", "ACTIVITY_CREATION_RATE_EXCEEDED"]
    s.refuses = lambda what: causes.pop() if what == "activity" and causes else None
    s.decide()
    assert ids(s.decide()) == ["timer flowy.again-1 1s"]
    s.complete("2", 1)
    assert ids(s.decide()) == []
    s.fire("flowy.again-1")
    assert ids(s.decide()) == ["#0"]
    s.complete("0", 1)
    assert ids(s.decide()) == ["#1"]
    check_replays(s)


def test_what_is_cancelled_before_its_refusal_is_heard_of_ends_as_cancelled():
    class Cancels(Proxies):
        async def run(self):
            with self.options(cancellation="wait"):
                first, second = self.act(), self.act()
            try:
                await first
            except TaskError:
                second.cancel()
            try:
                await second
            except asyncio.CancelledError:
                return "cancelled"

    s = Simulator(Cancels)
    causes = ["ACTIVITY_CREATION_RATE_EXCEEDED", "ACTIVITY_TYPE_DOES_NOT_EXIST"]
    s.refuses = lambda what: causes.pop() if what == "activity" and causes else None
    s.decide()
    assert ids(s.decide())[-1] == 'complete "cancelled"'
    check_replays(s)


def test_pauses_grow_and_end_with_the_cause():
    class Asks(Proxies):
        async def run(self):
            try:
                await self.act()
            except TaskError as error:
                return error.cause

    s = Simulator(Asks)
    s.refuses = lambda what: "ACTIVITY_CREATION_RATE_EXCEEDED" if what == "activity" else None
    pauses = []
    s.decide()
    while not s.closed:
        for one in s.decide().decisions:
            if hasattr(one.attributes, "start_to_fire_timeout"):
                pauses.append(int(one.attributes.start_to_fire_timeout))
        for id in list(s.timers):
            s.fire(id)
            s.decide()
    assert ids(s.answers[-1]) == ['complete "ACTIVITY_CREATION_RATE_EXCEEDED"']
    assert pauses[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert len(pauses) == TIMES
    check_replays(s)


@pytest.mark.parametrize("way", ["sleep", "asyncio", "delay"])
def test_a_timer_that_is_refused_for_now_never_ends_at_once(way):
    class Sleeps(Proxies):
        async def run(self):
            if way == "sleep":
                await self.sleep(60)
            elif way == "asyncio":
                await asyncio.sleep(60)
            else:
                with self.options(delay=60):
                    await self.act()
            return "slept"

    s = Simulator(Sleeps)
    left = [3]

    def refuses(what):
        left[0] -= what == "timer"
        return "TIMER_CREATION_RATE_EXCEEDED" if left[0] >= 0 and what == "timer" else None

    s.refuses = refuses
    for _ in range(4):
        assert ids(s.decide()) == ["timer 0 60s"]
    s.fire("0")
    s.decide()
    check_replays(s)


@pytest.mark.parametrize("way", ["sleep", "asyncio", "delay"])
def test_a_timer_that_is_refused_for_good_fails_with_its_cause(way):
    class Sleeps(Proxies):
        async def run(self):
            if way == "sleep":
                await self.sleep(60)
            elif way == "asyncio":
                await asyncio.sleep(60)
            else:
                with self.options(delay=60):
                    await self.act()

    s = Simulator(Sleeps)
    s.refuses = lambda what: "OPERATION_NOT_PERMITTED" if what == "timer" else None
    s.decide()
    assert ids(s.decide()) == ["fail timer 0 was not started: OPERATION_NOT_PERMITTED"]


def test_a_signal_over_a_rate_is_sent_again():
    class Tells(Proxies):
        async def run(self):
            await self.send_signal("other", "hello", 1)
            return "told"

    s = Simulator(Tells)
    s.refuses = lambda what: (
        "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED" if what == "signal" else None
    )
    s.decide()
    assert ids(s.decide()) == ["timer flowy.again-1 1s"]
    s.refuses = lambda what: None
    s.fire("flowy.again-1")
    assert ids(s.decide()) == ["signal other hello 1"]
    s.deliver("other")
    assert ids(s.decide()) == ['complete "told"']
    check_replays(s)


def test_a_cancel_request_to_a_child_over_a_rate_is_sent_again():
    class Cancels(Proxies):
        async def run(self):
            with self.options(cancellation="wait"):
                found = self.sub()
            await found.started
            found.cancel()
            await found

    s = Simulator(Cancels)
    s.decide()
    (workflow_id,) = s.children
    s.start_child_run(workflow_id)
    s.refuses = lambda what: (
        "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED" if what == "cancel" else None
    )
    assert ids(s.decide()) == ["cancel child 0"]
    assert ids(s.decide()) == ["timer flowy.again-1 1s"]
    s.refuses = lambda what: None
    s.fire("flowy.again-1")
    assert ids(s.decide()) == ["cancel child 0"]
    check_replays(s)


# Closing


@pytest.mark.parametrize("cause", ["WORKFLOW_TYPE_DEPRECATED", "OPERATION_NOT_PERMITTED"])
def test_a_restart_that_the_service_will_never_take_fails_the_execution(cause):
    class Restarts(Proxies):
        def run(self):
            self.restart()

    s = Simulator(Restarts)
    causes = [cause]
    s.refuses = lambda what: causes.pop() if what == "close" and causes else None
    s.decide()
    (answer,) = ids(s.decide())
    assert answer == f"fail the service refuses to close the execution (ContinueAsNew): {cause}"
    check_replays(s)


def test_a_restart_over_a_rate_waits():
    class Restarts(Proxies):
        def run(self):
            self.restart()

    s = Simulator(Restarts)
    causes = ["CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED"]
    s.refuses = lambda what: causes.pop() if what == "close" and causes else None
    s.decide()
    assert ids(s.decide()) == ["timer flowy.again-1 1s"]
    s.fire("flowy.again-1")
    assert ids(s.decide()) == ["restart [[],{}]"]
    check_replays(s)


def test_an_execution_that_may_not_be_closed_is_left_open(caplog):
    class Ends(Proxies):
        def run(self):
            return 1

    s = Simulator(Ends)
    s.refuses = lambda what: "OPERATION_NOT_PERMITTED" if what == "close" else None
    assert ids(s.decide()) == ["complete 1"]
    assert ids(s.decide())[0].startswith("fail the service refuses to close")
    assert ids(s.decide()) == []
    assert "cannot be closed" in caplog.text
    check_replays(s)


# The history


class Loops(Proxies):
    async def run(self):
        while True:
            await self.act()


def test_an_execution_fails_with_a_reason_before_the_service_terminates_it(caplog):
    s = Simulator(Loops)
    s.limits = Limits(events=1_000)
    run = s.new_run()
    with caplog.at_level(logging.WARNING):
        while not s.closed:
            s.decide(run)
            for id in list(s.activities):
                s.complete(id)
    failed = s.events[-1]
    assert isinstance(failed, workflow.WorkflowExecutionFailed)
    assert "of the 1,000 events that the service takes: continue as new" in failed.attributes.reason
    assert json.loads(failed.attributes.details)["type"] == "flowy.errors.HistoryTooLong"
    assert 880 < failed.event_id < 910
    assert len([one for one in caplog.records if "continue as new in time" in one.message]) == 1
    check_replays(s)


def test_an_execution_may_still_close_when_its_history_is_nearly_full():
    class Ends(Proxies):
        async def run(self):
            for _ in range(48):
                await self.act()
            return "in time"

    s = Simulator(Ends)
    s.limits = Limits(events=400)
    while not s.closed:
        s.decide()
        for id in list(s.activities):
            s.complete(id)
    assert ids(s.answers[-1]) == ['complete "in time"']
