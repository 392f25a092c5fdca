"""Polls and answers of one poller: an answer takes the next poll along where the client can.

A poll that was begun may have a task already. A poller that is to leave therefore asks for it once
more, and sends its last answer by itself.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from flowy.protocol.client import PendingPoll
from flowy.protocol.request import Request
from flowy.worker.poller import Source

Task = TypeVar("Task")


class Exchange(Generic[Task]):
    """Belongs to one poller, and to its thread.

    Args:
        source: Where the tasks come from.
        poll: Makes the request of the next poll.
    """

    def __init__(self, source: Source, poll: Callable[[], Request[Task]]) -> None:
        self._source = source
        self._poll = poll
        self._pending: PendingPoll[Task] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether a poll was begun that has to be waited for."""
        return self._pending is not None

    def poll(self) -> Task:
        """Wait for a task, in the poll that was begun if there is one.

        Raises:
            FlowyError: The service refused or could not be reached.
        """
        pending, self._pending = self._pending, None
        return self._source.client.call(self._poll()) if pending is None else pending.wait()

    def answer(self, answer: Request[Any], what: str, deadline: float, *, last: bool) -> None:
        """Send an answer as ``Source.persist`` does, and begin the next poll unless it is the last.

        Raises:
            FlowyError: What the last try raised.
        """
        client = self._source.client
        chain = None if last else getattr(client, "call_then_poll", None)
        if chain is not None:
            self._pending = self._source.persist(
                lambda: chain(answer, self._poll()), what, deadline
            )
        else:
            self._source.persist(lambda: client.call(answer), what, deadline)

    def close(self) -> None:
        """Give up the poll that was begun."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.close()
