"""What both versions of the code do: the activity, and the names that they share."""

from flowy import Activity, activity

LIST = "versions"
DAY = 24 * 3600


@activity("versions.step", 1, LIST)
class Step(Activity):
    def run(self, name):
        print(name)
        return name
