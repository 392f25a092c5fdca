"""What a command comes to: events, messages, and tasks that appear on and vanish from lists."""

from typing import Literal

import msgspec

from flowy.protocol.fields import CloseStatus
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId
from flowy.service.domain.messages import Message

TaskKind = Literal["activity", "decision", "lambda"]


class QueuedTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task that may be handed out from now on.

    ``task_list`` is the name of a Lambda function's list: the function's own name. A higher
    ``priority`` is handed out first; among equals the one that was queued first.
    """

    kind: TaskKind
    task_list: str
    priority: int
    scheduled_event_id: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """All that a command does, to be stored in one transaction.

    1. Append ``events`` to the history of ``execution`` (a new one when ``starts``) and apply
       them to its state.
    2. Take the tasks of the scheduled event ids ``dequeued`` from their lists, or all tasks of the
       execution when it ``closes``; then put ``queued`` on theirs. What is on a list may be handed
       out: a decision task that has to wait for the one in hand is queued when its turn comes.
    3. Deliver ``messages`` in order.

    A change without events and messages changes nothing. One that has messages only (a message
    found nobody) need not name an execution that exists.
    """

    execution: ExecutionId
    events: tuple[HistoryEvent, ...] = ()
    messages: tuple[Message, ...] = ()
    queued: tuple[QueuedTask, ...] = ()
    dequeued: tuple[int, ...] = ()
    closes: CloseStatus | None = None

    @property
    def starts(self) -> bool:
        """Whether the events are the first of a new execution."""
        return bool(self.events) and self.events[0].event_id == 1
