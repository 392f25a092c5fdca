"""What an activity's worker tells of one task: on whose behalf its code runs, and how it ended."""

from contextvars import Context

from flowy.clock import Clock
from flowy.errors import SuspendTask
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.task.context import ActivityInfo
from flowy.telemetry import (
    ActivityEnded,
    ActivityOutcome,
    Span,
    TaskRetried,
    Telemetry,
    Work,
)
from flowy.transport import carrying

Answer = RespondActivityTaskCompleted | RespondActivityTaskFailed | RespondActivityTaskCanceled

_OUTCOMES: dict[type[Answer], ActivityOutcome] = {
    RespondActivityTaskCanceled: "canceled",
    RespondActivityTaskCompleted: "completed",
    RespondActivityTaskFailed: "failed",
}


def work_of(info: ActivityInfo, carried: str | None = None) -> Work:
    """Return on whose behalf an activity runs."""
    return Work(
        kind="activity",
        domain=info.domain,
        workflow_id=info.workflow_id,
        run_id=info.run_id,
        type=str(info.type),
        activity_id=info.activity_id,
        attempt=info.attempt,
        carried=carried,
    )


class ActivityNote:
    """Surrounds the code of one task, and tells its end.

    Args:
        telemetry: Who hears.
        clock: What is measured on.
    """

    def __init__(self, telemetry: Telemetry, clock: Clock) -> None:
        self.handed_back = False
        """The worker leaves, and another one does the task."""
        self.lost = False
        """The task was over before its code."""
        self._telemetry = telemetry
        self._clock = clock
        self._work: Work | None = None
        self._span: Span | None = None
        self._started_at = 0.0

    def begin(self, info: ActivityInfo, input: str | None, context: Context) -> None:
        """Say to code that runs in the context on whose behalf that is."""
        carried = carrying.read(input) if self._telemetry.tracer is not None else None
        self._work = work_of(info, carried)
        self._span = self._telemetry.begin(self._work, context)
        self._started_at = self._clock.now() if self._telemetry.listens else 0.0

    def end(self, answer: Answer | None, error: BaseException | None, attempts: int = 1) -> None:
        """Tell how it ended."""
        work, self._work = self._work, None
        if work is None:
            return
        if self._span is not None:  # a task that is left open has not failed
            self._span.end(None if isinstance(error, SuspendTask) else error)
        if self._telemetry.listens:
            self._tell(work, self._outcome(answer), attempts)

    def _outcome(self, answer: Answer | None) -> ActivityOutcome:
        if self.handed_back:
            return "handed back"
        if answer is None:
            return "lost" if self.lost else "suspended"
        return _OUTCOMES[type(answer)]

    def _tell(self, work: Work, outcome: ActivityOutcome, attempts: int) -> None:
        seconds = self._clock.now() - self._started_at
        self._telemetry.tell(ActivityEnded(work=work, outcome=outcome, seconds=seconds))
        if attempts > 1:
            retried = TaskRetried(
                kind="activity", domain=work.domain, type=work.type, count=attempts - 1
            )
            self._telemetry.tell(retried)
