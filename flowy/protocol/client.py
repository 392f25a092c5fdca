"""The one seam between Flowy and an SWF, wherever that is."""

from typing import Protocol, TypeVar

from flowy.protocol.request import Request

Answer = TypeVar("Answer")


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
