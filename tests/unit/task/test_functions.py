"""Functions are activities and workflows as classes are."""

import functools
import pickle
import sys
import uuid
from dataclasses import dataclass

import pytest

from flowy.errors import DefinitionError, PayloadMismatch
from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy, WorkflowProxy
from flowy.task import Activity, Signal, Workflow, on_signal, scanner
from flowy.task.declared import definition_of, definitions_of
from flowy.task.definition import ActivityDefinition, WorkflowDefinition
from flowy.task.functions import as_task


@activity("halve", 1, "numbers", heartbeat=9)
def halve(number: float) -> float:
    """Halve it."""
    return number / 2


@activity("beat", 1, "numbers")
async def beat(task: Activity, text: str) -> str:
    return f"{task.token} {text}"


@workflow("count", 1, "numbers")
def count(flow: Workflow, upto: int) -> list[int]:
    return [upto, flow.now()]


@activity("Whole", 1, "numbers")
class Whole(Activity):
    def run(self, number: float) -> int:
        return int(number)


HERE = sys.modules[__name__]


def test_the_scanner_finds_functions():
    activities = {str(each.id): each for each in scanner.scan_activities(HERE)}
    assert sorted(activities) == ["Whole 1", "beat 1", "halve 1"]
    assert activities["halve 1"].heartbeat == 9
    assert [str(each.id) for each in scanner.scan_workflows(HERE)] == ["count 1"]


def test_a_function_stays_what_it_is():
    assert halve(3) == 1.5
    assert halve.__name__ == "halve"
    assert pickle.loads(pickle.dumps(halve)) is halve


def test_its_class_is_called_like_it_and_runs_it():
    cls = definition_of(halve, ActivityDefinition).factory
    assert (cls.__module__, cls.__qualname__, cls.__doc__) == (__name__, "halve", "Halve it.")
    assert cls("[[3],{}]", None, "token").run(3) == 1.5


def test_an_activity_is_given_to_a_function_that_asks_for_it():
    task = definition_of(beat, ActivityDefinition).factory(None, None, "the token")
    with pytest.raises(StopIteration, match="the token hello"):
        task.run("hello").send(None)


def test_a_workflow_is_the_first_argument_of_its_function():
    class Context:
        class facts:
            now = staticmethod(lambda: 12.0)

    task = definition_of(count, WorkflowDefinition).factory("[[3],{}]", Context, "token")
    assert task.run(3) == [3, 12.0]


def test_a_function_may_ask_for_a_class_of_tasks_of_its_own():
    class Shop(Workflow):
        halve = ActivityProxy(halve)

    class Scales(Activity):
        def _serialize_result(self, result):
            return f"{result} g"

    @workflow("sell", 1, "numbers")
    def sell(shop: Shop, count: int):
        return shop.halve

    @activity("weigh", 1, "numbers")
    def weigh(scales: Scales, count: int):
        return count

    assert issubclass(definition_of(sell, WorkflowDefinition).factory, Shop)
    task = definition_of(weigh, ActivityDefinition).factory("[[3],{}]", None, "token")
    assert task._serialize_result(task.run(3)) == "3 g"


@pytest.mark.parametrize("holder", [halve, beat, count, Whole])
def test_the_class_goes_to_another_process(holder):
    (definition,) = definitions_of(holder)
    assert pickle.loads(pickle.dumps(definition.factory)) is definition.factory


@pytest.mark.parametrize(
    ("decorate", "holder", "message"),
    [
        (activity, 3, "belongs on a task's class or a function, not on 3"),
        (activity, len, "belongs on a task's class or a function"),
        (activity, int, "belongs on a task's class or a function"),
        (workflow, lambda: None, "whose first parameter is the workflow"),
        (workflow, lambda *, flow: None, "whose first parameter is the workflow"),
        (activity, lambda: (yield), "returns its result: .*<lambda> yields"),
    ],
)
def test_what_cannot_be_a_task_is_refused(decorate, holder, message):
    with pytest.raises(DefinitionError, match=message):
        decorate("x", 1, "y")(holder)


@dataclass
class Line:
    name: str


class Nothing:
    pass


