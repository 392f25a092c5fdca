"""The one seam between Flowy and an SWF, wherever that is."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from flowy.errors import Fault
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


class Exchanged(Protocol[Task]):
    """Answers that were carried out or refused, and a poll that has begun behind them.

    Whoever has it calls ``wait`` or ``close``, once.
    """

    @property
    def faults(self) -> Sequence[Fault | None]:
        """Why each of the answers was refused, None for those that were carried out."""
        ...

    def wait(self) -> Sequence[Task]:
        """Wait for a task as a poll in ``SwfClient.call`` does; return what was found."""
        ...

    def close(self) -> None:
        """Give the poll up; tasks that it already has are left to time out."""
        ...


class ExchangingClient(SwfClient, Protocol):
    """What an ``SwfClient`` may offer besides: several answers, and the poll that follows, at once.

    Where one transaction carries them out, a busy worker costs one commit a task and fewer.
    """

    def exchange(
        self, answers: Sequence[Request[Any]], poll: Request[Answer], most: int
    ) -> Exchanged[Answer]:
        """Carry out answers to tasks and begin a poll; return when the answers are durable.

        Args:
            answers: Each is carried out or refused by itself.
            poll: What is polled.
            most: How many tasks may be taken when so many wait.

        Raises:
            ServiceUnavailable: As in ``SwfClient.call``; the poll has not begun.
        """
        ...
