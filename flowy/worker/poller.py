"""What a poller is, and what it needs to know of its place."""

import os
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from flowy.clock import Clock
from flowy.protocol.client import SwfClient
from flowy.telemetry import SILENT, Telemetry
from flowy.transport.packing import PACKING, Packing
from flowy.worker.backoff import PASSING, Backoff
from flowy.worker.stop import Stop

IDENTITY_MAXIMUM = 256

LAST_TRIES = 6
"""How often a leaving worker tries again to make a call."""

LAST_PAUSE = 1.0
"""Seconds before each of these tries."""

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def identity(build: str | None = None) -> str:
    """Return what histories show as this worker: host, process id, and the build of its code.

    Args:
        build: The build; None leaves it out.
    """
    name = f"{socket.gethostname()}:{os.getpid()}"
    return (name if build is None else f"{name}:{build}")[:IDENTITY_MAXIMUM]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a poller gets its tasks and sends its answers.

    Args:
        client: The service.
        domain: The domain on it.
        task_list: The list that is polled.
        clock: What deadlines and pauses are measured on.
        stop: The wish that the poller leaves.
        identity: What histories show as the worker, at most 256 characters.
        chance: Gives numbers from 0 to 1, for pauses.
        telemetry: Hears what the poller does.
        packing: How inputs and results travel.
        last_tries: How often a call is tried again when the worker is to leave.
    """

    client: SwfClient
    domain: str
    task_list: str
    clock: Clock
    stop: Stop
    identity: str = field(default_factory=identity)
    chance: Callable[[], float] = random.random
    telemetry: Telemetry = SILENT
    packing: Packing = PACKING
    last_tries: int = LAST_TRIES

    def backoff(self, what: str) -> Backoff:
        """Make the pauses for one kind of call at this place."""
        return Backoff(
            f"{what} (task list {self.task_list}, domain {self.domain})",
            self.stop,
            self.chance,
            self.telemetry,
        )

    def persist(self, send: Callable[[], Answer], what: object, deadline: float) -> Answer:
        """Make a call until it is answered, refused, comes too late, or the worker leaves.

        A worker that is to leave tries for a few seconds more: what it has in hand may be an
        answer, and the service may be starting anew.

        Args:
            send: The call; safe to repeat.
            what: What it does, for the log: a text, or what ``str`` makes one of when it is needed.
            deadline: Moment after which it is of no use, in seconds since the epoch.

        Raises:
            FlowyError: What the last try raised.
        """
        backoff: Backoff | None = None
        last_tries = self.last_tries
        while True:
            try:
                answer = send()
            except PASSING as error:
                if self.clock.now() >= deadline or (self.stop.wished and not last_tries):
                    raise
                backoff = backoff or self.backoff(str(what))
                backoff.failed(error)
                if self.stop.wished:
                    last_tries -= 1
                    self.stop.linger(LAST_PAUSE)
            else:
                if backoff is not None:
                    backoff.succeeded()
                return answer


class Poller(Protocol[Task]):
    """Gets tasks of one kind and deals with them, all in one thread."""

    @property
    def source(self) -> Source:
        """Where the tasks come from."""
        ...

    def poll(self) -> Task | None:
        """Wait for a task; None when there was none for as long as the service waits.

        Raises:
            FlowyError: The service refused or could not be reached.
        """
        ...

    @property
    def has_begun(self) -> bool:
        """Whether the next ``poll`` may have a task already, which a last one must not leave."""
        ...

    def handle(self, task: Task, more: int = 0) -> None:
        """Carry out a task and answer it; whatever goes wrong with it is logged, not raised.

        Args:
            task: What ``poll`` gave.
            more: How many further tasks may be taken; ``poll`` is called again unless it is 0, and
                so the answer may wait for those of the tasks that came together with this one.
        """
        ...

    def close(self) -> None:
        """Let go of what is kept between tasks, in the thread that used it."""
        ...
