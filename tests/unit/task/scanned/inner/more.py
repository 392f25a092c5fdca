from flowy.swf.scanner import activity
from flowy.task import Activity
from tests.unit.task.scanned.images import Resize  # noqa: F401 -- an import is no declaration


@activity("Rename", 1, "images", heartbeat=20)
class Rename(Activity):
    pass
