"""Take the next tasks off a list."""

from collections.abc import Callable, Iterator

from flowy.service.domain.change import TaskKind
from flowy.service.domain.execution import ExecutionState
from flowy.service.operations import runs
from flowy.service.operations.unit import Unit
from flowy.service.store import tasks
from flowy.service.store.states import Kept
from flowy.service.store.tasks import TaskQueue

Claimed = tuple[Kept, int]
"""An execution, and the event that scheduled its task."""


def claims(unit: Unit, queue: TaskQueue, most: int) -> Iterator[Claimed]:
    """Go through the first tasks of a list, at most so many; each is started before the next.

    What is due in an execution is carried out first, and that may take its task off the list.
    """
    is_alone = not unit.session.has_company
    goes_on = not (is_alone and queue in unit.shared.empty_lists)
    while most > 0 and goes_on:
        found = tasks.first(unit.session, queue, most)
        goes_on = len(found) == most
        if is_alone and not goes_on:
            unit.shared.empty_lists.add(queue)
        claimed = [
            (unit.states.load_row(unit.session, task.header), task.scheduled_event_id)
            for task in found
        ]
        for kept, event_id in claimed:
            if is_ready(unit, kept, queue.kind, event_id):
                most -= 1
                yield kept, event_id
            else:
                tasks.dequeue(unit.session, kept.id, (event_id,))


def is_ready(unit: Unit, kept: Kept, kind: TaskKind, scheduled_event_id: int) -> bool:
    """Carry out what is due in an execution and tell whether a task of it may be handed out."""
    if runs.is_due(unit, kept):
        runs.catch_up(unit, kept)
    return _WAITS[kind](kept.state, scheduled_event_id)


def _activity_waits(state: ExecutionState, scheduled_event_id: int) -> bool:
    task = state.activities.get(scheduled_event_id)
    return task is not None and not task.started_event_id


def _decision_waits(state: ExecutionState, scheduled_event_id: int) -> bool:
    task = state.waiting
    return (
        task is not None and task.scheduled_event_id == scheduled_event_id and state.started is None
    )


def _lambda_waits(state: ExecutionState, scheduled_event_id: int) -> bool:
    task = state.lambdas.get(scheduled_event_id)
    return task is not None and not task.started_event_id


_WAITS: dict[TaskKind, Callable[[ExecutionState, int], bool]] = {
    "activity": _activity_waits,
    "decision": _decision_waits,
    "lambda": _lambda_waits,
}
