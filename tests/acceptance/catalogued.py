"""Workflows of which some end well."""

from flowy.swf.scanner import activity, workflow
from flowy.swf.task import ActivityProxy
from flowy.task import Activity, Workflow

LIST = "catalogued"


@activity("double", 1, LIST, heartbeat=60)
class Double(Activity):
    """Doubles a number."""

    def run(self, number):
        return 2 * number


@workflow("well", 1, LIST, 3600, 60)
class Well(Workflow):
    """Gives a number doubled."""

    double = ActivityProxy("double", 1)

    def run(self, number):
        return self.double(number)


@workflow("badly", 1, LIST, 3600, 60)
class Badly(Workflow):
    """Gives nothing but trouble."""

    double = ActivityProxy("double", 1)

    def run(self, number):
        self.double(number).result()
        raise ValueError("there is no such photograph")
