"""Activities and workflows for the scanner to find."""

from flowy.swf.scanner import activity, workflow
from flowy.task import Activity, Workflow


@activity("pack", 1, "shop", heartbeat=30)
class Pack(Activity):
    """Packs."""

    def run(self, what):
        """Pack it."""
        return f"{what} in a box"


@workflow("order", 1, "shop")
class Order(Workflow):
    """Decides at once."""

    def run(self, what):
        """Return what was ordered."""
        return what
