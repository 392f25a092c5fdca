"""Executions with their state: kept by version, folded from the stored events when not kept.

Theory of operation: a kept state is trusted, and the transaction that used it expects that its row
still has the version that the state has. When another process was quicker, the expectation fails,
the transaction is undone and run again; by then its states are in doubt. A state in doubt is
compared with its row first and moved on by the events that it does not have yet. A state that an
undone transaction has moved on is dropped.

Only the thread that is in a writing transaction may use a ``States``; ``doubt`` may be called by
any.
"""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from flowy.db.session import Session
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


class States:
    """Loads and stores executions.

    Args:
        size: How many states are kept; those used last stay.

    Attributes:
        hits: How often a state was kept.
        misses: How often it had to be folded from the stored events.
    """

    def __init__(self, size: int = KEPT) -> None:
        self.hits = 0
        self.misses = 0
        self._size = size
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._touched: set[int] = set()
        self._trusted: set[int] = set()
        self._unconfirmed: dict[int, Kept] = {}
        self._doubted: set[int] = set()

    def load(self, session: Session, execution: int) -> Kept | None:
        """Return an execution by its key, or None when there is none."""
        kept = self._kept.get(execution)
        if kept is None or execution in self._doubted:
            row = executions.header(session, execution)
            if row is None:
                self._drop(execution)
                return None
            return self.load_row(session, row)
        self.hits += 1
        self._trusted.add(execution)
        self._unconfirmed[execution] = kept
        self._kept.move_to_end(execution)
        return kept

    def load_row(self, session: Session, row: Header) -> Kept:
        """Return an execution whose row has just been read."""
        kept = self._kept.get(row.id)
        self._doubted.discard(row.id)
        if kept is None or kept.state.execution.run_id != row.run_id:
            self.misses += 1
            kept = self._fold(session, row)
        else:
            self.hits += 1
            if kept.version != row.version:
                self._touched.add(row.id)
                self._catch_up(session, kept, row)
        self._trusted.add(row.id)
        self._unconfirmed[row.id] = kept
        self._kept.move_to_end(row.id)
        return kept

    def confirm(self, session: Session) -> None:
        """Expect that what a command has used, but not moved on, is as it was."""
        for kept in self._unconfirmed.values():
            executions.confirm(session, kept.id, kept.version)
        self._unconfirmed.clear()

    def doubt(self, changed: Collection[int] | None) -> None:
        """Take note that others have changed executions; None when those may be any."""
        kept = self._kept
        keys = kept.keys() if changed is None else changed
        self._doubted.update([key for key in list(keys) if key in kept])

    def start(self, session: Session, domain: int, change: Change, now: float) -> Kept:
        """Store an execution that a change starts, and return it."""
        state = fold(change.execution, change.events)
        key = executions.add(session, domain, change.execution, state.settings, state.started_at)
        kept = Kept(id=key, domain=domain, version=0, next_due=None, state=state)
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
        executions.step(session, kept.id, kept.version)
        self._moved(kept)
        heartbeats.record(session, kept.id, heartbeat)
        _apply_heartbeat(kept.state, heartbeat)

    def settle(self, session: Session, kept: Kept) -> None:
        """Let the row say exactly when something is due next."""
        due = kept.state.next_due if kept.state.is_open else None
        if due != kept.next_due:
            self._touched.add(kept.id)
            executions.reschedule(session, kept.id, kept.version, due)
            self._moved(kept)
            kept.next_due = due

    def committed(self) -> None:
        """Take note that what was touched is stored."""
        self._touched.clear()
        self._trusted.clear()
        self._unconfirmed.clear()

    def rolled_back(self) -> None:
        """Drop the states that the undone transaction moved on, doubt those that it used."""
        for execution in self._touched:
            self._drop(execution)
        self._doubted.update(self._trusted.intersection(self._kept))
        self.committed()

    def _store(self, session: Session, kept: Kept, change: Change, now: float) -> None:
        # The row first: on PostgreSQL its lock then comes before those of its parts.
        if change.closes is not None:
            closed_at = change.events[-1].event_timestamp
            executions.close(session, kept.id, kept.version, change.closes, closed_at)
            kept.next_due = None
            tasks.dequeue_all(session, kept.id)
            heartbeats.forget(session, kept.id)
        else:
            self._step(session, kept)
            tasks.dequeue(session, kept.id, change.dequeued)
        self._moved(kept)
        events.append(session, kept.id, change.events)
        if change.queued:
            tasks.queue(session, kept.domain, kept.id, change.queued, now)

    def _step(self, session: Session, kept: Kept) -> None:
        """Move the row on; a deadline is written only when it is earlier than the row's."""
        due = kept.state.next_due
        if due is None or (kept.next_due is not None and kept.next_due <= due):
            executions.step(session, kept.id, kept.version)
            return
        kept.next_due = due
        executions.reschedule(session, kept.id, kept.version, due)

    def _moved(self, kept: Kept) -> None:
        kept.version += 1
        self._unconfirmed.pop(kept.id, None)

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
            self._drop(next(iter(self._kept)))

    def _drop(self, execution: int) -> None:
        self._kept.pop(execution, None)
        self._doubted.discard(execution)


def _apply_heartbeat(state: ExecutionState, heartbeat: Heartbeat) -> None:
    state.heartbeat(heartbeat.scheduled_event_id, heartbeat.recorded_at, heartbeat.details)
