"""Runs the example."""

import pytest

from examples.order_saga import orders
from flowy import SuspendTask
from flowy.errors import TaskCanceled, TaskError
from flowy.testing import Environment


@pytest.fixture
def environment():
    with Environment(orders) as made:
        yield made


def order(item, price):
    return {"id": "a", "item": item, "price": price}


def test_an_order_that_works_undoes_nothing(environment, capsys):
    assert environment.run(orders.Order, order("hat", 20)) == "receipt-a"
    assert capsys.readouterr().out == "a: hat is reserved\na: 20 charged\na: shipped\n"


def test_what_was_done_is_undone_in_reverse(environment, capsys):
    said = environment.run(orders.Order, order("piano", 900))
    assert said == "refused: nobody carries a piano"
    assert capsys.readouterr().out == (
        "a: piano is reserved\na: 900 charged\n"
        "a: what was charged is paid back\na: piano is not reserved any more\n"
    )


def test_a_compensation_is_tried_until_it_works():
    tries = []

    def release(_order):
        tries.append("release")
        if len(tries) < 4:
            raise ConnectionError("the stock system is down")

    with Environment(orders, activities={orders.Release: release}) as environment:
        assert environment.run(orders.Order, order("piano", 5_000)).startswith("refused")
    assert len(tries) == 4


def test_a_compensation_that_never_works_fails_the_order():
    def refund(_order):
        raise ValueError("no such receipt")

    with (
        Environment(orders, activities={orders.Refund: refund}) as environment,
        pytest.raises(TaskError, match=r"1 compensations failed: .*no such receipt"),
    ):
        environment.run(orders.Order, order("piano", 900))


def test_a_cancelled_order_is_undone_too():
    begun = []

    def charge(_order):
        begun.append("charge")
        raise SuspendTask  # the bank takes its time

    undone = []
    fakes = {
        orders.Charge: charge,
        orders.Refund: lambda _order: undone.append("refund"),
        orders.Release: lambda _order: undone.append("release"),
    }
    with Environment(orders, activities=fakes) as environment:
        execution = environment.start(orders.Order, order("hat", 20))
        environment.advance(10)
        environment.cancel(execution)
        with pytest.raises(TaskCanceled):
            environment.result(execution)
    assert (begun, undone) == (["charge"], ["refund", "release"])
