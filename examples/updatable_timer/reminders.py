"""A timer whose moment can be changed while it runs, or called off."""

import flowy
from flowy import Activity, ActivityProxy, Signal, Workflow, activity, workflow

LIST = "reminders"
YEAR = 365 * 24 * 3600


@activity("reminders.remind", 1, LIST)
class Remind(Activity):
    def run(self, text):
        print(text)


@workflow("reminders.reminder", 1, LIST, workflow_duration=YEAR)
class Reminder(Workflow):
    remind = ActivityProxy(Remind)
    moved = Signal()
    """Carries the new moment, in seconds since the epoch; null calls the reminder off."""

    def run(self, text, moment):
        while moment is not None:
            try:
                moment = self.next_moment(moment)
            except TimeoutError:
                self.remind(text)
                return "reminded"
        return "called off"

    def next_moment(self, moment):
        """Wait for another moment; TimeoutError says that this one has come."""
        left = max(0.0, moment - self.now())
        self.set_execution_context({"due": moment})
        return flowy.first(self.moved.get(), timeout=left).result()
