"""The one seam between Flowy and an SWF, wherever that is."""

from typing import Any, Protocol, TypeVar

from flowy.protocol.request import Request

Answer = TypeVar("Answer")
Task = TypeVar("Task", covariant=True)


class SwfClient(Protocol):
    """A way to call an SWF: Amazon's, one over HTTP, or one in this process.

    A poll blocks until there is a task, or for up to 60 seconds, so a poller owns its thread.
    A client may be used by several threads at once.
    """

    def call(self, request: Request[Answer]) -> Answer:
        """Carry out one operation.

        Raises:
            Fault: The service refused; the subclass says why (`flowy.protocol.faults`).
            ServiceUnavailable: The service gave no answer, or none that can be read. Whether it
                carried out the operation is not known.
        """
        ...

    def interrupt(self) -> None:
        """Make the polls that wait in ``call`` now, and later ones, come back without a task.

        A task is never lost by this: a poll that already got one returns it.
        """
        ...

    def close(self) -> None:
        """Give back connections and threads; the client is of no use afterwards."""
        ...


class PendingPoll(Protocol[Task]):
    """A poll that has begun; whoever began it calls one of these, once."""

    def wait(self) -> Task:
        """Wait for the task as a poll in ``SwfClient.call`` does."""
        ...

    def close(self) -> None:
        """Give the poll up; a task that it already has is left to time out."""
        ...


class ChainingClient(SwfClient, Protocol):
    """What an ``SwfClient`` may offer besides: an answer and the poll that follows it at once.

    Where both are carried out by one transaction, a busy worker costs one commit a task, not two.
    """

    def call_then_poll(self, request: Request[Any], poll: Request[Answer]) -> PendingPoll[Answer]:
        """Carry out an operation and begin a poll; returns when the operation is carried out.

        Raises:
            Fault: The service refused the operation; the poll has not begun.
            ServiceUnavailable: As in ``SwfClient.call``; the poll has not begun.
        """
        ...
