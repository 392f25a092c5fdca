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
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from flowy.db.session import Session
from flowy.service.domain.change import Change
from flowy.service.domain.execution import ExecutionState
from flowy.service.domain.fold import apply, fold
from flowy.service.store import events, executions, heartbeats, tasks
from flowy.service.store.events import Range
from flowy.service.store.executions import Header
from flowy.service.store.heartbeats import Heartbeat
from flowy.service.store.recent import Recent

KEPT = 4096


@dataclass(slots=True)
class Kept:
    """An execution's key, its row as far as it is needed, and its state; moved on by ``States``.

    ``recent`` are its last events, ``beats`` says whether heartbeats of it are stored.
    """

    id: int
    domain: int
    version: int
    next_due: float | None
    state: ExecutionState
    recent: Recent
    beats: bool = False


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
        self._sure: set[int] = set()
        self._doubted: set[int] = set()
        self._closed: list[int] = []

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
        self._trust(execution, kept)
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
        self._trust(row.id, kept)
        return kept

    def confirm(self, session: Session) -> None:
        """Expect that what a command has used, but not moved on, is as it was."""
        for kept in self._unconfirmed.values():
            executions.confirm(session, kept.id, kept.version)
        self._sure.update(self._unconfirmed)
        self._unconfirmed.clear()

    def doubt(self, changed: Collection[int] | None) -> None:
        """Take note that others have changed executions; None when those may be any."""
        kept = self._kept
        keys = kept.keys() if changed is None else changed
        self._doubted.update([key for key in list(keys) if key in kept])

    def start(self, session: Session, domain: int, change: Change, now: float) -> Kept:
        """Store an execution that a change starts, and return it."""
        state = fold(change.execution, change.events)
        due = state.next_due
        row = executions.New(domain, change.execution, state.settings, state.started_at, 1, due)
        key = executions.add(session, row)
        kept = Kept(
            id=key, domain=domain, version=1, next_due=due, state=state, recent=Recent(first=1)
        )
        self._keep(kept)
        self._sure.add(key)
        self._append(session, kept, change)
        tasks.queue(session, domain, key, change.queued, now)
        return kept

    def save(self, session: Session, kept: Kept, change: Change, now: float) -> None:
        """Store a change of an execution and move its state on."""
        if not change.events:
            return
        self._touched.add(kept.id)
        state, values = kept.state, {}
        was_requested = state.cancel_requested
        if change.closes is None:
            dequeued = change.dequeued
        else:
            dequeued = tuple(_queued(state))
            if not _is_waited_for(state):
                self._closed.append(kept.id)
        for event in change.events:
            apply(state, event)
        if change.closes is not None:
            values = executions.closing(change.closes, change.events[-1].event_timestamp)
            kept.next_due = None
            self._forget_heartbeats(session, kept)
        else:
            values = _earlier(kept)
            if state.cancel_requested and not was_requested:
                values["cancel_requested"] = 1
        self._move(session, kept, values)
        tasks.dequeue(session, kept.id, dequeued)
        self._append(session, kept, change)
        tasks.queue(session, kept.domain, kept.id, change.queued, now)

    def heartbeat(self, session: Session, kept: Kept, heartbeat: Heartbeat) -> None:
        """Store a heartbeat and move the state on."""
        self._touched.add(kept.id)
        self._move(session, kept, {})
        heartbeats.record(session, kept.id, heartbeat)
        kept.beats = True
        _apply_heartbeat(kept.state, heartbeat)

    def settle(self, session: Session, kept: Kept) -> None:
        """Let the row say exactly when something is due next."""
        due = kept.state.next_due if kept.state.is_open else None
        if due != kept.next_due:
            self._touched.add(kept.id)
            kept.next_due = due
            self._move(session, kept, {"next_due": due})

    def committed(self) -> None:
        """Take note that what was touched is stored; drop what was closed and nobody asks for."""
        if self._closed:
            for execution in self._closed:
                self._drop(execution)
            self._closed.clear()
        self._touched.clear()
        self._trusted.clear()
        self._unconfirmed.clear()
        self._sure.clear()

    def rolled_back(self) -> None:
        """Drop the states that the undone transaction moved on, doubt those that it used."""
        for execution in self._touched:
            self._drop(execution)
        self._doubted.update(self._trusted.intersection(self._kept))
        self.committed()

    def _trust(self, execution: int, kept: Kept) -> None:
        self._trusted.add(execution)
        if execution not in self._sure:
            self._unconfirmed[execution] = kept
        self._kept.move_to_end(execution)

    def _move(self, session: Session, kept: Kept, values: dict[str, Any]) -> None:
        """Give the row the next version, which makes sure that it had the one before."""
        executions.move(session, kept.id, kept.version, values)
        kept.version += 1
        self._sure.add(kept.id)
        self._unconfirmed.pop(kept.id, None)

    def _append(self, session: Session, kept: Kept, change: Change) -> None:
        bodies = events.append(session, kept.id, change.events)
        kept.recent.append(change.events, bodies, kept.state.previous_started_event_id)

    def _forget_heartbeats(self, session: Session, kept: Kept) -> None:
        if kept.beats:
            heartbeats.forget(session, kept.id)

    def _fold(self, session: Session, row: Header) -> Kept:
        history = events.decoded(session, Range(execution=row.id))
        state = fold(row.execution, history)
        kept = Kept(
            id=row.id,
            domain=row.domain,
            version=row.version,
            next_due=row.next_due,
            state=state,
            recent=Recent(first=state.event_count + 1),
        )
        self._beat(session, kept)
        self._keep(kept)
        return kept

    def _catch_up(self, session: Session, kept: Kept, row: Header) -> None:
        """Move a kept state on to what another process has stored."""
        news = Range(execution=row.id, first=kept.state.event_count + 1)
        for event in events.decoded(session, news):
            apply(kept.state, event)
        kept.recent = Recent(first=kept.state.event_count + 1)
        self._beat(session, kept)
        kept.version, kept.next_due = row.version, row.next_due

    def _beat(self, session: Session, kept: Kept) -> None:
        for heartbeat in heartbeats.of(session, kept.id):
            kept.beats = True
            _apply_heartbeat(kept.state, heartbeat)

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


def _is_waited_for(state: ExecutionState) -> bool:
    """Tell whether an execution that closes may hear of a task in hand, or of a child's end."""
    in_hand = any(activity.started_event_id for activity in state.activities.values())
    return in_hand or bool(state.children or state.lambdas)


def _earlier(kept: Kept) -> dict[str, Any]:
    """Return a new deadline of a state if it is earlier than the row's; a later one can wait."""
    due = kept.state.soonest_new_due()
    if due is None or (kept.next_due is not None and kept.next_due <= due):
        return {}
    kept.next_due = due
    return {"next_due": due}


def _queued(state: ExecutionState) -> Iterator[int]:
    """Return the scheduled events of an execution's tasks that are on lists."""
    if state.waiting is not None and state.started is None:
        yield state.waiting.scheduled_event_id
    for things in (state.activities, state.lambdas):
        for event_id, thing in things.items():
            if not thing.started_event_id:
                yield event_id
