"""A definition of marked and unmarked tasks, for a machine alone and for a workflow."""

from flowy.machine.patterns import FOR, IF, IF_ELSE, SYNCHRONIZE
from flowy.swf.machine import MachineWorkflow, activity_step, local_step
from flowy.swf.scanner import workflow

LIST = "orders"


def note(order, what):
    order.setdefault("log", []).append(what)


@activity_step("reserve", 1, LIST)
def reserve(order, eng):
    note(order, f"reserve {eng.extra_data['part']}")
    eng.extra_data["reserved"] = eng.extra_data.get("reserved", 0) + 1


@activity_step("is_large", 1, LIST)
async def is_large(order, eng):
    return order["price"] > 100


@activity_step("check", 1, LIST)
def check(order, eng):
    if order["price"] > 500:
        eng.halt("too expensive", action="approve", payload=order["price"])


@local_step
def number(order, eng):
    eng.extra_data["numbers"] = eng.extra_data.get("numbers", 0) + 1
    order["number"] = eng.extra_data["numbers"]


def by_post(order, eng):
    order["by"] = "post"


@activity_step("by_lorry", 1, LIST)
def by_lorry(order, eng):
    order["by"] = "lorry"


@activity_step("left", 1, LIST)
def left(order, eng):
    order["left"] = 1


@activity_step("right", 1, LIST)
def right(order, eng):
    order["right"] = 2


def both(order, eng):
    order["both"] = order["left"] + order["right"]


DEFINITION = [
    number,
    FOR(lambda order, eng: order["parts"], "part", [reserve]),
    check,
    IF(lambda order, eng: order.get("cancelled"), [lambda order, eng: eng.continue_next_token()]),
    IF_ELSE(is_large, [by_lorry], [by_post]),
    SYNCHRONIZE(left, right, both),
]


@workflow("order", 1, LIST)
class Orders(MachineWorkflow):
    callbacks = DEFINITION

    def outcome(self, engine):
        return [list(engine.objects), engine.extra_data["reserved"]]


TOKENS = [
    {"price": 10, "parts": ["hat"]},
    {"price": 900, "parts": ["coat", "belt"]},
    {"price": 200, "parts": []},
]
