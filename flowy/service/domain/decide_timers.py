"""Decisions about timers and markers."""

from flowy.protocol.decisions import CancelTimer, RecordMarker, StartTimer
from flowy.protocol.events.marker import (
    MarkerRecorded,
    MarkerRecordedAttributes,
    RecordMarkerFailed,
    RecordMarkerFailedAttributes,
)
from flowy.protocol.events.timer import (
    CancelTimerFailed,
    CancelTimerFailedAttributes,
    StartTimerFailed,
    StartTimerFailedAttributes,
    TimerCanceled,
    TimerCanceledAttributes,
    TimerStarted,
    TimerStartedAttributes,
)
from flowy.protocol.fields import (
    CancelTimerFailedCause,
    RecordMarkerFailedCause,
    StartTimerFailedCause,
)
from flowy.service.domain.batch import Batch, Rule
from flowy.service.domain.items import OpenTimer


def _start(batch: Batch, decision: StartTimer) -> StartTimerFailedCause | None:
    asked = decision.attributes
    if batch.timers.find(asked.timer_id) is not None:
        return "TIMER_ID_ALREADY_IN_USE"
    if batch.timers.count >= batch.context.limits.open_timers:
        return "OPEN_TIMERS_LIMIT_EXCEEDED"
    attributes = TimerStartedAttributes(
        timer_id=asked.timer_id,
        start_to_fire_timeout=asked.start_to_fire_timeout,
        decision_task_completed_event_id=batch.completed_event_id,
        control=asked.control,
    )
    event_id = batch.record(TimerStarted, attributes)
    due = batch.draft.at + int(asked.start_to_fire_timeout)
    timer = OpenTimer(started_event_id=event_id, timer_id=asked.timer_id, due=due)
    batch.timers.put(asked.timer_id, timer)
    return None


def _fail_start(batch: Batch, decision: StartTimer, cause: StartTimerFailedCause) -> None:
    attributes = StartTimerFailedAttributes(
        timer_id=decision.attributes.timer_id,
        cause=cause,
        decision_task_completed_event_id=batch.completed_event_id,
    )
    batch.record(StartTimerFailed, attributes)


def _cancel(batch: Batch, decision: CancelTimer) -> CancelTimerFailedCause | None:
    timer_id = decision.attributes.timer_id
    timer = batch.timers.find(timer_id)
    if timer is None:
        return "TIMER_ID_UNKNOWN"
    attributes = TimerCanceledAttributes(
        timer_id=timer_id,
        started_event_id=timer.started_event_id,
        decision_task_completed_event_id=batch.completed_event_id,
    )
    batch.record(TimerCanceled, attributes)
    batch.timers.remove(timer_id)
    return None


def _fail_cancel(batch: Batch, decision: CancelTimer, cause: CancelTimerFailedCause) -> None:
    attributes = CancelTimerFailedAttributes(
        timer_id=decision.attributes.timer_id,
        cause=cause,
        decision_task_completed_event_id=batch.completed_event_id,
    )
    batch.record(CancelTimerFailed, attributes)


def _record_marker(batch: Batch, decision: RecordMarker) -> None:
    attributes = MarkerRecordedAttributes(
        marker_name=decision.attributes.marker_name,
        decision_task_completed_event_id=batch.completed_event_id,
        details=decision.attributes.details,
    )
    batch.record(MarkerRecorded, attributes)


def _fail_marker(batch: Batch, decision: RecordMarker, cause: RecordMarkerFailedCause) -> None:
    attributes = RecordMarkerFailedAttributes(
        marker_name=decision.attributes.marker_name,
        cause=cause,
        decision_task_completed_event_id=batch.completed_event_id,
    )
    batch.record(RecordMarkerFailed, attributes)


CANCEL_TIMER = Rule(_cancel, _fail_cancel)
RECORD_MARKER = Rule(_record_marker, _fail_marker)
START_TIMER = Rule(_start, _fail_start, "TIMER_CREATION_RATE_EXCEEDED")
