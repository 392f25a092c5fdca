"""What an activity's worker tells of one task: on whose behalf its code runs, and how it ended."""

import contextvars

from flowy.clock import Clock
from flowy.errors import SuspendTask
from flowy.protocol.requests.activity_tasks import (
    RespondActivityTaskCanceled,
    RespondActivityTaskCompleted,
    RespondActivityTaskFailed,
)
from flowy.task.context import ActivityInfo
from flowy.telemetry import ActivityEnded, ActivityOutcome, TaskRetried, Telemetry, Work
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
    """Surrounds the code of one task, and tells its end; ``begin`` comes before anything else.

    Args:
        telemetry: Who hears.
        clock: What is measured on.
    """

    def __init__(self, telemetry: Telemetry, clock: Clock) -> None:
        self._telemetry = telemetry
        self._clock = clock
        self._context: contextvars.Context | None = None

    def begin(self, info: ActivityInfo, input: str | None, context: contextvars.Context) -> None:
        """Say to code that runs in the context on whose behalf that is."""
        carried = carrying.read(input) if self._telemetry.tracer is not None else None
        self._work = work_of(info, carried)
        self._started_at = self._clock.now() if self._telemetry.listens else 0.0
        self._block = self._telemetry.working(self._work)
        context.run(self._block.__enter__)
        self._context = context

    def end(self, answer: Answer | None, error: BaseException | None, attempts: int = 1) -> None:
        """Tell how it ended."""
        if self._context is None:
            return
        context, self._context = self._context, None
        # A task that is left open has not failed.
        raised = None if isinstance(error, SuspendTask) else error
        trace = None if raised is None else raised.__traceback__
        context.run(self._block.__exit__, type(raised) if raised else None, raised, trace)
        if self._telemetry.listens:
            self._tell(answer, attempts)

    def _tell(self, answer: Answer | None, attempts: int) -> None:
        work = self._work
        outcome = "suspended" if answer is None else _OUTCOMES[type(answer)]
        seconds = self._clock.now() - self._started_at
        self._telemetry.tell(ActivityEnded(work=work, outcome=outcome, seconds=seconds))
        if attempts > 1:
            self._telemetry.tell(
                TaskRetried(
                    kind="activity", domain=work.domain, type=work.type, count=attempts - 1
                )
            )
