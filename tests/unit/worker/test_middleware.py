"""Middleware around activities: chained, uniform, and with its own say in the outcome."""

import contextlib
import contextvars
from dataclasses import replace

import pytest

from flowy.clock import ManualClock
from flowy.errors import DefinitionError
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.task import Activity
from flowy.worker.activities import ActivityPoller
from flowy.worker.middleware import Chain, DecisionInput, Middleware, overriding
from flowy.worker.workshop import ActivitySettings, Workshop
from tests.unit.worker.fakes import FakeClient, activities, activity_task, source

tenant = contextvars.ContextVar("tenant", default="nobody")


class Double(Activity):
    def run(self, number):
        if number < 0:
            raise ValueError("too small")
        return [number * 2, tenant.get()]


def done(*middleware, input="[[1], {}]"):
    client = FakeClient()
    place = source(client)
    shop = Workshop(ActivitySettings(middleware=middleware), ManualClock(0.0), place.stop)
    poller = ActivityPoller(place, activities(Double), shop)
    poller.handle(activity_task(input))
    poller.close()
    shop.close()
    (answer,) = client.of(RespondActivityTaskCompleted) + client.of(RespondActivityTaskFailed)
    return answer


class Notes(Middleware):
    def __init__(self, name, notes):
        self.name, self.notes = name, notes

    def activity(self, input):
        self.notes.append(f"{self.name} {input.definition.id} {list(input.args)}")
        try:
            result = yield input
        except ValueError as error:
            self.notes.append(f"{self.name} {error}")
            raise
        self.notes.append(f"{self.name} {result}")
        return result


def test_the_first_is_the_outermost():
    notes = []
    assert done(Notes("a", notes), Notes("b", notes)).result == '[2,"nobody"]'
    assert notes == [
        "a resize 1 [1]",
        "b resize 1 [1]",
        "b [2, 'nobody']",
        "a [2, 'nobody']",
    ]


def test_a_failure_passes_through_them_all():
    notes = []
    answer = done(Notes("a", notes), Notes("b", notes), input="[[-1], {}]")
    assert answer.reason == "too small"
    assert notes[-2:] == ["b too small", "a too small"]


def test_one_may_change_what_goes_in_and_what_comes_out():
    class Shifts(Middleware):
        def activity(self, input):
            result = yield replace(input, args=[number + 10 for number in input.args])
            return [*result, "shifted"]

    assert done(Shifts()).result == '[22,"nobody","shifted"]'


def test_what_it_puts_into_the_context_is_seen_inside():
    class Tenant(Middleware):
        def activity(self, input):
            token = tenant.set("acme")
            result = yield input
            tenant.reset(token)
            return result

    assert done(Tenant()).result == '[2,"acme"]'
    assert tenant.get() == "nobody"


def test_one_may_make_a_result_of_a_failure_and_a_failure_of_a_result():
    class Forgives(Middleware):
        def activity(self, input):
            try:
                return (yield input)
            except ValueError:
                return "forgiven"

    class Refuses(Middleware):
        def activity(self, input):
            yield input
            raise PermissionError("not for you")

    assert done(Forgives(), input="[[-1], {}]").result == '"forgiven"'
    assert done(Forgives(), Refuses()).reason == "not for you"


def test_what_is_raised_before_the_activity_ends_those_around_it():
    notes = []

    class Refuses(Middleware):
        def activity(self, input):
            raise ValueError("not now")
            yield input

    assert done(Notes("a", notes), Refuses()).reason == "not now"
    assert notes == ["a resize 1 [1]", "a not now"]


@pytest.mark.parametrize(
    ("steps", "message"), [(0, "yielded no input"), (2, "yielded more than once")]
)
def test_a_generator_of_another_shape_is_named(steps, message):
    class Odd(Middleware):
        def activity(self, input):
            for _ in range(steps):
                yield input

    answer = done(Odd())
    assert message in answer.reason
    assert "Odd.activity" in answer.reason


def test_without_any_the_code_is_called_as_it_is():
    assert done(Middleware()).result == '[2,"nobody"]'


def test_what_is_no_generator_or_yields_something_else_is_named():
    class Returns(Middleware):
        def activity(self, input):
            return 5

    class Yields(Middleware):
        def activity(self, input):
            return (yield 7)

    assert "Returns.activity is no generator, it gave 5" in done(Returns()).reason
    assert "Yields.activity yielded 7 and not the input to go on with" in done(Yields()).reason


async def is_async(self, input):
    yield input


@pytest.mark.parametrize("method", [is_async, 5])
@pytest.mark.parametrize("kind", ["activity", "decision"])
def test_what_can_never_surround_anything_is_refused_when_the_worker_is_made(kind, method):
    odd = type("Odd", (Middleware,), {kind: method})()
    with pytest.raises(DefinitionError, match=f"{kind} of a middleware is a plain generator"):
        overriding([odd], kind)


@pytest.mark.parametrize("fails", [False, True])
def test_a_decision_stays_what_it_is_when_its_middleware_returns_nothing(fails):
    class Forgets(Middleware):
        def decision(self, input):
            with contextlib.suppress(ValueError):
                yield input

    given = DecisionInput(definition=None, execution=None, events=(), is_replayed=False)
    chain = Chain(overriding([Forgets(), Forgets()], "decision"), given)
    if fails:
        with pytest.raises(ValueError, match="broken"):
            chain.end(None, ValueError("broken"))
    else:
        assert chain.end("decided", None) == "decided"
