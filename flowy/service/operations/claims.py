"""Take the next task off a list."""

from flowy.service.operations import runs
from flowy.service.operations.unit import Unit
from flowy.service.store import tasks
from flowy.service.store.states import Kept
from flowy.service.store.tasks import TaskQueue


def claim(unit: Unit, queue: TaskQueue) -> tuple[Kept, int] | None:
    """Return the execution and the scheduled event of a list's first task, None when it is empty.

    What is due in the execution is carried out first, and that may take the task off its list;
    then the next is tried.
    """
    while (found := tasks.first(unit.session, queue)) is not None:
        kept = unit.states.load_row(unit.session, found.header)
        if not runs.is_due(unit, kept):
            return kept, found.scheduled_event_id
        runs.catch_up(unit, kept)
        waiting = tasks.first(unit.session, queue)
        if waiting is not None and waiting.is_same(found):
            return kept, found.scheduled_event_id
    return None
