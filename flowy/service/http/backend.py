"""What the HTTP front needs of a service."""

from collections.abc import Callable
from typing import Any, Protocol

from flowy.protocol.request import Request


class Watch(Protocol):
    """A place in the queue of those who wait for a task."""

    def rearm(self) -> None:
        """Wait for another wake-up, at the end of the queue; call it before looking for a task."""
        ...

    def cancel(self) -> None:
        """Give the place up; a wake-up that was not used goes to the next in the queue."""
        ...


class Backend(Protocol):
    """Carries out requests without waiting; used by several threads at once."""

    def serve(self, request: Request[Any]) -> bytes | None:
        """Carry out a request in one transaction.

        Returns:
            The body of the answer; None for a poll that finds no task.

        Raises:
            Fault: The request is refused.
            FlowyError: It cannot be carried out now.
        """
        ...

    def watch(self, request: Request[Any], wake: Callable[[], None]) -> Watch:
        """Have ``wake`` called, from any thread, when there may be a task for a poll."""
        ...
