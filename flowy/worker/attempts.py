"""What became of the attempts of a call before this one: read from the history, when asked for.

The id of an activity says which attempt of which call it is (`flowy.transport.attempt`). What the
attempts before it did stands in the history alone, which is read backwards, from its end to the
call's first attempt.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from flowy.protocol.events.activity import (
    ActivityTaskFailed,
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
)
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import GetWorkflowExecutionHistory
from flowy.transport import attempt, failure
from flowy.transport.packing import Packing
from flowy.transport.sealed import reveal
from flowy.worker.heartbeat import said
from flowy.worker.history import PATIENCE
from flowy.worker.poller import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What is known of the attempts before one.

    Args:
        began: The attempts that a worker had begun, by number, the newest first.
        details: What the newest of them reported last that reported anything.
    """

    began: tuple[int, ...] = ()
    details: str | None = None


def before(source: Source, execution: ExecutionId, activity_id: str) -> Before:
    """Read what became of the attempts before an activity.

    Args:
        source: Where the history is.
        execution: Whose activity it is.
        activity_id: The attempt that asks.

    Raises:
        FlowyError: The history could not be read.
    """
    this = attempt.read(activity_id)
    if this.attempt == 1 and this.number == this.first:
        return Before()
    began: list[int] = []
    details: str | None = None
    started: set[int] = set()
    reported: dict[int, str | None] = {}
    for event in _backwards(source, execution):
        if isinstance(event, ActivityTaskStarted):
            started.add(event.attributes.scheduled_event_id)
        elif isinstance(event, ActivityTaskTimedOut | ActivityTaskFailed):
            reported[event.attributes.scheduled_event_id] = _reported(event, source.packing)
        elif isinstance(event, ActivityTaskScheduled):
            other = attempt.read(event.attributes.activity_id)
            if other.first != this.first or other.number == this.number:
                continue
            if event.event_id in started:
                began.append(other.attempt)
            details = details or reported.get(event.event_id)
            if other.number == this.first:
                break
    return Before(began=tuple(began), details=details)


def _reported(event: ActivityTaskTimedOut | ActivityTaskFailed, packing: Packing) -> str | None:
    """Return what an attempt reported last; of failures Flowy's own workers tell it."""
    details = reveal(packing, event.attributes.details, "what an attempt before said")
    if isinstance(event, ActivityTaskTimedOut):
        return said(details)
    found = failure.remote(details)
    return None if found is None else said(found.heartbeat)


def _backwards(source: Source, execution: ExecutionId) -> Iterator[HistoryEvent]:
    request = GetWorkflowExecutionHistory(
        domain=source.domain, execution=execution, reverse_order=True
    )
    while True:
        asked = request
        page = source.persist(
            lambda asked=asked: source.client.call(asked),  # type: ignore[misc]
            f"reading the history of execution {execution}",
            source.clock.now() + PATIENCE,
        )
        yield from page.events
        if not page.next_page_token:
            return
        request = replace(request, next_page_token=page.next_page_token)
