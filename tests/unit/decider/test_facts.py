"""Time, chance, side effects and versions: the same in every replay."""

import contextlib
import itertools
import json

import pytest

from flowy.errors import NondeterminismError, SideEffectFailed
from flowy.swf.task import ActivityProxy
from flowy.task import Signal, Workflow
from flowy.transport.registered import register_failure
from tests.unit.decider.simulator import Simulator, ids


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)


def play(cls, feeding):
    """Run a workflow of two activities to its close, warm or cold."""
    s = Simulator(cls)
    kept = s.new_run()
    while not s.closed:
        s.decide(kept if feeding == "warm" else None)
        for activity_id in list(s.activities):
            s.complete(activity_id, activity_id)
    assert s.new_run().feed(s.events).decisions == ()
    return s


@pytest.mark.parametrize("feeding", ["warm", "cold"])
def test_a_side_effect_happens_once(feeding):
    counter = itertools.count()

    class Effects(Proxies):
        def run(self):
            first = self.side_effect(lambda: next(counter))
            self.act().result()
            second = self.side_effect(lambda: next(counter))
            self.act().result()
            return [first, second]

    s = play(Effects, feeding)
    assert ids(s.answers[-1]) == ["complete [0,1]"]
    assert next(counter) == 2


@register_failure
class EmptyError(Exception):
    pass


@pytest.mark.parametrize("feeding", ["warm", "cold"])
def test_a_side_effect_that_fails_fails_the_same_in_every_replay(feeding):
    called = []

    class Effects(Proxies):
        def run(self):
            found = []
            for error in (ZeroDivisionError("none"), EmptyError("nothing"), None):
                try:
                    self.side_effect(lambda error=error: self.fail(error))
                except EmptyError as failed:
                    found.append(f"empty {failed}")
                except SideEffectFailed as failed:
                    found.append(f"{failed} {failed.type} {failed.__cause__!r}")
                self.act().result()
            return found

        def fail(self, error):
            called.append(error)
            if error is None:
                return called.append  # cannot travel
            raise error

    s = play(Effects, feeding)
    (closing,) = s.answers[-1].decisions
    zero, empty, unfit = json.loads(closing.attributes.result)
    assert zero == (
        "none builtins.ZeroDivisionError RemoteError('builtins.ZeroDivisionError: none')"
    )
    assert empty == "empty nothing"
    assert "the value of side effect 2 cannot be sent as JSON" in unfit
    assert len(called) == 3


@pytest.mark.parametrize("feeding", ["warm", "cold"])
@pytest.mark.parametrize(
    "asks",
    [
        lambda flow: flow.act(1),
        lambda flow: flow.random.random(),
        lambda flow: flow.uuid4(),
        lambda flow: flow.sleep(5),
        lambda flow: flow.marker("mark", 1),
        lambda flow: flow.side_effect(lambda: 1),
        lambda flow: flow.version("change", 1, 2),
        lambda flow: flow.send_signal("other", "go", 1),
        lambda flow: flow.restart(),
        lambda flow: flow.go.get(),
    ],
)
def test_a_side_effect_that_asks_for_something_of_the_workflow_is_refused(asks, feeding):
    class Effects(Proxies):
        go = Signal()

        def run(self):
            with pytest.raises(SideEffectFailed, match="the function of a side effect asks for"):
                self.side_effect(lambda: asks(self))
            return [self.act().result(), self.random.random()]

    s = play(Effects, feeding)
    assert ids(s.answers[0])[1:] == ["#0"]
    assert ids(s.answers[-1])[0].startswith('complete ["0",')


def test_a_side_effect_of_a_lost_decision_happens_again():
    counter = itertools.count()

    class Effects(Proxies):
        def run(self):
            return self.side_effect(lambda: next(counter))

    s = Simulator(Effects)
    s.lose_decision(s.new_run())
    assert ids(s.decide())[-1] == "complete 1"


