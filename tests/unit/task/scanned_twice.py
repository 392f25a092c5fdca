from flowy.swf.scanner import activity
from flowy.task import Activity


@activity("Resize", 1, "images")
class Resize(Activity):
    pass


@activity("Resize", "1", "images")
class AnotherResize(Activity):
    pass
