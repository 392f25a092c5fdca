"""A change in the making: collects what one command does, on top of a state that stays as it is."""

from collections.abc import Callable
from typing import Any, cast

from flowy.protocol.event import Event
from flowy.protocol.events.decision import DecisionTaskScheduled, DecisionTaskScheduledAttributes
from flowy.protocol.fields import CloseStatus
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import TaskList
from flowy.service.domain.change import Change, QueuedTask
from flowy.service.domain.durations import UNLIMITED, moment
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.items import Override, StartedDecision, WaitingDecision
from flowy.service.domain.messages import Message


class Draft:
    """The events, messages and task list moves of one command so far.

    ``waiting``, ``started``, ``task_list`` and ``override`` begin as the state's and follow what
    the draft records. ``at`` is the time that events get: never before the last event.

    Args:
        state: The execution; it is read only.
        now: The time of the command, in seconds since the epoch.
        has_left: Tells whether a task list is polled no more; no override sends tasks there.
    """

    __slots__ = (
        "at",
        "closes",
        "dequeued",
        "events",
        "has_left",
        "messages",
        "next_event_id",
        "override",
        "queued",
        "started",
        "state",
        "task_list",
        "waiting",
    )

    def __init__(
        self,
        state: ExecutionState,
        now: float,
        has_left: Callable[[str], bool] = lambda _task_list: False,
    ) -> None:
        self.state = state
        self.has_left = has_left
        self.at = max(moment(now), state.last_event_at)
        self.closes: CloseStatus | None = None
        self.dequeued: list[int] = []
        self.events: list[Event] = []
        self.messages: list[Message] = []
        self.next_event_id = state.event_count + 1
        self.override: Override | None = state.override
        self.queued: dict[int, QueuedTask] = {}
        self.started: StartedDecision | None = state.started
        self.task_list = state.task_list
        self.waiting: WaitingDecision | None = state.waiting

    def move_to(self, now: float) -> None:
        """Give later events the time ``now``, or that of the event before if that is later."""
        self.at = max(moment(now), self.at)

    def record(self, event_class: type[Event], attributes: Any) -> int:
        """Add an event and return its id."""
        event_id = self.next_event_id
        self.next_event_id = event_id + 1
        self.events.append(
            event_class(event_id=event_id, event_timestamp=self.at, attributes=attributes)
        )
        return event_id

    def wake(self) -> None:
        """Schedule a decision task, unless one waits already or the execution closes."""
        if self.waiting is not None or self.closes is not None:
            return
        name, timeout = self.task_list, UNLIMITED
        if self.override is not None and self.has_left(self.override.task_list):
            self.override = None
        if self.override is not None:
            name, timeout = self.override.task_list, self.override.schedule_to_start_timeout
        settings = self.state.settings
        attributes = DecisionTaskScheduledAttributes(
            task_list=TaskList(name=name),
            task_priority=settings.task_priority,
            start_to_close_timeout=settings.task_start_to_close_timeout,
            schedule_to_start_timeout=timeout,
        )
        self.waiting = WaitingDecision(
            scheduled_event_id=self.record(DecisionTaskScheduled, attributes),
            scheduled_at=self.at,
            task_list=name,
            priority=int(settings.task_priority or 0),
            start_to_close_timeout=settings.task_start_to_close_timeout,
            schedule_to_start_timeout=timeout,
        )
        if self.started is None:
            self._queue_waiting(self.waiting)

    def end_started_decision(self) -> None:
        """Note that the decision task in hand is over: one that waits may be handed out."""
        self.started = None
        if self.waiting is not None:
            self._queue_waiting(self.waiting)

    def end_override_of(self, task_list: str) -> None:
        """End the override, if it is to this task list."""
        if self.override is not None and self.override.task_list == task_list:
            self.override = None

    def queue(self, task: QueuedTask) -> None:
        """Put a task on its list."""
        self.queued[task.scheduled_event_id] = task

    def dequeue(self, scheduled_event_id: int) -> None:
        """Take a task from its list, be it there already or put there by this draft."""
        if self.queued.pop(scheduled_event_id, None) is None:
            self.dequeued.append(scheduled_event_id)

    def close(self, status: CloseStatus) -> None:
        """Note that the execution closes: its tasks vanish."""
        self.closes = status
        self.queued.clear()
        self.dequeued.clear()

    def change(self) -> Change:
        """Make the change."""
        return Change(
            execution=self.state.execution,
            events=cast(tuple[HistoryEvent, ...], tuple(self.events)),
            messages=tuple(self.messages),
            queued=tuple(self.queued.values()),
            dequeued=tuple(self.dequeued),
            closes=self.closes,
        )

    def _queue_waiting(self, task: WaitingDecision) -> None:
        self.queue(
            QueuedTask(
                kind="decision",
                task_list=task.task_list,
                priority=task.priority,
                scheduled_event_id=task.scheduled_event_id,
            )
        )
