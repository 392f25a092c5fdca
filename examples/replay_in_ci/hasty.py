"""The same change as it was made first: without a thought of the orders that are open."""

from examples.replay_in_ci import orders
from examples.replay_in_ci.orders import TASK_LIST
from flowy import workflow


@workflow("ReplayedOrder", 1, TASK_LIST)
class Order(orders.Order):
    """Check, charge and ship."""

    def run(self, order):
        if not self.check_stock(order).result():
            return "sold out"
        return self.ship(order, self.charge(order))
