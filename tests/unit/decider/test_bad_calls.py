"""What workflow code asks for and can never have is refused by the call, which says why."""

import asyncio
import enum
import re
from datetime import timedelta
from decimal import Decimal

import pytest

import flowy
from flowy.errors import DefinitionError, SideEffectFailed
from flowy.protocol.events.workflow import WorkflowExecutionSignaled
from flowy.protocol.ids import TypeId
from flowy.swf.scanner import workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Signal, Workflow, on_signal
from tests.unit.decider.simulator import Simulator, ids
from tests.unit.decider.test_facts import play


class Proxies(Workflow):
    act = ActivityProxy("Act", 1, retry=0)
    sub = WorkflowProxy("Sub", 1, retry=0)
    go = Signal()


def refusal(call):
    """Return how a plain run and an async one are refused something; both ask for nothing more."""
    said = set()

    class Plain(Proxies):
        def run(self):
            with pytest.raises(DefinitionError) as refused:
                call(self)
            said.add(str(refused.value))
            return self.act().result()

    class Async(Proxies):
        async def run(self):
            with pytest.raises(DefinitionError) as refused:
                call(self)
            said.add(str(refused.value))
            return await self.act()

    for cls in (Plain, Async):
        s = play(cls, "cold")
        assert ids(s.answers[0])[-1].startswith("#")
        assert ids(s.answers[-1]) == [
            f'complete "{s.answers[0].decisions[-1].attributes.activity_id}"'
        ]
    (found,) = said
    return found


LONG = "x" * 257
UNFIT = [LONG, "a:b", "a/b", "a|b", "a\x00b", "a\x9fb", "arn", "", None, 7]


@pytest.mark.parametrize("unfit", UNFIT)
@pytest.mark.parametrize("call", ["send_signal", "request_cancel"])
def test_an_id_of_another_execution_that_swf_does_not_take(call, unfit):
    ask = {
        "send_signal": lambda flow: flow.send_signal(unfit, "go", 1),
        "request_cancel": lambda flow: flow.request_cancel(unfit),
    }[call]
    said = refusal(ask)
    assert "workflow_id" in said
    assert call in said
    assert len(said) < 256


@pytest.mark.parametrize("unfit", ["x" * 65, "", 7])
@pytest.mark.parametrize("call", ["send_signal", "request_cancel"])
def test_a_run_id_that_swf_does_not_take(call, unfit):
    ask = {
        "send_signal": lambda flow: flow.send_signal("order", "go", 1, run_id=unfit),
        "request_cancel": lambda flow: flow.request_cancel("order", run_id=unfit),
    }[call]
    assert f"run_id of {call}" in refusal(ask)


def signal_child(flow, name):
    child = flow.sub()
    try:
        child.signal(name, 1)
    finally:
        child.cancel()


@pytest.mark.parametrize("unfit", [LONG, "", None, 7])
def test_a_signal_whose_name_swf_does_not_take(unfit):
    assert "a signal's name" in refusal(lambda flow: flow.send_signal("order", unfit, 1))
    assert "a signal's name" in refusal(lambda flow: signal_child(flow, unfit))


def test_a_signal_of_no_class_and_without_a_name():
    assert "a signal's name" in refusal(lambda flow: flow.send_signal("order", Signal(), 1))


@pytest.mark.parametrize("unfit", [LONG, "", None, 7, "flowy.mine"])
def test_a_marker_whose_name_cannot_be(unfit):
    assert "a marker's name" in refusal(lambda flow: flow.marker(unfit))


@pytest.mark.parametrize("unfit", [LONG, "", None, 7])
def test_a_change_without_a_name(unfit):
    assert "a change's name" in refusal(lambda flow: flow.version(unfit, 1, 2))


@pytest.mark.parametrize("versions", [(1, 1.5), ("1", 2), (None, 2), (1.0, 2)])
def test_versions_that_are_no_whole_numbers(versions):
    assert "versions are whole numbers" in refusal(lambda flow: flow.version("stock", *versions))


