"""Which activities of an execution are open, who does them, and how far they say they are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from flowy.cli.progress import shown
from flowy.cli.tables import moment
from flowy.errors import FlowyError
from flowy.protocol.client import SwfClient
from flowy.protocol.events import activity
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.extensions import DescribeOpenActivityTasks, OpenActivityTask
from flowy.protocol.value import Value
from flowy.transport.attempt import read as read_attempt
from flowy.worker.heartbeat import Progress, read_progress, said


class OpenActivity(Value):
    """An open activity task, its activity id and its heartbeat taken apart.

    ``details`` are what the activity said last, without its progress.
    """

    task: OpenActivityTask
    number: str
    attempt: int
    progress: Progress | None = None
    details: str | None = None


@dataclass(frozen=True, kw_only=True)
class OpenActivities:
    """What is known.

    Args:
        activities: The open ones, in the order in which they were scheduled.
        beats: Whether the service tells of heartbeats; Amazon's does not.
    """

    activities: tuple[OpenActivity, ...]
    beats: bool


def find(
    client: SwfClient,
    domain: str,
    execution: ExecutionId,
    events: Sequence[HistoryEvent],
    read: Callable[[str], str] = str,
) -> OpenActivities:
    """Ask the service, or the history where the service does not tell.

    Args:
        client: The service.
        domain: The domain.
        execution: Which one.
        events: Its history so far.
        read: Returns the text that the details of a heartbeat stand for.
    """
    try:
        answer = client.call(DescribeOpenActivityTasks(domain=domain, execution=execution))
    except FlowyError:  # some answer what they do not know with an error of their own
        tasks: Iterable[OpenActivityTask] = from_history(events)
        beats = False
    else:
        tasks, beats = answer.activity_tasks, True
    return OpenActivities(activities=tuple(_read(task, read) for task in tasks), beats=beats)


def from_history(events: Iterable[HistoryEvent]) -> Iterator[OpenActivityTask]:
    """Return the activity tasks that a history leaves open; it tells nothing of heartbeats."""
    found: dict[int, OpenActivityTask] = {}
    for event in events:
        if type(event).__name__ in _CLOSED:
            return
        note = _NOTES.get(type(event))
        if note is not None:
            note(found, event)
    yield from found.values()


Found = dict[int, OpenActivityTask]

_CLOSED = frozenset(
    f"WorkflowExecution{how}"
    for how in ("Canceled", "Completed", "ContinuedAsNew", "Failed", "Terminated", "TimedOut")
)


def _scheduled(found: Found, event: activity.ActivityTaskScheduled) -> None:
    settings = event.attributes
    found[event.event_id] = OpenActivityTask(
        activity_id=settings.activity_id,
        activity_type=settings.activity_type,
        task_list=settings.task_list,
        scheduled_event_id=event.event_id,
        scheduled_timestamp=event.event_timestamp,
        cancel_requested=False,
    )


def _started(found: Found, event: activity.ActivityTaskStarted) -> None:
    key = event.attributes.scheduled_event_id
    found[key] = replace(
        found[key],
        started_event_id=event.event_id,
        started_timestamp=event.event_timestamp,
        identity=event.attributes.identity,
    )


def _cancel_requested(found: Found, event: activity.ActivityTaskCancelRequested) -> None:
    for key, task in found.items():
        if task.activity_id == event.attributes.activity_id:
            found[key] = replace(task, cancel_requested=True)


def _over(found: Found, event: Any) -> None:
    found.pop(event.attributes.scheduled_event_id, None)


_NOTES: dict[type[HistoryEvent], Callable[[Found, Any], None]] = {
    activity.ActivityTaskCancelRequested: _cancel_requested,
    activity.ActivityTaskCanceled: _over,
    activity.ActivityTaskCompleted: _over,
    activity.ActivityTaskFailed: _over,
    activity.ActivityTaskScheduled: _scheduled,
    activity.ActivityTaskStarted: _started,
    activity.ActivityTaskTimedOut: _over,
}


def row(found: OpenActivity) -> tuple[str, ...]:
    """Return what a table shows of one: which, attempt, state, worker, since, beat, progress."""
    task = found.task
    since = task.started_timestamp or task.scheduled_timestamp
    return (
        f"{task.activity_type} #{found.number}",
        str(found.attempt),
        _state(task),
        task.identity or "",
        moment(since),
        "" if task.heartbeat_timestamp is None else moment(task.heartbeat_timestamp),
        shown(found.progress),
        found.details or "",
    )


def _state(task: OpenActivityTask) -> str:
    state = "runs" if task.started_event_id else "waits"
    return f"{state}, is to be cancelled" if task.cancel_requested else state


def _read(task: OpenActivityTask, read: Callable[[str], str]) -> OpenActivity:
    attempt = read_attempt(task.activity_id)
    details = None if task.heartbeat_details is None else read(task.heartbeat_details)
    return OpenActivity(
        task=task,
        number=attempt.number,
        attempt=attempt.attempt,
        progress=read_progress(details),
        details=said(details),
    )
