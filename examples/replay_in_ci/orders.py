"""An order: it is charged and shipped, and since the spring its stock is checked first."""

from flowy import Activity, ActivityProxy, Workflow, activity, workflow

TASK_LIST = "replayed-orders"


@activity("CheckStock", 1, TASK_LIST)
class CheckStock(Activity):
    """Look whether there is enough of it."""

    def run(self, order):
        return order["count"] <= 100


@activity("Charge", 1, TASK_LIST)
class Charge(Activity):
    """Take the money."""

    def run(self, order):
        return f"{order['count'] * 10} EUR"


@activity("Ship", 1, TASK_LIST)
class Ship(Activity):
    """Send it on its way."""

    def run(self, order, charged):
        return f"{order['item']} for {charged}"


@workflow("ReplayedOrder", 1, TASK_LIST)
class Order(Workflow):
    """Check, charge and ship."""

    check_stock = ActivityProxy("CheckStock", 1)
    charge = ActivityProxy("Charge", 1)
    ship = ActivityProxy("Ship", 1)

    def run(self, order):
        # Orders that began before the spring have been charged without a look at the stock.
        is_checked = self.version("check the stock", 1, 2) == 2
        if is_checked and not self.check_stock(order).result():
            return "sold out"
        return self.ship(order, self.charge(order))
