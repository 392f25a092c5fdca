"""Activity: the class that does work."""

from typing import Any

from flowy.task import runs
from flowy.task.context import ActivityContext
from flowy.task.task import Task


class Activity(Task):
    """Does work: override ``run``, with ``def`` or ``async def``.

    What ``run`` returns is the activity's result; an exception fails the activity. Raise
    ``SuspendTask`` to leave the task open for whoever holds its token.

    On a worker with a catalogue, ``self.run.store(path)`` stores a file in the execution's run;
    ``self.run`` has all methods of `flowy.task.runs.current_run`, which is the same for code that
    has no ``self``.
    """

    _scheduler: ActivityContext

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        runs.show_on(cls.run)

    def heartbeat(self, details: str | None = None) -> bool:
        """Tell the service that the activity is alive.

        Args:
            details: Progress, at most 2,048 characters; shown when the activity times out.

        Returns:
            False when the service does not want the answer any more, or cannot be reached.
        """
        return self._scheduler.heartbeat(details)
