"""What a service counts about itself, for whoever watches it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from flowy.db.session import Session
from flowy.service.notifier import Notifier
from flowy.service.store import totals

KINDS = ("activity", "decision", "lambda")


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Counts of one process, and of the database that it works on.

    Args:
        parked_polls: Polls of this process that wait, by kind of task.
        tasks_waiting: Tasks in the database that wait for a poll, by kind.
        open_executions: Executions in the database that are open.
        commits: Transactions that this process has made durable.
        commands: Commands that were in them; several share one when many callers come at once.
        state_hits: How often the state of an execution was at hand.
        state_misses: How often it had to be read from the database.
    """

    parked_polls: Mapping[str, int]
    tasks_waiting: Mapping[str, int]
    open_executions: int
    commits: int
    commands: int
    state_hits: int
    state_misses: int


def parked(notifier: Notifier) -> dict[str, int]:
    """Count those who wait, by kind of task."""
    counts = Counter(dict.fromkeys(KINDS[:2], 0))
    for queue in notifier.watched():
        counts[queue.kind] += notifier.count(queue)
    return dict(counts)


def waiting(session: Session) -> tuple[dict[str, int], int]:
    """Count the tasks that wait, by kind, and the open executions."""
    counts = dict.fromkeys(KINDS, 0)
    counts.update(totals.tasks_by_kind(session))
    return counts, totals.open_executions(session)
