"""Annotated values travel, and what does not fit is an error that says so."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from flowy.errors import PayloadMismatch, TaskError
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.protocol.requests.executions import StartWorkflowExecution
from flowy.swf.task import ActivityProxy
from flowy.task import RetryPolicy, Workflow
from flowy.testing import Environment, run
from tests.acceptance import photos
from tests.acceptance.photos import (
    Colour,
    Countdown,
    Look,
    Order,
    Picture,
    Price,
    Wait,
    album,
    price,
    waits,
)

PICTURE = Picture(UUID(int=5), dt.datetime(2026, 1, 2, tzinfo=dt.UTC))


@pytest.fixture
def environment():
    with Environment(photos) as made:
        yield made


def events(environment, execution, name):
    return [each for each in environment.history(execution) if type(each).__name__ == name]


def test_arguments_results_and_children_are_what_the_annotations_say():
    assert run(Order, PICTURE) == Price(amount=Decimal("4.50"))


def test_a_workflow_that_is_a_function_is_run_like_any_other():
    cover = run(album, [PICTURE], cover=0)["cover"]
    assert cover == Picture(PICTURE.id, PICTURE.taken, Colour.RED, ["deep"])


def test_on_the_wire_there_is_plain_json(environment):
    execution = environment.start(album, [PICTURE])
    environment.result(execution)
    (scheduled,) = events(environment, execution, "ActivityTaskScheduled")
    assert scheduled.attributes.input == (
        '[[{"id":"00000000-0000-0000-0000-000000000005","taken":"2026-01-02T00:00:00Z",'
        '"colour":null,"tags":[]}],{"deep":true}]'
    )


def test_continuing_as_new_takes_annotated_arguments():
    assert run(Countdown, 3, Price(amount=Decimal(1))) == Price(amount=Decimal(8))


def test_signals_are_read_by_their_type(environment):
    execution = environment.start(Wait)
    environment.signal(execution, "note", Colour.BLUE)
    environment.signal(execution, "approved", Colour.RED)
    environment.signal(execution, Wait.paid, Price(amount=Decimal("0.1")))
    with pytest.raises(PayloadMismatch, match="the value of signal payment does not fit Price"):
        environment.signal(execution, Wait.paid, "much")
    found = environment.result(execution)
    assert found == ["red", {"amount": "0.1", "currency": "EUR"}, "blue"]
    execution = environment.start(waits)
    environment.signal(execution, "later", PICTURE)
    assert environment.result(execution) == PICTURE


def test_a_signal_that_does_not_fit_fails_whoever_takes_it(environment):
    execution = environment.start(Wait)
    environment.signal(execution, "approved", "green")
    with pytest.raises(TaskError, match="the value of signal approved does not fit Colour"):
        environment.result(execution)
    execution = environment.start(Wait)
    environment.signal(execution, "note", 3)
    with pytest.raises(TaskError, match="the value of signal note does not fit Colour"):
        environment.result(execution)


def test_arguments_that_do_not_fit_are_refused_where_they_are_given(environment):
    for wrong in ([], [3], [PICTURE, 4]):
        with pytest.raises(PayloadMismatch, match="Order 1"):
            environment.start(Order, *wrong)


def careless(*args, **kwargs):
    class Careless(Workflow):
        look = ActivityProxy(Look)

        def run(self):
            return self.look(*args, **kwargs)

    return photos.workflow("Careless", 1, "orders")(Careless)


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ([{"id": 3}], {}, r"argument picture of Look 1 does not fit Picture: .*\$\.id"),
        ([PICTURE], {"deep": "no"}, "argument deep of Look 1 does not fit bool"),
        ([], {}, "Look 1 .* missing a required argument: 'picture'"),
        ([PICTURE, 3], {}, "Look 1 .* too many positional arguments"),
        ([PICTURE], {"high": 3}, "Look 1 .* unexpected keyword argument 'high'"),
    ],
)
def test_a_call_that_does_not_fit_fails_where_it_is_made(args, kwargs, message):
    with Environment(careless(*args, **kwargs)) as environment:
        execution = environment.start("Careless")
        with pytest.raises(TaskError, match=message):
            environment.result(execution)
        assert events(environment, execution, "ActivityTaskScheduled") == []


def test_an_activity_that_gets_what_does_not_fit_fails_once(environment):
    class ByName(Workflow):
        look = ActivityProxy("Look", 1, retry=RetryPolicy(attempts=9, delay=60))

        def run(self):
            return self.look("a picture")

    environment.add(photos.workflow("ByName", 1, "orders")(ByName))
    execution = environment.start(ByName)
    with pytest.raises(TaskError, match="argument picture of Look does not fit Picture"):
        environment.result(execution)
    assert len(events(environment, execution, "ActivityTaskFailed")) == 1


def test_a_workflow_that_gets_what_does_not_fit_fails_at_once(environment):
    request = StartWorkflowExecution(
        domain=environment.domain,
        workflow_id="w",
        workflow_type=TypeId(name="Countdown", version="1"),
        input='[["three",{"amount":1}],{}]',
    )
    run_id = environment.client.call(request).run_id
    with pytest.raises(TaskError, match="argument left of Countdown does not fit int"):
        environment.result(ExecutionId(workflow_id="w", run_id=run_id))


def test_results_that_do_not_fit_fail_the_call():
    with pytest.raises(TaskError, match="the result of price 1 does not fit Price"):
        run(Order, PICTURE, activities={price: lambda *pictures: "dear"})


def test_fakes_get_and_give_what_the_annotations_say():
    def look(picture, deep=False):
        assert isinstance(picture, Picture)
        return Picture(picture.id, picture.taken, Colour.RED, ["deep"] if deep else ["fake"])

    async def cost(*pictures):
        assert [each.tags for each in pictures] == [["fake"], ["deep"], []]
        return {"amount": "7"}

    found = run(Order, PICTURE, activities={Look: look, price: cost, "weigh": lambda data: 5})
    assert found == Price(amount=Decimal(7))
