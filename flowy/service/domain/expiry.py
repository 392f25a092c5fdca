"""What happens when clocks run out: one table from kind of clock to function."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush

from flowy.protocol.events.activity import ActivityTaskTimedOut, ActivityTaskTimedOutAttributes
from flowy.protocol.events.decision import DecisionTaskTimedOut, DecisionTaskTimedOutAttributes
from flowy.protocol.events.lambda_ import LambdaFunctionTimedOut, LambdaFunctionTimedOutAttributes
from flowy.protocol.events.timer import TimerFired, TimerFiredAttributes
from flowy.protocol.fields import ActivityTaskTimeoutType
from flowy.service.domain.change import Change
from flowy.service.domain.closing import finish, time_out
from flowy.service.domain.context import CommandContext
from flowy.service.domain.deadlines import Deadline, DeadlineKind
from flowy.service.domain.draft import Draft
from flowy.service.domain.durations import deadline
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.items import WaitingDecision


def expire(state: ExecutionState, context: CommandContext) -> Change:
    """Record every timeout due at ``context.now``, in order of time.

    Each event carries the moment at which its clock ran out, or that of the last event where that
    is later. Nothing due is an empty change.
    """
    draft = Draft(state, state.last_event_at, context.has_left)
    agenda = state.due(context.now)
    heapify(agenda)
    over: set[int] = set()
    waiting = draft.waiting
    while agenda and draft.closes is None:
        due = heappop(agenda)
        if due.event_id in over:
            continue
        over.add(due.event_id)
        draft.move_to(due.due)
        _EXPIRE[due.kind](draft, due)
        if draft.waiting is not waiting:
            waiting = draft.waiting
            _watch(agenda, waiting, context.now)
    return finish(draft, context.limits)


def _watch(agenda: list[Deadline], task: WaitingDecision | None, now: float) -> None:
    """Add the clock of a decision task that an earlier timeout made, if it has run out too."""
    due = None if task is None else deadline(task.scheduled_at, task.schedule_to_start_timeout)
    if task is not None and due is not None and due <= now:
        kind = DeadlineKind.DECISION_SCHEDULE_TO_START
        heappush(agenda, Deadline(due, task.scheduled_event_id, kind))


def _expire_activity(timeout_type: ActivityTaskTimeoutType) -> Callable[[Draft, Deadline], None]:
    def expire_activity(draft: Draft, due: Deadline) -> None:
        activity = draft.state.activities[due.event_id]
        attributes = ActivityTaskTimedOutAttributes(
            timeout_type=timeout_type,
            scheduled_event_id=due.event_id,
            started_event_id=activity.started_event_id,
            details=activity.heartbeat_details,
        )
        draft.record(ActivityTaskTimedOut, attributes)
        if not activity.started_event_id:
            draft.dequeue(due.event_id)
        draft.wake()

    return expire_activity


def _expire_waiting_decision(draft: Draft, due: Deadline) -> None:
    task = draft.waiting
    if task is None:
        return
    attributes = DecisionTaskTimedOutAttributes(
        timeout_type="SCHEDULE_TO_START", scheduled_event_id=due.event_id, started_event_id=0
    )
    draft.record(DecisionTaskTimedOut, attributes)
    if draft.started is None:
        draft.dequeue(due.event_id)
    draft.waiting = None
    draft.end_override_of(task.task_list)
    draft.wake()


def _expire_started_decision(draft: Draft, due: Deadline) -> None:
    task = draft.started
    if task is None:
        return
    attributes = DecisionTaskTimedOutAttributes(
        timeout_type="START_TO_CLOSE",
        scheduled_event_id=due.event_id,
        started_event_id=task.started_event_id,
    )
    draft.record(DecisionTaskTimedOut, attributes)
    draft.end_override_of(task.scheduled.task_list)
    draft.end_started_decision()
    draft.wake()


def _expire_execution(draft: Draft, due: Deadline) -> None:
    time_out(draft)


def _expire_lambda(draft: Draft, due: Deadline) -> None:
    attributes = LambdaFunctionTimedOutAttributes(
        scheduled_event_id=due.event_id,
        started_event_id=draft.state.lambdas[due.event_id].started_event_id,
        timeout_type="START_TO_CLOSE",
    )
    draft.record(LambdaFunctionTimedOut, attributes)
    draft.wake()


def _fire_timer(draft: Draft, due: Deadline) -> None:
    attributes = TimerFiredAttributes(
        timer_id=draft.state.timers[due.event_id].timer_id, started_event_id=due.event_id
    )
    draft.record(TimerFired, attributes)
    draft.wake()


_EXPIRE: dict[DeadlineKind, Callable[[Draft, Deadline], None]] = {
    DeadlineKind.ACTIVITY_HEARTBEAT: _expire_activity("HEARTBEAT"),
    DeadlineKind.ACTIVITY_SCHEDULE_TO_CLOSE: _expire_activity("SCHEDULE_TO_CLOSE"),
    DeadlineKind.ACTIVITY_SCHEDULE_TO_START: _expire_activity("SCHEDULE_TO_START"),
    DeadlineKind.ACTIVITY_START_TO_CLOSE: _expire_activity("START_TO_CLOSE"),
    DeadlineKind.DECISION_SCHEDULE_TO_START: _expire_waiting_decision,
    DeadlineKind.DECISION_START_TO_CLOSE: _expire_started_decision,
    DeadlineKind.EXECUTION_START_TO_CLOSE: _expire_execution,
    DeadlineKind.LAMBDA_START_TO_CLOSE: _expire_lambda,
    DeadlineKind.TIMER: _fire_timer,
}
