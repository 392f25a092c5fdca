"""Where in the code a replay parts from its history, for every kind of code."""

import pytest

from flowy.decider.replay import Replayed, SteppedRun, replay
from flowy.errors import NondeterminismError, StaleRunError
from flowy.protocol.events.decision import DecisionTaskStarted
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task.workflow import Workflow
from tests.unit.decider.simulator import EXECUTION, Simulator, definition


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    child = WorkflowProxy("Child", 1, retry=0)


class Chain(Proxies):
    def run(self):
        self.act("one").result()
        return self.act("two").result()


def chain_history(closed=False):
    s = Simulator(Chain)
    s.decide()
    s.complete("0")
    s.decide()
    if closed:
        s.complete("1")
        s.decide()
    return s


def line_of(function, words):
    """Return the place of the line of a function that has those words."""
    import inspect

    lines, first = inspect.getsourcelines(function)
    (offset,) = [number for number, line in enumerate(lines) if words in line]
    return f"{__file__}:{first + offset} in {function.__qualname__}"


def parted(cls, s):
    with pytest.raises(NondeterminismError) as caught:
        replay(definition(cls), EXECUTION, s.events)
    return caught.value


@pytest.mark.parametrize("closed", [False, True])
def test_the_code_that_wrote_a_history_replays_it(closed):
    s = chain_history(closed)
    done = replay(s.definition, EXECUTION, s.events)
    assert done == Replayed(len(s.events), 3 if closed else 2)


def test_a_changed_argument_names_event_history_code_and_line():
    class V2(Proxies):
        def run(self):
            self.act("one").result()
            return self.act("three").result()

    error = parted(V2, chain_history())
    assert error.event_id == 11
    assert '[["two"],{}]' in error.recorded
    assert error.place == line_of(V2.run, '"three"')
    assert f'[["three"],{{}}]) at {error.place}' in str(error)


def test_an_async_helper_is_named_and_not_its_caller():
    class V2(Proxies):
        async def run(self):
            await self.act("one")
            return await self.step()

        async def step(self):
            return await self.act("three")

    error = parted(V2, chain_history())
    assert error.place == line_of(V2.step, '"three"')


def test_a_call_whose_arguments_came_later_is_named_by_its_own_line():
    class V2(Proxies):
        def run(self):
            first = self.act("one")
            second = self.act(first)
            third = self.act("sooner")
            return [second, third]

    s = Simulator(V2)
    s.decide()
    s.complete("0", "a")
    s.decide()

    class V3(Proxies):
        def run(self):
            first = self.act("one")
            second = self.act([first])
            third = self.act("sooner")
            return [second, third]

    assert parted(V3, s).place == line_of(V3.run, "[first]")


def test_a_child_of_another_type_is_named():
    class V1(Proxies):
        def run(self):
            return self.child(1).result()

    s = Simulator(V1)
    s.decide()

    class V2(Proxies):
        other = WorkflowProxy("Other", 1, retry=0)

        def run(self):
            return self.other(1).result()

    assert parted(V2, s).place == line_of(V2.run, "self.other(1)")


def test_asking_for_more_in_the_last_decision_is_found_in_an_open_history():
    class V2(Proxies):
        def run(self):
            self.act("one").result()
            self.act("two")
            self.act("more")

    error = parted(V2, chain_history())
    assert error.recorded is None
    assert error.place == line_of(V2.run, '"more"')


def test_a_history_that_goes_on_elsewhere_is_not_held_to_its_end():
    class V2(Proxies):
        def run(self):
            self.act("one").result()
            self.act("two")
            self.act("more")

    events = chain_history().events
    assert replay(definition(V2), EXECUTION, events, is_whole=False).decisions == 2


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_code_that_asks_for_nothing_is_named_by_where_it_waits(colour):
    class Sync(Proxies):
        def run(self):
            self.act("one").result()
            return self.next_signal()

        def next_signal(self):
            return self._scheduler.next_signal("go").result()  # waits

    class Async(Proxies):
        async def run(self):
            await self.act("one")
            return await self.next_signal()

        async def next_signal(self):
            return await self._scheduler.next_signal("go")  # waits

    cls = {"sync": Sync, "async": Async}[colour]
    error = parted(cls, chain_history())
    assert error.asked is None
    assert error.place == line_of(cls.next_signal, "# waits")


def test_code_that_ended_too_early_is_named_by_its_run():
    class V2(Proxies):
        def run(self):
            return self.act("one").result()

    assert parted(V2, chain_history()).place == line_of(V2.run, "def run")


def test_a_version_that_is_gone_names_the_line_that_asks_for_it():
    class V1(Proxies):
        def run(self):
            self.version("change", 1, 1)
            return self.act("one").result()

    s = Simulator(V1)
    s.decide()

    class V2(Proxies):
        def run(self):
            self.version("change", 2, 3)
            return self.act("one").result()

    error = parted(V2, s)
    assert line_of(V2.run, "self.version") in str(error)