def test_a_side_effect_that_history_does_not_have_is_found():
    class Old(Proxies):
        def run(self):
            self.act().result()
            self.act().result()

    class New(Proxies):
        def run(self):
            self.act().result()
            with contextlib.suppress(Exception):  # code that swallows it cannot hide it
                self.side_effect(lambda: 1)
            self.act().result()

    s = play(Old, "warm")
    s.definition = Simulator(New).definition
    with pytest.raises(NondeterminismError, match="asks for side effect 0"):
        s.new_run().feed(s.events)


class V0(Proxies):
    def run(self):
        self.act("one").result()
        return self.act("two").result()


class V1(Proxies):
    def run(self):
        self.act("one").result()
        if self.version("three, not two", 1, 2) == 2:
            return self.act("three").result()
        return self.act("two").result()


class V2(Proxies):
    def run(self):
        self.act("one").result()
        self.version("three, not two", 2, 2)
        return self.act("three").result()


def replay_as(cls, s):
    s.definition = Simulator(cls).definition
    return s.new_run()


@pytest.mark.parametrize("feeding", ["warm", "cold"])
def test_new_runs_go_by_the_newest_version(feeding):
    s = play(V1, feeding)
    found = [one for answer in s.answers for one in ids(answer)]
    assert found == [
        "#0",
        'marker flowy.version {"change":"three, not two","version":2}',
        "#1",
        'complete "1"',
    ]
    assert replay_as(V2, s).feed(s.events).decisions == ()


def test_runs_that_came_by_before_the_change_go_by_the_oldest():
    s = play(V0, "warm")
    assert replay_as(V1, s).feed(s.events).decisions == ()


def test_a_run_before_the_change_that_has_not_come_by_goes_by_the_newest():
    s = Simulator(V0)
    s.decide()
    s.complete("0")
    run = replay_as(V1, s)
    assert ids(s.decide(run))[-1] == "#1"
    assert '"three"' in s.activities["1"].attributes.input


def test_a_version_that_the_code_has_no_more_is_found():
    s = play(V0, "warm")
    with pytest.raises(NondeterminismError, match="goes by version 1"):
        replay_as(V2, s).feed(s.events)


class V3(Proxies):
    """The change is everywhere, and the code does not ask about it any more."""

    def run(self):
        self.act("one").result()
        return self.act("three").result()


@pytest.mark.parametrize("feeding", ["warm", "cold"])
def test_the_question_may_go_once_no_run_goes_by_the_old_version(feeding):
    s = play(V1, feeding)
    assert replay_as(V3, s).feed(s.events).decisions == ()


def test_a_run_that_goes_by_the_old_version_is_found_when_the_question_is_gone():
    s = play(V0, "warm")
    with pytest.raises(NondeterminismError, match="two"):
        replay_as(V3, s).feed(s.events)


@pytest.mark.parametrize("feeding", ["warm", "cold"])
def test_time_and_chance_are_the_same_in_every_replay(feeding):
    class Asks(Proxies):
        def run(self):
            found = [self.now(), self.random.random(), str(self.uuid4())]
            self.act(found).result()
            self.act([self.now(), self.random.random(), str(self.uuid4())]).result()

    s = play(Asks, feeding)
    inputs = [e.attributes.input for e in s.events if hasattr(e.attributes, "activity_id")]
    assert inputs[0] != inputs[1]


def test_code_can_tell_that_it_is_replayed():
    seen = []

    class Looks(Proxies):
        def run(self):
            seen.append(self.is_replaying)
            self.act().result()
            seen.append(self.is_replaying)

    s = Simulator(Looks)
    s.decide()
    s.complete("0")
    s.decide()
    assert seen == [False, True, False]


def test_the_execution_context_is_shown_until_it_changes():
    class Shows(Proxies):
        def run(self):
            self.set_execution_context({"done": 0})
            self.act().result()
            self.set_execution_context({"done": 1})

    s = Simulator(Shows)
    assert s.decide().execution_context == '{"done":0}'
    s.complete("0")
    assert s.decide().execution_context == '{"done":1}'