def test_annotations_that_can_never_work_are_refused_where_they_stand():
    class Handles(Workflow):
        @on_signal("it")
        def it(self, value: Nothing):
            pass

    class Waits(Workflow):
        it = Signal[Line | Nothing]()

    def takes(line: Line, nothing: Nothing):
        pass

    for holder, kind, argument in [
        (takes, "activity", "argument nothing: Nothing"),
        (Handles, "workflow", "argument value: Nothing"),
        (Waits, "workflow", "Nothing"),
    ]:
        with pytest.raises(DefinitionError, match=f"{holder.__name__}.*{argument}.* JSON"):
            as_task(holder, kind)


def wrapped(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


def test_a_wrapper_takes_what_it_wraps_takes():
    @activity("wrapped", 1, "numbers")
    @wrapped
    def named(line: Line) -> Line:
        return line

    with pytest.raises(PayloadMismatch, match="argument line of wrapped 1"):
        ActivityProxy(named)._serialize_arguments(3)


def test_a_wrapper_may_bring_what_never_travels():
    @activity("given", 1, "numbers")
    @wrapped
    def given(nothing: Nothing, line: Line) -> Line:
        return line

    assert ActivityProxy(given)._serialize_arguments(3) == "[[3],{}]"


def test_overridden_transport_is_nobodys_business():
    @activity("Own", 1, "numbers")
    class Own(Activity):
        def run(self, nothing: Nothing):
            pass

        def _deserialize_arguments(self):
            return [Nothing()], {}

    assert ActivityProxy(Own)._serialize_arguments(3) == "[[3],{}]"


def test_an_annotation_may_name_what_comes_later(caplog):
    @activity("early", 1, "numbers")
    def early(line: "Late") -> "Late":  # noqa: F821
        pass

    proxy = ActivityProxy(early)
    assert proxy._deserialize_result("3") == 3
    assert "annotation of line is not known" in caplog.text
    globals()["Late"] = Line
    try:

        @activity("late", 1, "numbers")
        def late(line: "Late") -> "Late":  # noqa: F821
            pass

        assert ActivityProxy(late)._deserialize_result('{"name":"a"}') == Line("a")
    finally:
        del globals()["Late"]


@pytest.mark.parametrize("make", [ActivityProxy, WorkflowProxy])
def test_a_proxy_needs_what_declares_one_type(make):
    class Bare(Workflow):
        pass

    with pytest.raises(DefinitionError, match="Bare declares no"):
        make(Bare)
    with pytest.raises(DefinitionError, match="which version of 'Bare'"):
        make("Bare")
    decorate, base = (activity, Activity) if make is ActivityProxy else (workflow, Workflow)
    both = decorate("A", 2, "x")(decorate("A", 1, "x")(type("Both", (base,), {})))
    with pytest.raises(DefinitionError, match="Both declares A 1, A 2: say which"):
        make(both)
    inherits = type("Inherits", (both,), {})
    with pytest.raises(DefinitionError, match="Inherits declares no"):
        make(inherits)


def test_a_class_proxy_takes_options_and_the_type_of_its_class():
    proxy = Whole.proxy(start_to_close=5, task_list="others")
    assert (str(proxy.task_id), proxy.options.start_to_close) == ("Whole 1", 5)
    assert proxy.options.task_list == "others"
    with pytest.raises(DefinitionError, match="start_to_close"):
        Whole.proxy(start_to_close="soon")


def test_a_proxy_outside_of_a_workflow_that_runs_says_so():
    with pytest.raises(RuntimeError, match="proxy of halve 1 works in the code of a workflow"):
        ActivityProxy(halve)(3)


def test_values_travel_by_annotation_through_a_proxy():
    @activity("lines", 1, "numbers")
    def lines(first: Line, *others: Line, by: dict[uuid.UUID, Line] | None = None) -> list[Line]:
        return []

    proxy = ActivityProxy(lines)
    text = proxy._serialize_arguments(Line("a"), Line("b"), by={uuid.UUID(int=1): Line("c")})
    cls = definition_of(lines, ActivityDefinition).factory
    args, kwargs = cls(text, None, "token")._deserialize_arguments()
    assert args == [Line("a"), Line("b")]
    assert kwargs == {"by": {uuid.UUID(int=1): Line("c")}}
    assert proxy._deserialize_result('[{"name":"a"}]') == [Line("a")]


def test_a_default_of_none_lets_none_through():
    @activity("maybe", 1, "numbers")
    def maybe(number: int = None):  # noqa: RUF013
        return number

    assert ActivityProxy(maybe)._serialize_arguments(None) == "[[null],{}]"
