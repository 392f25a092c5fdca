"""A poll over HTTP that was sent already, and whose answer is still to come."""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from flowy.errors import Fault
from flowy.protocol.request import Request
from flowy.swf.connection import Connection

Answer = TypeVar("Answer")


class Sender(Protocol):
    """The client that has sent a poll."""

    def finish(self, request: Request[Answer], sent: Connection | None) -> Answer:
        """Wait for the answer to a poll that was sent, or send it now."""
        ...

    def drop(self, sent: Connection) -> None:
        """Give up a poll that was sent."""
        ...


class SentPoll(Generic[Answer]):
    """A poll that was sent behind answers; see `flowy.protocol.client.Exchanged`.

    Args:
        client: What sent it.
        poll: What it asks.
        sent: Where its answer will come; None when it is still to be sent.
    """

    def __init__(self, client: Sender, poll: Request[Answer], sent: Connection | None) -> None:
        self.faults: Sequence[Fault | None] = ()
        self._client = client
        self._poll = poll
        self._sent = sent

    def wait(self) -> list[Answer]:
        """Wait for a task; an empty one when there is none for as long as the service waits.

        Raises:
            Fault: The service refused the poll.
            ServiceUnavailable: It gave no answer that can be read.
        """
        sent, self._sent = self._sent, None
        return [self._client.finish(self._poll, sent)]

    def close(self) -> None:
        """Give the poll up; a task that is on its way is left to time out."""
        sent, self._sent = self._sent, None
        if sent is not None:
            self._client.drop(sent)
