"""wait, first, as_completed, map, parallel_reduce and branches, in plain and async code alike."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import flowy
from flowy.errors import MapFailedError
from flowy.protocol.events import workflow
from flowy.swf.task import ActivityProxy
from flowy.task import Workflow
from tests.unit.decider.simulator import Simulator, ids


@flowy.activity("weigh", 1, "things")
def weigh(thing):
    return thing


@flowy.activity("Weigh", 1, "things")
class Weigh(flowy.Activity):
    pass


class Acts(Workflow):
    act = ActivityProxy("Act", 1)
    quiet = ActivityProxy("Act", 1, error_handling=True)


def both(plain, coroutine):
    """The same workflow in both colours."""
    return [
        pytest.param(type("Plain", (Acts,), {"run": plain}), id="plain"),
        pytest.param(type("Async", (Acts,), {"run": coroutine}), id="async"),
    ]


def decide(simulator, run=None):
    """Return what a decision asks for; a cold run must ask for the same as a kept one."""
    size = len(simulator.events) + 2
    answer = simulator.decide(run)
    if run is not None:
        assert simulator.new_run().feed(simulator.events[:size]) == answer
    return ids(answer)


def play(cls, *args, ends=(), **settings):
    """Begin, let activities end one a decision, and return all that was decided."""
    simulator = Simulator(cls, *args, **settings)
    run = simulator.new_run()
    found = [decide(simulator, run)]
    for end in ends:
        end(simulator)
        found.append(decide(simulator, run))
    return found


def done(id, value=None):
    return lambda simulator: simulator.complete(str(id), value)


def failed(id, reason="broken"):
    return lambda simulator: simulator.fail(str(id), reason)


def asked_to_cancel(simulator):
    simulator.add(workflow.WorkflowExecutionCancelRequested)


# wait


def wait_plain(self, when, seconds):
    calls = [self.quiet(number) for number in range(3)]
    done, pending = flowy.wait(calls, return_when=when, timeout=seconds).result()
    return [[calls.index(one) for one in part] for part in (done, pending)]


async def wait_async(self, when, seconds):
    calls = [self.quiet(number) for number in range(3)]
    done, pending = await flowy.wait(*calls, return_when=when, timeout=seconds)
    with self.abandon():
        return [[calls.index(one) for one in part] for part in (done, pending)]


WAITS = both(wait_plain, wait_async)


@pytest.mark.parametrize("cls", WAITS)
def test_wait_gives_what_is_done_and_what_is_not_and_raises_nothing(cls):
    found = play(cls, "ALL_COMPLETED", None, ends=[done(8), failed(0), done(4)])
    assert found == [["#0", "#4", "#8"], [], [], ["complete [[0,1,2],[]]"]]


@pytest.mark.parametrize("cls", WAITS[1:])
def test_wait_returns_at_the_first_or_at_the_first_failure(cls):
    assert play(cls, "FIRST_COMPLETED", None, ends=[done(4)])[-1] == ["complete [[1],[0,2]]"]
    found = play(cls, "FIRST_EXCEPTION", None, ends=[done(4), failed(0)])
    assert found[1:] == [[], ["complete [[0,1],[2]]"]]


@pytest.mark.parametrize("cls", WAITS[1:])
def test_wait_waits_no_longer_than_it_is_told(cls):
    found = play(cls, "ALL_COMPLETED", 30, ends=[done(4), lambda s: s.fire("12")])
    assert found == [["#0", "#4", "#8", "timer 12 30s"], [], ["complete [[1],[0,2]]"]]


@pytest.mark.parametrize("cls", WAITS)
def test_a_wait_that_ends_in_time_stops_its_timer(cls):
    found = play(cls, "ALL_COMPLETED", 30, ends=[done(4), done(0), done(8)])
    assert found[-1] == ["cancel timer 12", "complete [[0,1,2],[]]"]


# first


def first_plain(self, options):
    calls = [self.quiet(number) for number in range(2)]
    try:
        return flowy.first(calls, **options).result()
    except (flowy.TaskError, TimeoutError) as error:
        return f"{type(error).__name__} {error}"


async def first_async(self, options):
    calls = [self.quiet(number) for number in range(2)]
    try:
        return await flowy.first(*calls, **options)
    except (flowy.TaskError, TimeoutError) as error:
        return f"{type(error).__name__} {error}"


FIRSTS = both(first_plain, first_async)


@pytest.mark.parametrize("cls", FIRSTS)
def test_first_gives_what_comes_first_and_cancels_the_others(cls):
    found = play(cls, {}, ends=[done(4, "b")])
    assert found == [["#0", "#4"], ["cancel #0", 'complete "b"']]


@pytest.mark.parametrize("cls", FIRSTS)
def test_first_leaves_the_others_when_told_so(cls):
    found = play(cls, {"cancel": False}, ends=[done(4, "b"), done(0, "a")])
    assert found[1:] == [[], ['complete "b"']]


@pytest.mark.parametrize("cls", FIRSTS)
def test_a_failure_that_comes_first_is_raised(cls):
    assert play(cls, {}, ends=[failed(0)])[1] == ["cancel #4", 'complete "ActivityFailed broken"']


@pytest.mark.parametrize("cls", FIRSTS)
def test_first_passes_over_failures_while_another_can_succeed(cls):
    found = play(cls, {"successful": True}, ends=[failed(0), done(4, "b")])
    assert found[1:] == [[], ['complete "b"']]
    found = play(cls, {"successful": True}, ends=[failed(0, "one"), failed(4, "two")])
    assert found[1:] == [[], ['complete "ActivityFailed two"']]


@pytest.mark.parametrize("cls", FIRSTS)
def test_first_gives_up_after_its_timeout(cls):
    found = play(cls, {"timeout": 9}, ends=[lambda s: s.fire("8")])
    assert found[0] == ["#0", "#4", "timer 8 9s"]
    assert found[1] == ["cancel #0", "cancel #4", 'complete "TimeoutError "']


# as_completed


def completed_plain(self, count):
    calls = [self.quiet(number) for number in range(count)]
    return [calls.index(result) for result in flowy.as_completed(calls)]


async def completed_async(self, count):
    calls = [self.quiet(number) for number in range(count)]
    return [calls.index(result) async for result in flowy.as_completed(calls)]


@pytest.mark.parametrize("cls", both(completed_plain, completed_async))
@given(order=st.permutations(range(4)), at_once=st.booleans())
def test_as_completed_gives_results_in_the_order_of_the_history(cls, order, at_once):
    each = [done(4 * number) for number in order]
    ends = [lambda simulator: [end(simulator) for end in each]] if at_once else each
    shown = json.dumps(order, separators=(",", ":"))
    assert play(cls, 4, ends=ends)[-1] == [f"complete {shown}"]


def test_a_plain_for_in_async_code_says_what_to_use():
    class Wrong(Acts):
        async def run(self):
            for _ in flowy.as_completed(self.act(1)):
                pass

    assert play(Wrong) == [["fail in an async def run, go through it with async for"]]


def test_as_completed_takes_coroutines_too():
    class Coroutines(Acts):
        async def one(self, number):
            return await self.act(number)

        async def run(self):
            parts = [self.one(number) for number in range(3)]
            return [part.result() async for part in flowy.as_completed(parts)]

    found = play(Coroutines, ends=[done(8, "c"), done(0, "a"), done(4, "b")])
    assert found[-1] == ['complete ["c","a","b"]']


# map


def map_plain(self, items, options):
    try:
        return flowy.map(self.act, items, **options).result()
    except MapFailedError as error:
        return f"{error} <- {error.__cause__} {[one.status for one in error.outcome.items]}"


async def map_async(self, items, options):
    async def one(item):
        return await self.act(item)

    try:
        return await flowy.map(one, items, **options)
    except MapFailedError as error:
        return f"{error} <- {error.__cause__} {[one.status for one in error.outcome.items]}"


def map_branch(self, items, options):
    try:
        return flowy.map(lambda item: self.act(item).result(), items, **options)
    except MapFailedError:
        raise AssertionError("it is raised by the result") from None


MAPS = both(map_plain, map_async)


@pytest.mark.parametrize("cls", [*MAPS, type("Branchy", (Acts,), {"run": map_branch})])
def test_map_gives_the_values_in_the_order_of_the_items(cls):
    found = play(cls, [7, 8, 9], {}, ends=[done(8, "c"), done(0, "a"), done(4, "b")])
    assert found == [["#0", "#4", "#8"], [], [], ['complete ["a","b","c"]']]


@pytest.mark.parametrize("cls", MAPS)
def test_map_has_no_more_in_progress_than_it_may(cls):
    ends = [done(4), done(0), done(8), done(12)]
    found = play(cls, [1, 2, 3, 4], {"max_concurrency": 2}, ends=ends)
    assert found[:-1] == [["#0", "#4"], ["#8"], ["#12"], []]


@pytest.mark.parametrize("cls", MAPS)
def test_a_failure_that_is_not_tolerated_cancels_the_rest_of_a_map(cls):
    (begun, end) = play(cls, [1, 2, 3], {"max_concurrency": 2}, ends=[failed(4, "bad")])
    assert begun == ["#0", "#4"]
    assert end[0] == "cancel #0"
    assert "1 of 3 items failed; the first of them is item 1: bad <- bad" in end[1]
    assert "['cancelled', 'failed', 'cancelled']" in end[1]


@pytest.mark.parametrize("cls", MAPS)
@pytest.mark.parametrize("tolerate", [1, 0.34])
def test_map_tolerates_a_count_or_a_share_of_failures(cls, tolerate):
    found = play(cls, [1, 2, 3], {"tolerate": tolerate}, ends=[failed(0), done(8, 3), done(4, 2)])
    assert found[-1] == ["complete [2,3]"]
    found = play(cls, [1, 2, 3], {"tolerate": tolerate}, ends=[failed(0), failed(8)])
    assert "2 of 3 items failed" in found[-1][1]


@pytest.mark.parametrize("cls", MAPS)
def test_map_is_content_with_enough_successes(cls):
    options = {"min_successful": 2}
    found = play(cls, [1, 2, 3, 4], options, ends=[failed(0), done(8, 3), done(4, 2)])
    assert found[-1] == ["cancel #12", "complete [2,3]"]
    ends = [failed(0), failed(4), failed(8)]
    assert "3 of 4 items failed" in play(cls, [1, 2, 3, 4], options, ends=ends)[-1][1]


@pytest.mark.parametrize("cls", MAPS)
def test_a_map_of_nothing_is_done(cls):
    assert play(cls, [], {}) == [["complete []"]]
    assert "1 successes are wanted of 0" in play(cls, [], {"min_successful": 1})[0][0]


def test_the_outcome_lists_successes_failures_and_what_was_not_needed():
    class Listing(Acts):
        def run(self):
            options = {"min_successful": 1, "max_concurrency": 2}
            outcome = flowy.map(self.act, "abcd", range(4), **options).result()
            self.found = outcome
            parts = outcome.successes, outcome.failures, outcome.cancelled
            return [[(one.index, one.item, str(one.error)) for one in part] for part in parts]

    found = play(Listing, ends=[failed(0, "no"), done(4)])
    said = json.loads(found[-1][-1].removeprefix("complete "))
    assert said == [
        [[1, ["b", 1], "None"]],
        [[0, ["a", 0], "no"]],
        [[2, ["c", 2], "None"], [3, ["d", 3], "None"]],
    ]


def test_a_map_is_an_argument_and_a_result():
    class Passed(Acts):
        def run(self):
            self.act(flowy.map(self.act, [1, 2]))
            return flowy.map(self.act, [3])

    simulator = Simulator(Passed)
    assert ids(simulator.decide()) == ["#4", "#8", "#12"]
    simulator.complete("4", "x")
    simulator.complete("8", "y")
    assert ids(simulator.decide()) == ["#0"]
    (scheduled,) = simulator.answers[-1].decisions
    assert scheduled.attributes.input == '[[["x","y"]],{}]'
    simulator.complete("12", 3)
    simulator.complete("0")
    assert ids(simulator.decide()) == ["complete [3]"]


def test_an_argument_that_cannot_travel_is_that_items_failure():
    class Unfit(Acts):
        def run(self):
            outcome = flowy.map(self.act, [1, object()], tolerate=1).result()
            return [str(one.error) for one in outcome.failures]

    assert "argument 1 of Act 1" in play(Unfit, ends=[done(0)])[-1][0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_concurrency": 0}, "max_concurrency is a whole number from 1 on, not 0"),
        ({"max_concurrency": 1.5}, "max_concurrency is a whole number"),
        ({"tolerate": 1.5}, "share is a float from 0.0 to 1.0, not 1.5"),
        ({"tolerate": -1}, "tolerate is a whole number from 0 on"),
        ({"tolerate": True}, "tolerate is a whole number"),
        ({"min_successful": 0}, "min_successful is a whole number from 1 on"),
    ],
)
def test_a_bound_that_is_none_is_named(options, message):
    assert message in play(MAPS[0].values[0], [1], options)[0][0]


# parallel_reduce


def reduce_plain(self, values, commutative):
    values = [self.act(value) if value % 2 else str(value) for value in values]
    return flowy.parallel_reduce(self.act, values, commutative=commutative).result()


async def reduce_async(self, values, commutative):
    async def merge(left, right):
        return await self.act(left, right)

    values = [self.act(value) if value % 2 else str(value) for value in values]
    return await flowy.parallel_reduce(merge, values, commutative=commutative)


REDUCES = both(reduce_plain, reduce_async)


def concatenate(simulator, id):
    """End an activity of a reduction: with its argument, or its two arguments joined."""
    (args, _kwargs) = json.loads(simulator.activities[id].attributes.input)
    simulator.complete(id, "".join(map(str, args)))


@pytest.mark.parametrize("cls", REDUCES)
@given(values=st.lists(st.integers(0, 9), min_size=1, max_size=7), data=st.data())
def test_a_reduction_keeps_the_order_of_the_values_whatever_comes_first(cls, values, data):
    simulator = Simulator(cls, values, False)
    run = simulator.new_run()
    decide(simulator, run)
    while not simulator.closed:
        for _ in range(data.draw(st.integers(1, 2))):
            if simulator.activities:
                concatenate(simulator, data.draw(st.sampled_from(list(simulator.activities))))
        decide(simulator, run)
    assert ids(simulator.answers[-1]) == [f'complete "{"".join(map(str, values))}"']


@pytest.mark.parametrize("cls", REDUCES)
def test_a_commutative_reduction_combines_any_two(cls):
    found = play(cls, [1, 3, 5], True, ends=[done(0, "a"), done(8, "c")])
    assert found == [["#0", "#4", "#8"], [], ["#12"]]
    found = play(cls, [1, 3, 5], False, ends=[done(0, "a"), done(8, "c"), done(4, "b")])
    assert found == [["#0", "#4", "#8"], [], [], ["#12"]]


@pytest.mark.parametrize("cls", REDUCES)
def test_a_failure_ends_a_reduction_and_cancels_what_it_waits_for(cls):
    assert play(cls, [1, 3], False, ends=[failed(4, "bad")])[-1] == ["fail bad"]


def test_a_reduction_of_one_is_that_one_and_of_none_an_error():
    class One(Acts):
        def run(self, values, *initial):
            return flowy.parallel_reduce(self.act, values, *initial).result()

    assert play(One, [], 5) == [["complete 5"]]
    assert "no values" in play(One, [])[0][0]


# Branches


def test_branches_of_a_plain_run_wait_beside_each_other():
    class Branchy(Acts):
        def twice(self, number):
            return self.act(self.act(number).result()).result()

        def run(self):
            branches = [flowy.spawn(self.twice, number) for number in range(2)]
            return [branch.result() for branch in branches]

    found = play(Branchy, ends=[done(4, 1), done(8, "b"), done(0, 1), done(12, "a")])
    assert found == [["#0", "#4"], ["#8"], [], ["#12"], ['complete ["a","b"]']]


def test_the_workflow_waits_for_its_branches_and_fails_with_what_nobody_looked_at():
    class Left(Acts):
        async def part(self):
            await self.act()
            raise ValueError("in a branch")

        async def run(self):
            flowy.spawn(self.part)

    assert play(Left, ends=[done(0)]) == [["#0"], ["fail in a branch"]]


@pytest.mark.parametrize("fails", [True, False])
def test_branches_clean_up_when_the_workflow_fails_or_is_cancelled(fails):
    class Cleaning(Acts):
        def part(self):
            try:
                self.act("work").result()
            finally:
                self.act("clean").result()

        def run(self):
            flowy.spawn(self.part)
            self.act("main").result()

    end = failed(0) if fails else asked_to_cancel
    found = play(Cleaning, ends=[end, done(8)])
    assert found[0] == ["#0", "#4"]
    assert found[1] == (["cancel #4", "#8"] if fails else ["cancel #0", "cancel #4", "#8"])
    assert found[2] == (["fail broken"] if fails else ["cancel"])


def test_a_branch_is_told_of_its_cancellation_and_may_go_on():
    class Stubborn(Acts):
        def part(self):
            try:
                self.act().result()
            except asyncio.CancelledError:
                return self.act("instead").result()

        def run(self):
            branch = flowy.spawn(self.part)
            self.sleep(1).result()
            branch.cancel()
            return branch.result()

    found = play(Stubborn, ends=[lambda s: s.fire("0"), done(5, "kept")])
    assert found == [["timer 0 1s", "#1"], ["cancel #1", "#5"], ['complete "kept"']]


# Wrong use


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (lambda self: flowy.first(), "nothing to wait for"),
        (lambda self: flowy.first([]), "nothing to wait for"),
        (lambda self: flowy.wait(3), "flowy.wait waits for results, and 3 is none"),
        (lambda self: flowy.as_completed([self.act(), 4]), "and 4 is none"),
        (lambda self: flowy.wait({asyncio.Future()}), "a set of what has no order"),
        (lambda self: flowy.wait(self.act(), return_when="NOW"), "returns when ALL_COMPLETED"),
        (lambda self: flowy.map(3, []), "takes a function or a proxy"),
        (lambda self: flowy.map(self.act), "no items"),
        (lambda self: flowy.spawn(self.act()), "calls it itself"),
        (lambda self: flowy.map(weigh, [1]), "weigh is declared as a type of its own"),
        (lambda self: flowy.Saga().add_compensation(Weigh), "Weigh is declared as a type"),
    ],
)
def test_what_can_never_work_is_named(code, message):
    class Wrong(Workflow):
        act = ActivityProxy("Act", 1, error_handling=True)

        def run(self):
            return code(self)

    assert message in play(Wrong)[0][-1]


@pytest.mark.parametrize("name", ["as_completed", "first", "map", "parallel_reduce", "wait"])
def test_outside_a_workflow_they_say_where_they_belong(name):
    with pytest.raises(RuntimeError, match=rf"flowy\.{name} belongs in the code of a workflow"):
        getattr(flowy, name)(len, [1]) if name in ("map", "parallel_reduce") else getattr(
            flowy, name
        )([1])


def test_a_set_of_results_is_taken_in_the_order_of_their_calls():
    class Sets(Acts):
        def run(self):
            calls = [self.act(number) for number in range(4)]
            done, _ = flowy.wait(set(calls)).result()
            return [calls.index(one) for one in done]

    found = play(Sets, ends=[done(12), done(4), done(0), done(8)])
    assert found[-1] == ["complete [0,1,2,3]"]
