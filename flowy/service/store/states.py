"""Executions with their state: kept by version, folded from the stored events when not kept.

Only the thread that is in a writing transaction may use a ``States``. A state that a transaction
has touched is dropped when that transaction is rolled back; a state whose row another process has
changed is moved on by the events it does not have yet. Where the database tells that nobody else
has written since a state was used last, its row is not even looked at.
"""

from collections import OrderedDict
from dataclasses import dataclass

from flowy.db.session import Session
from flowy.errors import DatabaseError
from flowy.service.domain.change import Change
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.fold import apply, fold
from flowy.service.store import events, executions, heartbeats, tasks
from flowy.service.store.events import Range
from flowy.service.store.executions import Header
from flowy.service.store.heartbeats import Heartbeat

KEPT = 4096


@dataclass(slots=True)
class Kept:
    """An execution's key, its row as far as it is needed, and its state; moved on by ``States``."""

    id: int
    domain: int
    version: int
    next_due: float | None
    state: ExecutionState
    seen_in: int = -1


class States:
    """Loads and stores executions.

    Args:
        size: How many states are kept; those used last stay.
    """

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._touched: set[int] = set()
        self._trusts = False
        self._era = 0

    def trust(self) -> None:
        """Look at no row again until ``distrust``."""
        self._trusts = True

    def distrust(self) -> None:
        """Take note that somebody else may have changed any row."""
        self._era += 1

    def drop(self, execution: int) -> None:
        """Forget an execution that is deleted."""
        self._kept.pop(execution, None)

    def load(self, session: Session, execution: int) -> Kept | None:
        """Return an execution by its key, or None when there is none."""
        kept = self._kept.get(execution)
        if kept is not None and self._trusts and kept.seen_in == self._era:
            self._kept.move_to_end(execution)
            return kept
        row = executions.header(session, execution)
        if row is None:
            self.drop(execution)
            return None
        if kept is None or kept.state.execution.run_id != row.run_id:
            kept = self._fold(session, row)
        elif kept.version != row.version:
            self._touched.add(execution)
            self._catch_up(session, kept, row)
        kept.seen_in = self._era
        self._kept.move_to_end(execution)
        return kept

    def start(self, session: Session, domain: int, change: Change, now: float) -> Kept:
        """Store an execution that a change starts, and return it."""
        state = fold(change.execution, change.events)
        key = executions.add(session, domain, change.execution, state.settings, state.started_at)
        kept = Kept(id=key, domain=domain, version=0, next_due=None, state=state, seen_in=self._era)
        self._keep(kept)
        self._store(session, kept, change, now)
        return kept

    def save(self, session: Session, kept: Kept, change: Change, now: float) -> None:
        """Store a change of an execution and move its state on."""
        if not change.events:
            return
        self._touched.add(kept.id)
        was_requested = kept.state.cancel_requested
        for event in change.events:
            apply(kept.state, event)
        if kept.state.cancel_requested and not was_requested:
            executions.request_cancel(session, kept.id)
        self._store(session, kept, change, now)

    def heartbeat(self, session: Session, kept: Kept, heartbeat: Heartbeat) -> None:
        """Store a heartbeat and move the state on."""
        self._touched.add(kept.id)
        heartbeats.record(session, kept.id, heartbeat)
        _apply_heartbeat(kept.state, heartbeat)
        self._move(kept, executions.step(session, kept.id, kept.version))

    def settle(self, session: Session, kept: Kept) -> None:
        """Let the row say exactly when something is due next."""
        due = kept.state.next_due if kept.state.is_open else None
        if due != kept.next_due:
            self._touched.add(kept.id)
            self._move(kept, executions.reschedule(session, kept.id, kept.version, due))
            kept.next_due = due

    def committed(self) -> None:
        """Take note that what was touched is stored."""
        self._touched.clear()

    def rolled_back(self) -> None:
        """Drop the states that the undone transaction touched."""
        for execution in self._touched:
            self.drop(execution)
        self._touched.clear()

    def _store(self, session: Session, kept: Kept, change: Change, now: float) -> None:
        events.append(session, kept.id, change.events)
        if change.closes is not None:
            tasks.dequeue_all(session, kept.id)
            heartbeats.forget(session, kept.id)
            closed_at = change.events[-1].event_timestamp
            moved = executions.close(session, kept.id, kept.version, change.closes, closed_at)
            kept.next_due = None
        else:
            tasks.dequeue(session, kept.id, change.dequeued)
            moved = self._step(session, kept)
        if change.queued:
            tasks.queue(session, kept.domain, kept.id, change.queued, now)
        self._move(kept, moved)

    def _step(self, session: Session, kept: Kept) -> bool:
        """Move the row on; a deadline is written only when it is earlier than the row's."""
        due = kept.state.next_due
        if due is None or (kept.next_due is not None and kept.next_due <= due):
            return executions.step(session, kept.id, kept.version)
        kept.next_due = due
        return executions.reschedule(session, kept.id, kept.version, due)

    def _move(self, kept: Kept, moved: bool) -> None:
        if not moved:
            raise DatabaseError(
                f"{kept.state.execution} was changed by another transaction at the same time; "
                "nothing was stored, the call can be made again"
            )
        kept.version += 1

    def _fold(self, session: Session, row: Header) -> Kept:
        history = events.decoded(session, Range(execution=row.id))
        state = fold(row.execution, history)
        for heartbeat in heartbeats.of(session, row.id):
            _apply_heartbeat(state, heartbeat)
        kept = Kept(
            id=row.id, domain=row.domain, version=row.version, next_due=row.next_due, state=state
        )
        self._keep(kept)
        return kept

    def _catch_up(self, session: Session, kept: Kept, row: Header) -> None:
        """Move a kept state on to what another process has stored."""
        news = Range(execution=row.id, first=kept.state.event_count + 1)
        for event in events.decoded(session, news):
            apply(kept.state, event)
        for heartbeat in heartbeats.of(session, row.id):
            _apply_heartbeat(kept.state, heartbeat)
        kept.version, kept.next_due = row.version, row.next_due

    def _keep(self, kept: Kept) -> None:
        self._touched.add(kept.id)
        self._kept[kept.id] = kept
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)


def _apply_heartbeat(state: ExecutionState, heartbeat: Heartbeat) -> None:
    state.heartbeat(heartbeat.scheduled_event_id, heartbeat.recorded_at, heartbeat.details)
