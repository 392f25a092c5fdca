"""Take an order: reserve, charge, ship; and undo what was done when a step fails."""

import flowy
from flowy import Activity, ActivityProxy, RetryPolicy, Saga, Workflow, activity, workflow

LIST = "orders"
PATIENT = RetryPolicy(attempts=20, delay=5, maximum_delay=3_600)
"""A compensation that fails leaves a mess, so it is tried for most of a day."""


@activity("orders.reserve", 1, LIST)
class Reserve(Activity):
    def run(self, order):
        print(f"{order['id']}: {order['item']} is reserved")


@activity("orders.release", 1, LIST)
class Release(Activity):
    def run(self, order):
        # Asked for before anything was reserved it does nothing, and asked twice it does it once.
        print(f"{order['id']}: {order['item']} is not reserved any more")


@activity("orders.charge", 1, LIST)
class Charge(Activity):
    def run(self, order):
        if order["price"] > 1_000:
            raise ValueError(f"the card has no {order['price']}")
        print(f"{order['id']}: {order['price']} charged")
        return f"receipt-{order['id']}"


@activity("orders.refund", 1, LIST)
class Refund(Activity):
    def run(self, order):
        print(f"{order['id']}: what was charged is paid back")


@activity("orders.ship", 1, LIST)
class Ship(Activity):
    def run(self, order):
        if order["item"] == "piano":
            raise ValueError("nobody carries a piano")
        print(f"{order['id']}: shipped")


@workflow("orders.order", 1, LIST, workflow_duration=7 * 24 * 3600)
class Order(Workflow):
    reserve = ActivityProxy(Reserve)
    release = ActivityProxy(Release, retry=PATIENT)
    charge = ActivityProxy(Charge)
    refund = ActivityProxy(Refund, retry=PATIENT)
    ship = ActivityProxy(Ship)

    def run(self, order):
        try:
            return self.take(order)
        except flowy.TaskError as error:
            return f"refused: {error}"

    def take(self, order):
        with Saga() as saga:
            # First how to undo a step, then the step: one that fails may have done its work.
            saga.add_compensation(self.release, order)
            self.reserve(order).result()
            saga.add_compensation(self.refund, order)
            receipt = self.charge(order).result()
            self.ship(order).result()
            return receipt
