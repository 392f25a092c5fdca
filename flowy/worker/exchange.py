"""Polls and answers of one poller: answers take the next poll along where the client can.

A poll that was begun may have tasks already. A poller that is to leave therefore takes those that
it has, and sends its last answers by themselves.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from flowy.errors import FlowyError
from flowy.protocol.client import Exchanged
from flowy.protocol.request import Request
from flowy.worker.poller import Source

Task = TypeVar("Task")


class Exchange(Generic[Task]):
    """Belongs to one poller, and to its thread but for ``surrender``.

    Args:
        source: Where the tasks come from.
        poll: Makes the request of the next poll.
        most: How many tasks are taken at once when so many wait; it may be changed.
    """

    def __init__(self, source: Source, poll: Callable[[], Request[Task]], most: int = 1) -> None:
        self._source = source
        self._poll = poll
        self.most = most
        self._tasks: deque[Task] = deque()
        self._pending: Exchanged[Task] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there are tasks, or a poll was begun that has to be waited for."""
        return self.has_tasks or self._pending is not None

    @property
    def has_tasks(self) -> bool:
        """Whether the next task is here already."""
        return bool(self._tasks)

    def poll(self) -> Task:
        """Wait for a task, in the poll that was begun if there is one.

        Raises:
            FlowyError: The service refused or could not be reached.
        """
        while True:
            try:
                return self._tasks.popleft()
            except IndexError:  # there are none, or no more
                pending, self._pending = self._pending, None
            if pending is None:
                return self._source.client.call(self._poll())
            self._tasks.extend(pending.wait())

    def surrender(self) -> list[Task]:
        """Take out the tasks that are here and have not been polled; any thread may."""
        surrendered: list[Task] = []
        with suppress(IndexError):
            while True:
                surrendered.append(self._tasks.popleft())
        return surrendered

    def answer(
        self, answers: Sequence[Request[Any]], what: object, deadline: float, more: int
    ) -> list[FlowyError | None]:
        """Send answers as ``Source.persist`` does, and begin the next poll if there is no task.

        Args:
            answers: What is sent.
            what: What the answers are, for the log.
            deadline: Moment after which they are of no use, in seconds since the epoch.
            more: How many tasks the poll may bring; none is begun for 0.

        Returns:
            What went wrong with each answer.
        """
        begins = more and not self.has_begun
        exchange = getattr(self._source.client, "exchange", None) if begins else None
        if exchange is None:
            return [send(self._source, answer, what, deadline) for answer in answers]
        most = min(more, self.most)
        try:
            self._pending = pending = self._source.persist(
                lambda: exchange(answers, self._poll(), most), what, deadline
            )
        except FlowyError as error:
            return [error] * len(answers)
        return list(pending.faults)

    def close(self) -> None:
        """Give up the poll that was begun."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.close()


def send(source: Source, answer: Request[Any], what: object, deadline: float) -> FlowyError | None:
    """Send an answer as ``Source.persist`` does, and return what went wrong with it."""
    try:
        source.persist(lambda: source.client.call(answer), what, deadline)
    except FlowyError as error:
        return error
    return None