def test_a_colon_in_a_signals_name_is_swfs_to_take():
    class Tells(Proxies):
        def run(self):
            self.send_signal("order", "stock:low/now", 1)

    assert ids(Simulator(Tells).decide())[0].startswith("signal")


@pytest.mark.parametrize("unfit", [LONG, 7])
def test_a_signals_declaration_is_refused_where_it_stands(unfit):
    with pytest.raises(DefinitionError, match="a signal's name"):
        Signal(unfit)
    with pytest.raises(DefinitionError, match="a signal's name"):
        on_signal(unfit)


def test_a_signals_method_without_the_signals_name():
    with pytest.raises(DefinitionError, match=re.escape("write @on_signal('approved')")):

        class Order(Workflow):
            @on_signal
            def approved(self, who):
                """Take who approved."""


# Waiting


NOT_SECONDS = [float("nan"), "x", "5", None, timedelta(days=1), Decimal("nan"), [1]]


@pytest.mark.parametrize("unfit", NOT_SECONDS)
def test_a_sleep_of_what_is_no_number_of_seconds(unfit):
    said = refusal(lambda flow: flow.sleep(unfit))
    assert "self.sleep takes a number of seconds" in said
    assert ("total_seconds" in said) == isinstance(unfit, timedelta)


@pytest.mark.parametrize("seconds", [Decimal(5), 4.5, 5])
def test_a_sleep_of_any_number(seconds):
    class Sleeps(Proxies):
        def run(self):
            self.sleep(seconds).result()

    assert ids(Simulator(Sleeps).decide()) == ["timer 0 5s"]


@pytest.mark.parametrize("unfit", ["x", float("nan"), timedelta(days=1)])
def test_a_timeout_of_what_is_no_number_of_seconds(unfit):
    assert "timeout of flowy.wait" in refusal(lambda flow: flowy.wait([], timeout=unfit))
    assert "timeout of flowy.first" in refusal(
        lambda flow: flowy.first(flow.go.get(), timeout=unfit)
    )


async def in_timeout(seconds):
    async with asyncio.timeout(seconds):
        await asyncio.sleep(1)


async def in_timeout_at(seconds):
    async with asyncio.timeout_at(seconds):
        await asyncio.sleep(1)


WAITS = {
    "sleep": asyncio.sleep,
    "timeout": in_timeout,
    "timeout_at": in_timeout_at,
    "wait": lambda seconds: asyncio.wait([asyncio.Future()], timeout=seconds),
    "wait_for": lambda seconds: asyncio.wait_for(asyncio.Future(), seconds),
}


@pytest.mark.parametrize("unfit", ["x", float("nan"), timedelta(days=1)])
@pytest.mark.parametrize("name", WAITS)
def test_asyncio_told_to_wait_for_what_is_no_number_fails_by_the_name_of_the_call(name, unfit):
    class Waits(Proxies):
        async def run(self):
            await WAITS[name](unfit)

    s = Simulator(Waits)
    (found,) = ids(s.decide())
    assert re.match(
        rf"fail asyncio\.(Timeout\.\w+|{name}): .+ \(at .*test_bad_calls.py:\d+ in ", found
    )
    assert s.new_run().feed(s.events).decisions == ()


def test_a_value_error_of_the_users_own_is_left_as_it_is():
    class Raises(Proxies):
        async def check(self):
            await asyncio.sleep(0)
            raise ValueError("no such order")

        async def run(self):
            await asyncio.wait_for(self.check(), 5)

    assert ids(Simulator(Raises).decide())[-1] == "fail no such order"


# Side effects


@pytest.mark.parametrize("unfit", [None, 7, {"a": 1}])
def test_a_side_effect_that_is_no_function(unfit):
    assert "side_effect takes a function" in refusal(lambda flow: flow.side_effect(unfit))


