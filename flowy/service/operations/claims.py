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
    while True:
        found = tasks.first(unit.session, queue)
        if found is None:
            return None
        execution, scheduled_event_id = found
        kept = unit.states.load(unit.session, execution)
        if kept is None:
            tasks.dequeue(unit.session, execution, (scheduled_event_id,))
        elif not runs.is_due(unit, kept):
            return kept, scheduled_event_id
        else:
            runs.catch_up(unit, kept)
            if tasks.first(unit.session, queue) == found:
                return kept, scheduled_event_id
