"""Decisions about activity tasks."""

from typing import Literal

import msgspec

from flowy.protocol.decisions import (
    RequestCancelActivityTask,
    ScheduleActivityTask,
    ScheduleActivityTaskAttributes,
)
from flowy.protocol.events.activity import (
    ActivityTaskCanceled,
    ActivityTaskCanceledAttributes,
    ActivityTaskCancelRequested,
    ActivityTaskCancelRequestedAttributes,
    ActivityTaskScheduled,
    ActivityTaskScheduledAttributes,
    RequestCancelActivityTaskFailed,
    RequestCancelActivityTaskFailedAttributes,
    ScheduleActivityTaskFailed,
    ScheduleActivityTaskFailedAttributes,
)
from flowy.protocol.fields import (
    RequestCancelActivityTaskFailedCause,
    ScheduleActivityTaskFailedCause,
)
from flowy.service.domain.batch import Batch, Rule
from flowy.service.domain.change import QueuedTask
from flowy.service.domain.items import OpenActivity
from flowy.service.domain.settings import ActivitySettings, MissingActivityDefault, resolve_activity


def _schedule(
    batch: Batch, decision: ScheduleActivityTask
) -> ScheduleActivityTaskFailedCause | None:
    asked = decision.attributes
    settings = _settings(batch, asked)
    if isinstance(settings, str):
        return settings
    attributes = _attributes(batch, asked, settings)
    event_id = batch.record(ActivityTaskScheduled, attributes)
    batch.activities.put(
        asked.activity_id,
        OpenActivity(scheduled_event_id=event_id, scheduled_at=batch.draft.at, settings=attributes),
    )
    task = QueuedTask(
        kind="activity",
        task_list=settings.task_list.name,
        priority=int(settings.task_priority or 0),
        scheduled_event_id=event_id,
    )
    batch.draft.queue(task)
    return None


def _settings(
    batch: Batch, asked: ScheduleActivityTaskAttributes
) -> (
    ActivitySettings
    | MissingActivityDefault
    | Literal[
        "ACTIVITY_TYPE_DOES_NOT_EXIST",
        "ACTIVITY_TYPE_DEPRECATED",
        "ACTIVITY_ID_ALREADY_IN_USE",
        "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
    ]
):
    activity_type = batch.context.types.activity_type(asked.activity_type)
    if activity_type is None:
        return "ACTIVITY_TYPE_DOES_NOT_EXIST"
    if activity_type.type_info.status == "DEPRECATED":
        return "ACTIVITY_TYPE_DEPRECATED"
    if batch.activities.find(asked.activity_id) is not None:
        return "ACTIVITY_ID_ALREADY_IN_USE"
    if batch.activities.count >= batch.context.limits.open_activities:
        return "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
    return resolve_activity(asked, activity_type.configuration)


def _attributes(
    batch: Batch, asked: ScheduleActivityTaskAttributes, settings: ActivitySettings
) -> ActivityTaskScheduledAttributes:
    return ActivityTaskScheduledAttributes(
        activity_type=asked.activity_type,
        activity_id=asked.activity_id,
        task_list=settings.task_list,
        decision_task_completed_event_id=batch.completed_event_id,
        input=asked.input,
        control=asked.control,
        schedule_to_start_timeout=settings.schedule_to_start_timeout,
        schedule_to_close_timeout=settings.schedule_to_close_timeout,
        start_to_close_timeout=settings.start_to_close_timeout,
        task_priority=settings.task_priority,
        heartbeat_timeout=settings.heartbeat_timeout,
    )


def _fail_schedule(
    batch: Batch, decision: ScheduleActivityTask, cause: ScheduleActivityTaskFailedCause
) -> None:
    attributes = ScheduleActivityTaskFailedAttributes(
        activity_type=decision.attributes.activity_type,
        activity_id=decision.attributes.activity_id,
        cause=cause,
        decision_task_completed_event_id=batch.completed_event_id,
    )
    batch.record(ScheduleActivityTaskFailed, attributes)


def _request_cancel(
    batch: Batch, decision: RequestCancelActivityTask
) -> RequestCancelActivityTaskFailedCause | None:
    activity_id = decision.attributes.activity_id
    activity = batch.activities.find(activity_id)
    if activity is None:
        return "ACTIVITY_ID_UNKNOWN"
    attributes = ActivityTaskCancelRequestedAttributes(
        decision_task_completed_event_id=batch.completed_event_id, activity_id=activity_id
    )
    event_id = batch.record(ActivityTaskCancelRequested, attributes)
    if activity.started_event_id:
        requested = msgspec.structs.replace(activity, cancel_requested_event_id=event_id)
        batch.activities.put(activity_id, requested)
    else:
        _cancel_waiting(batch, activity, event_id)
    return None


def _cancel_waiting(batch: Batch, activity: OpenActivity, requested_event_id: int) -> None:
    attributes = ActivityTaskCanceledAttributes(
        scheduled_event_id=activity.scheduled_event_id,
        started_event_id=0,
        latest_cancel_requested_event_id=requested_event_id,
    )
    batch.record(ActivityTaskCanceled, attributes)
    batch.activities.remove(activity.settings.activity_id)
    batch.draft.dequeue(activity.scheduled_event_id)
    batch.wakes = True


def _fail_request_cancel(
    batch: Batch, decision: RequestCancelActivityTask, cause: RequestCancelActivityTaskFailedCause
) -> None:
    attributes = RequestCancelActivityTaskFailedAttributes(
        activity_id=decision.attributes.activity_id,
        cause=cause,
        decision_task_completed_event_id=batch.completed_event_id,
    )
    batch.record(RequestCancelActivityTaskFailed, attributes)


REQUEST_CANCEL_ACTIVITY_TASK = Rule(_request_cancel, _fail_request_cancel)
SCHEDULE_ACTIVITY_TASK = Rule(_schedule, _fail_schedule, "ACTIVITY_CREATION_RATE_EXCEEDED")