def test_a_side_effect_that_is_async():
    async def fetch():
        return 1

    assert "is async" in refusal(lambda flow: flow.side_effect(fetch))


ASKS = {
    "spawn": lambda flow: flowy.spawn(lambda: 1),
    "wait": lambda flow: flowy.wait([]),
    "task": lambda flow: asyncio.create_task(asyncio.sleep(1)),
    "timer": lambda flow: asyncio.get_running_loop().call_later(5, print),
    "saga": lambda flow: flowy.Saga().__enter__(),
    "cancel": lambda flow: flow.started.cancel(),
    "cancel sleep": lambda flow: flow.slept.cancel(),
    "waits": lambda flow: flow.started.result(),
    "signals": lambda flow: flow.child.signal("go"),
    "shows": lambda flow: flow.set_execution_context("half"),
    "abandons": lambda flow: flow.abandon().__enter__() or flow._scheduler.leave_abandon(),
}


@pytest.mark.parametrize("feeding", ["warm", "cold"])
@pytest.mark.parametrize("name", ASKS)
def test_the_function_of_a_side_effect_may_ask_for_nothing(name, feeding):
    class Effects(Proxies):
        def run(self):
            self.started, self.slept, self.child = self.act(), self.sleep(99), self.sub(1)
            with pytest.raises(SideEffectFailed, match="the function of a side effect asks for"):
                self.side_effect(lambda: ASKS[name](self))
            self.slept.cancel()
            self.child.cancel()
            return self.act(self.started).result()

    s = play(Effects, feeding)
    assert ids(s.answers[-1])[-1].startswith("complete")
    assert all(answer.execution_context is None for answer in s.answers)


@pytest.mark.parametrize("feeding", ["warm", "cold"])
def test_a_side_effect_that_gives_a_coroutine_fails_and_says_so(feeding):
    async def fetch():
        """Nobody waits for it."""

    class Effects(Proxies):
        def run(self):
            with pytest.raises(SideEffectFailed, match="gave a coroutine"):
                self.side_effect(lambda: fetch())
            return self.act().result()

    play(Effects, feeding)


# Values that cannot be


class Pages:
    """A sequence as Python has always had them, and no abstract one."""

    def __getitem__(self, at):
        return ("a", "b")[at]


@pytest.mark.parametrize("feeding", ["warm", "cold"])
def test_what_has_items_by_number_can_be_gone_through(feeding):
    class Maps(Proxies):
        def run(self):
            return len(flowy.map(self.act, Pages()).result())

    assert ids(play(Maps, feeding).answers[-1]) == ["complete 2"]


class Target(str, enum.Enum):  # noqa: UP042 -- str() gives its name, unlike a StrEnum's
    OTHER = "other"


def test_an_id_that_is_an_enum_and_a_text_is_its_value():
    class Tells(Workflow):
        act = ActivityProxy(TypeId(name=Target.OTHER, version="1"))

        def run(self):
            self.send_signal(Target.OTHER, "go", 1)
            self.request_cancel(Target.OTHER)
            self.act()

    asked = [each.attributes for each in Simulator(Tells).decide().decisions]
    assert [getattr(each, "workflow_id", None) for each in asked] == ["other", "other", None]
    assert asked[2].activity_type == TypeId(name="other", version="1")


def test_a_map_of_what_cannot_be_gone_through():
    assert "flowy.map goes through lists" in refusal(lambda flow: flowy.map(flow.act, 5))


def test_a_value_that_holds_itself():
    endless = []
    endless.append(endless)

    class Sends(Proxies):
        def run(self):
            self.act(endless)

    (found,) = ids(Simulator(Sends).decide())
    assert found == "fail a list holds itself, or is nested too deeply to be sent"


SENT_AT_ONCE = {
    "send_signal": lambda flow, value: flow.send_signal("order", "go", value),
    "restart": lambda flow, value: flow.restart(value),
    "restart by name": lambda flow, value: flow.restart(what={"it": [value]}),
    "marker": lambda flow, value: flow.marker("note", [value]),
}


