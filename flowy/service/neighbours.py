"""Other processes on the same database file: their commits wake those who wait in this one.

Wake-ups within a process never depend on this.
"""

import logging
import threading
from collections.abc import Callable

from flowy.db.session import Database, Session
from flowy.errors import FlowyError
from flowy.service.notifier import Notifier
from flowy.service.store import tasks
from flowy.service.store.tasks import TaskQueue

INTERVAL = 0.05

logger = logging.getLogger(__name__)


class NeighbourWatch:
    """Looks for commits of other processes, a cheap look every 50 ms.

    Args:
        database: Tells whether somebody else has committed.
        notifier: Those who wait; as many are woken as there are tasks.
        changed: Called when somebody else has committed.
    """

    def __init__(self, database: Database, notifier: Notifier, changed: Callable[[], None]) -> None:
        self._database = database
        self._notifier = notifier
        self._changed = changed
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, on a thread of its own."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="flowy-neighbours", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def look(self) -> None:
        """Wake those who wait for what another process has committed, if it has."""
        if not self._database.changed_elsewhere():
            return
        self._changed()
        watched = self._notifier.watched()
        if not watched:
            return
        counts = self._database.read(lambda session: _count(session, watched))
        for queue, count in counts:
            self._notifier.wake(queue, count)

    def _run(self) -> None:
        while not self._stopped.wait(INTERVAL):
            try:
                self.look()
            except FlowyError:
                logger.exception("cannot see what other processes do; trying again")


def _count(session: Session, queues: list[TaskQueue]) -> list[tuple[TaskQueue, int]]:
    counts = [(queue, tasks.count(session, queue)) for queue in queues]
    return [(queue, count) for queue, count in counts if count]