def test_a_history_without_its_start_is_refused():
    s = chain_history()
    with pytest.raises(StaleRunError):
        replay(s.definition, EXECUTION, s.events[2:])


@pytest.mark.parametrize("end", ["started", "timed out"])
def test_a_decision_without_an_answer_is_left_alone(end):
    called = []

    class Effects(Proxies):
        def run(self):
            self.act("one").result()
            self.side_effect(lambda: called.append(1))

    s = Simulator(Effects)
    s.decide()
    s.complete("0")
    if end == "timed out":
        s.lose_decision(s.new_run())
        s.lose_decision(s.new_run())
        called.clear()
    else:
        s.start_decision()
    assert replay(s.definition, EXECUTION, s.events).decisions == 1
    assert called == []


def test_code_that_goes_by_chance_is_said_to_do_so():
    answers = iter(["two", "three", "two", "two"])

    class Moody(Proxies):
        def run(self):
            self.act("one").result()
            return self.act(next(answers)).result()

    s = Simulator(Moody)
    s.decide()
    s.complete("0")
    s.decide()
    assert "a second replay went another way" in str(parted(Moody, s))


def test_a_stepped_run_tells_each_event_before_the_code_sees_it():
    s = chain_history(closed=True)
    told = []
    run = SteppedRun(s.definition, EXECUTION, told.append)
    run.feed(s.events)
    assert [type(event).__name__ for event in told] == ["ActivityTaskCompleted"] * 2


# The decision that nobody has answered


def held_history(cls, *, lost=1):
    """Return a history whose second decision was started, perhaps more than once, and is open."""
    s = Simulator(cls)
    s.decide()
    s.complete("0")
    for _ in range(lost):
        s.lose_decision(s.new_run())
    s.start_decision()
    return s


class Waits(Proxies):
    def run(self):
        self.act("one").result()
        self.act("two").result()


class Changed(Proxies):
    def run(self):
        self.act("one").result()
        self.version("stock", 2, 2)


@pytest.mark.parametrize("lost", [0, 2])
def test_a_held_execution_is_found_in_the_decision_that_nobody_answered(lost):
    class Began(Proxies):
        def run(self):
            self.version("stock", 1, 1)
            self.act("one").result()

    s = held_history(Began, lost=lost)

    class Ended(Proxies):
        def run(self):
            self.version("stock", 1, 1)
            self.act("one").result()
            self.version("stock", 2, 2)

    error = parted(Ended, s)
    started = [event.event_id for event in s.events if type(event) is DecisionTaskStarted][-1]
    assert "this run goes by version 1 of 'stock'" in str(error)
    assert f"in the decision that event {started} started" in str(error)
    assert error.place == line_of(Ended.run, '"stock", 2, 2')
    assert replay(definition(Began), EXECUTION, s.events).decisions == 1


def test_an_open_decision_that_the_code_can_make_is_followed():
    s = held_history(Waits)
    assert replay(definition(Waits), EXECUTION, s.events) == Replayed(len(s.events), 1)
    assert replay(definition(Changed), EXECUTION, s.events) == Replayed(len(s.events), 1)


def test_a_decision_in_a_history_that_goes_on_elsewhere_is_not_looked_at():
    class Raises(Proxies):
        def run(self):
            self.act("one").result()
            self._scheduler.facts.diverges_by(NondeterminismError("a clock"))

    s = held_history(Waits)
    replay(definition(Raises), EXECUTION, s.events, is_whole=False)
    assert "a clock" in str(parted(Raises, s))


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_open_decision_is_not_taken_past_a_side_effect_that_has_not_happened(asynchronous):
    happened = []

    class Effects(Proxies):
        def go_on(self):
            self.side_effect(lambda: happened.append(1))
            self._scheduler.facts.diverges_by(NondeterminismError("a clock"))

        def run(self):
            self.act("one").result()
            self.go_on()

    class Async(Effects):
        async def run(self):
            await self.act("one")
            self.go_on()

    s = held_history(Waits)
    replay(definition(Async if asynchronous else Effects), EXECUTION, s.events)
    assert happened == []


def test_an_error_before_such_a_side_effect_counts():
    class Effects(Proxies):
        def run(self):
            self.act("one").result()
            self._scheduler.facts.diverges_by(NondeterminismError("a clock"))
            self.side_effect(lambda: 1)

    assert "a clock" in str(parted(Effects, held_history(Waits)))


def test_a_side_effect_that_has_happened_is_passed():
    class Effects(Proxies):
        def run(self):
            value = self.side_effect(lambda: 7)
            self.act(value).result()
            assert self.side_effect(lambda: 7) == 7

    s = held_history(Effects)
    assert replay(s.definition, EXECUTION, s.events).decisions == 1