@pytest.mark.parametrize("name", SENT_AT_ONCE)
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (lambda flow: {"b", "a"}, "a set has no order that a replay could repeat"),
        (lambda flow: flow.act(), "holds the result of a call, and is sent at once: wait for it"),
    ],
)
def test_what_is_sent_at_once_holds_no_set_and_no_result(name, value, said):
    class Sends(Proxies):
        def run(self):
            SENT_AT_ONCE[name](self, value(self))

    assert said in ids(Simulator(Sends).decide())[-1]


@pytest.mark.parametrize("value", [{3, 1, 2}, {"one"}, set(), frozenset({2.5, 1})])
@pytest.mark.parametrize("name", SENT_AT_ONCE)
def test_a_set_whose_order_is_always_the_same_may_be_sent_at_once(name, value):
    class Sends(Proxies):
        def run(self):
            SENT_AT_ONCE[name](self, value)

    assert not ids(Simulator(Sends).decide())[-1].startswith("fail")


def test_a_set_that_is_annotated_as_one_goes_to_the_next_run_in_order():
    class Carries(Workflow):
        def run(self, seen: set[str]):
            self.restart(seen | {"c", "b", "a"})

    (decision,) = Simulator(Carries, ["d"]).decide().decisions
    assert decision.attributes.input == '[[["a","b","c","d"]],{}]'


def test_a_set_that_a_hook_puts_in_order_goes_to_the_next_run():
    class Carries(Workflow):
        def run(self, seen):
            self.restart({*seen, "c", "b", "a"})

        def _serialize_restart_arguments(self, seen):
            return super()._serialize_restart_arguments(sorted(seen))

    (decision,) = Simulator(Carries, ["d"]).decide().decisions
    assert decision.attributes.input == '[[["a","b","c","d"]],{}]'


def test_what_a_child_is_told_at_once_holds_no_set_and_no_result():
    class Tells(Proxies):
        def run(self):
            child = self.sub()
            child.signal("go", [{"b", "a"}])

    assert "a set has no order" in ids(Simulator(Tells).decide())[-1]


# Methods that take signals


def generates(self, value):
    yield value


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (lambda self: 1, "too many positional arguments"),
        (lambda self, one, two: 1, "missing a required argument: 'two'"),
        (lambda self, *, value: 1, "too many positional arguments"),
        (generates, "yields: let it return"),
    ],
)
def test_a_method_that_cannot_take_a_signal_is_refused_where_it_stands(method, said):
    marked = on_signal("paid")(method)
    with pytest.raises(DefinitionError, match=f"take the signal paid|signal paid.*{said}"):
        workflow("Order", 1, "orders")(type("Order", (Proxies,), {"take": marked}))


def test_two_methods_for_one_signal_are_refused_where_they_stand():
    body = {name: on_signal("paid")(lambda self, value: 1) for name in ("one", "two")}
    with pytest.raises(DefinitionError, match="both take the signal paid"):
        workflow("Order", 1, "orders")(type("Order", (Proxies,), body))


@pytest.mark.parametrize("unfit", [5, property(lambda self: 1), None])
def test_only_a_method_can_be_marked(unfit):
    with pytest.raises(DefinitionError, match="on_signal marks a method"):
        on_signal("paid")(unfit)


@pytest.mark.parametrize("kind", [staticmethod, classmethod])
def test_a_static_method_takes_a_signal_whichever_mark_is_outside(kind):
    told = []

    def take(*given):
        told.append(given[-1])

    for method in (kind(on_signal("paid")(take)), on_signal("paid")(kind(take))):
        told.clear()

        class Order(Proxies):
            paid = method

            def run(self):
                self.act().result()

        s = Simulator(Order)
        workflow("Order", 1, "orders")(Order)
        s.decide()
        s.add(WorkflowExecutionSignaled, signal_name="paid", input="7")
        s.decide()
        assert told == [7]
