"""Other processes on the same database: their commits wake those who wait in this one.

Wake-ups within a process never depend on this.
"""

import logging
import threading
from collections.abc import Callable

from flowy.db.session import Database, Session
from flowy.errors import FlowyError
from flowy.service.notifier import Notifier
from flowy.service.operations.topics import Heard, heard, queue_topic
from flowy.service.store import tasks
from flowy.service.store.tasks import TaskQueue

logger = logging.getLogger(__name__)


class NeighbourWatch:
    """Waits for commits of other processes.

    Args:
        database: Tells whether somebody else has committed.
        notifier: Those who wait; as many are woken as there are tasks.
        changed: Called when somebody else has committed, with what is known about it; None when
            it may have been anything.
    """

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        changed: Callable[[Heard | None], None],
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._changed = changed
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, on a thread of its own."""
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="flowy-neighbours", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped = True
        if self._thread is not None:
            self._database.interrupt()
            self._thread.join()
            self._thread = None

    def look(self) -> None:
        """Wait a moment for others, and wake those who wait for what they have committed."""
        topics = self._database.wait_for_others()
        if topics is not None and not topics:
            return
        news = None if topics is None else heard(topics)
        self._changed(news)
        watched = self._notifier.watched()
        if news is not None:
            watched = [queue for queue in watched if queue_topic(queue) in news.queues]
        if not watched:
            return
        counts = self._database.read(lambda session: _count(session, watched))
        for queue, count in counts:
            self._notifier.wake(queue, count)

    def _run(self) -> None:
        while not self._stopped:
            try:
                self.look()
            except FlowyError:
                logger.exception("cannot see what other processes do; trying again")


def _count(session: Session, queues: list[TaskQueue]) -> list[tuple[TaskQueue, int]]:
    counts = [(queue, tasks.count(session, queue)) for queue in queues]
    return [(queue, count) for queue, count in counts if count]
