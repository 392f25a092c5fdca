from flowy.swf.scanner import activity, workflow
from flowy.task import Activity, Workflow


@activity("Resize", 1, "images")
class Resize(Activity):
    pass


@workflow("Images", 2, "deciders", workflow_duration=7)
class Images(Workflow):
    pass
