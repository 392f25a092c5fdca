"""The state of an execution: what the rules must know of its history."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from flowy.protocol.events.workflow import WorkflowExecutionStartedAttributes
from flowy.protocol.fields import CloseStatus
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.service.domain.deadlines import Deadline, DeadlineKind, Deadlines
from flowy.service.domain.durations import deadline
from flowy.service.domain.items import (
    OpenActivity,
    OpenChild,
    OpenLambda,
    OpenRequest,
    OpenTimer,
    Override,
    StartedDecision,
    WaitingDecision,
)


@dataclass(slots=True, eq=False)
class ExecutionState:
    """The fold of an execution's events.

    It is a cache of the history and mutable on purpose: ``fold.fold`` makes it of the first events,
    ``fold.apply`` moves it on by one event, ``heartbeat`` notes a heartbeat, and nothing else may
    change it. Commands only read it.

    Open things are kept by the id of the event that opened them; the dictionaries ``…_ids`` find
    that event by the name that a decider gave. ``settings`` are the resolved settings without the
    input. ``task_list`` is where decision tasks go unless ``override`` says otherwise.
    ``previous_started_event_id`` is that of the last decision task that was completed.
    """

    execution: ExecutionId
    settings: WorkflowExecutionStartedAttributes
    task_list: str
    started_at: float
    last_event_at: float
    event_count: int = 1
    close_status: CloseStatus | None = None
    closed_at: float | None = None
    cancel_requested: bool = False
    execution_context: str | None = None
    latest_activity_task_at: float | None = None
    override: Override | None = None
    waiting: WaitingDecision | None = None
    started: StartedDecision | None = None
    previous_started_event_id: int = 0
    activities: dict[int, OpenActivity] = field(default_factory=dict)
    activity_ids: dict[str, int] = field(default_factory=dict)
    timers: dict[int, OpenTimer] = field(default_factory=dict)
    timer_ids: dict[str, int] = field(default_factory=dict)
    children: dict[int, OpenChild] = field(default_factory=dict)
    lambdas: dict[int, OpenLambda] = field(default_factory=dict)
    lambda_ids: dict[str, int] = field(default_factory=dict)
    requests: dict[int, OpenRequest] = field(default_factory=dict)
    deadlines: Deadlines = field(default_factory=Deadlines)

    @property
    def is_open(self) -> bool:
        """Whether the execution has not closed."""
        return self.close_status is None

    @property
    def workflow_type(self) -> TypeId:
        """The type of the workflow."""
        return self.settings.workflow_type

    @property
    def next_due(self) -> float | None:
        """When the earliest of all clocks runs out, in seconds since the epoch; None for never.

        Cheap on average: the heap of deadlines is tidied while it is asked.
        """
        return self.deadlines.earliest(self.current_due)

    def soonest_new_due(self) -> float | None:
        """Return the earliest of the clocks that were started since this was asked last."""
        return self.deadlines.soonest_new(self.current_due)

    def due(self, now: float) -> list[Deadline]:
        """Return the clocks that have run out at ``now``, in order."""
        return self.deadlines.due(now, self.current_due)

    def current_due(self, kind: DeadlineKind, event_id: int) -> float | None:
        """Return when a clock runs out as of now, or None when it does not run any more."""
        return _CURRENT[kind](self, event_id)

    def heartbeat(self, scheduled_event_id: int, now: float, details: str | None) -> None:
        """Note a heartbeat of a started activity; it is no event, the store keeps it beside.

        A heartbeat of an activity that is over is ignored.
        """
        activity = self.activities.get(scheduled_event_id)
        if activity is not None and activity.started_event_id:
            self.activities[scheduled_event_id] = msgspec.structs.replace(
                activity, heartbeat_at=now, heartbeat_details=details
            )

    def snapshot(self) -> tuple[Any, ...]:
        """Return a copy of all that is known, to be compared with another state's."""
        known = (getattr(self, name) for name in self.__slots__ if name != "deadlines")
        copies = (dict(value) if isinstance(value, dict) else value for value in known)
        return (*copies, self.next_due)


def _heartbeat_due(state: ExecutionState, event_id: int) -> float | None:
    activity = state.activities.get(event_id)
    if activity is None or not activity.started_event_id:
        return None
    alive_at = max(activity.started_at, activity.heartbeat_at)
    return deadline(alive_at, activity.settings.heartbeat_timeout)


def _schedule_to_close_due(state: ExecutionState, event_id: int) -> float | None:
    activity = state.activities.get(event_id)
    if activity is None:
        return None
    return deadline(activity.scheduled_at, activity.settings.schedule_to_close_timeout)


def _schedule_to_start_due(state: ExecutionState, event_id: int) -> float | None:
    activity = state.activities.get(event_id)
    if activity is None or activity.started_event_id:
        return None
    return deadline(activity.scheduled_at, activity.settings.schedule_to_start_timeout)


def _start_to_close_due(state: ExecutionState, event_id: int) -> float | None:
    activity = state.activities.get(event_id)
    if activity is None or not activity.started_event_id:
        return None
    return deadline(activity.started_at, activity.settings.start_to_close_timeout)


def _decision_schedule_to_start_due(state: ExecutionState, event_id: int) -> float | None:
    task = state.waiting
    if task is None or task.scheduled_event_id != event_id:
        return None
    return deadline(task.scheduled_at, task.schedule_to_start_timeout)


def _decision_start_to_close_due(state: ExecutionState, event_id: int) -> float | None:
    task = state.started
    if task is None or task.scheduled.scheduled_event_id != event_id:
        return None
    return deadline(task.started_at, task.scheduled.start_to_close_timeout)


def _execution_due(state: ExecutionState, event_id: int) -> float | None:
    if not state.is_open:
        return None
    return deadline(state.started_at, state.settings.execution_start_to_close_timeout)


def _lambda_due(state: ExecutionState, event_id: int) -> float | None:
    function = state.lambdas.get(event_id)
    if function is None or not function.started_event_id:
        return None
    return deadline(function.started_at, function.settings.start_to_close_timeout)


def _timer_due(state: ExecutionState, event_id: int) -> float | None:
    timer = state.timers.get(event_id)
    return None if timer is None else timer.due


_CURRENT: dict[DeadlineKind, Callable[[ExecutionState, int], float | None]] = {
    DeadlineKind.ACTIVITY_HEARTBEAT: _heartbeat_due,
    DeadlineKind.ACTIVITY_SCHEDULE_TO_CLOSE: _schedule_to_close_due,
    DeadlineKind.ACTIVITY_SCHEDULE_TO_START: _schedule_to_start_due,
    DeadlineKind.ACTIVITY_START_TO_CLOSE: _start_to_close_due,
    DeadlineKind.DECISION_SCHEDULE_TO_START: _decision_schedule_to_start_due,
    DeadlineKind.DECISION_START_TO_CLOSE: _decision_start_to_close_due,
    DeadlineKind.EXECUTION_START_TO_CLOSE: _execution_due,
    DeadlineKind.LAMBDA_START_TO_CLOSE: _lambda_due,
    DeadlineKind.TIMER: _timer_due,
}
