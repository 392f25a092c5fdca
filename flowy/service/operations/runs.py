"""Executions in a transaction: load them, carry out what the rules say, deliver the messages."""

from collections import deque

from flowy.protocol.ids import ExecutionId
from flowy.service.domain.change import Change
from flowy.service.domain.delivery import deliver
from flowy.service.domain.expiry import expire
from flowy.service.domain.messages import Message
from flowy.service.domain.refusals import (
    unknown_activity_task,
    unknown_decision_task,
    unknown_execution,
)
from flowy.service.domain.tokens import TaskToken, decode_token
from flowy.service.operations.unit import Queued, Unit
from flowy.service.store import executions, retention
from flowy.service.store.states import Kept
from flowy.service.store.tasks import TaskQueue

UNKEPT = frozenset({"0", "NONE"})
"""Retention periods of domains that keep no closed executions."""

_UNKNOWN = {"activity": unknown_activity_task, "decision": unknown_decision_task}


def load(unit: Unit, execution: int) -> Kept | None:
    """Return an execution with everything that is due carried out, or None."""
    kept = unit.states.load(unit.session, execution)
    if kept is not None and is_due(unit, kept):
        catch_up(unit, kept)
    return kept


def load_open(unit: Unit, domain: int, workflow_id: str, run_id: str | None) -> Kept:
    """Return the open run of a workflow, or the given run, which is perhaps closed.

    Raises:
        UnknownResourceFault: There is none.
    """
    key = _find(unit, domain, workflow_id, run_id)
    kept = None if key is None else load(unit, key)
    if kept is None:
        raise unknown_execution(workflow_id, run_id)
    return kept


def load_run(unit: Unit, domain: int, execution: ExecutionId) -> Kept:
    """Return a run, open or closed.

    Raises:
        UnknownResourceFault: There is none.
    """
    return load_open(unit, domain, execution.workflow_id, execution.run_id)


def load_task(unit: Unit, text: str) -> tuple[Kept, TaskToken]:
    """Return what a task token is about.

    Raises:
        ValidationException: The text is no task token.
        UnknownResourceFault: The execution is gone.
    """
    token = decode_token(text)
    kept = load(unit, token.execution_key)
    if kept is None or kept.state.execution.run_id != token.run_id:
        raise _UNKNOWN[token.kind](token.scheduled_event_id)
    return kept, token


def start(unit: Unit, domain: int, change: Change) -> Kept:
    """Store an execution that a call starts."""
    kept = _store_new(unit, domain, change)
    _deliver_all(unit, domain, change.messages)
    return kept


def carry_out(unit: Unit, kept: Kept, change: Change) -> None:
    """Store a change of an execution and deliver its messages."""
    _store(unit, kept, change)
    if change.messages:
        _deliver_all(unit, kept.domain, change.messages)


def is_due(unit: Unit, kept: Kept) -> bool:
    """Tell whether something of an execution is due."""
    if kept.next_due is None or kept.next_due > unit.now:
        return False
    due = kept.state.next_due if kept.state.is_open else None
    return due is not None and due <= unit.now


def catch_up(unit: Unit, kept: Kept) -> None:
    """Carry out everything of an execution that is due."""
    while is_due(unit, kept):
        change = expire(kept.state, unit.context(kept.domain))
        if not change.events:
            break
        carry_out(unit, kept, change)


def _find(unit: Unit, domain: int, workflow_id: str, run_id: str | None) -> int | None:
    if run_id:
        run = ExecutionId(workflow_id=workflow_id, run_id=run_id)
        return executions.find_run(unit.session, domain, run)
    return executions.find_open(unit.session, domain, workflow_id)


def _deliver_all(unit: Unit, domain: int, messages: tuple[Message, ...]) -> None:
    waiting = deque(messages)
    while waiting:
        message = waiting.popleft()
        target = _target(unit, domain, message)
        state = None if target is None else target.state
        change = deliver(state, message, unit.context(domain))
        if change.starts:
            _store_new(unit, domain, change)
        elif target is not None:
            _store(unit, target, change)
        waiting.extend(change.messages)


def _target(unit: Unit, domain: int, message: Message) -> Kept | None:
    key = _find(unit, domain, message.workflow_id, message.run_id)
    kept = None if key is None else load(unit, key)
    return kept if kept is not None and kept.state.is_open else None


def _store_new(unit: Unit, domain: int, change: Change) -> Kept:
    kept = unit.states.start(unit.session, domain, change, unit.now)
    unit.shared.open_counts.started(domain)
    unit.started.append((domain, kept.id))
    _tell(unit, kept, change)
    return kept


def _store(unit: Unit, kept: Kept, change: Change) -> None:
    unit.states.save(unit.session, kept, change, unit.now)
    _tell(unit, kept, change)
    if change.closes is not None and _keeps_nothing(unit, kept.domain):
        retention.remove(unit.session, kept.id)


def _tell(unit: Unit, kept: Kept, change: Change) -> None:
    unit.changed.append(kept.id)
    for task in change.queued:
        queue = TaskQueue(domain=kept.domain, kind=task.kind, task_list=task.task_list)
        was_empty = unit.shared.empty_lists.fill(queue)
        unit.queued.append(Queued(queue, kept, task.scheduled_event_id, was_empty))
    unit.tell_due(kept.next_due)


def _keeps_nothing(unit: Unit, domain: int) -> bool:
    return unit.shared.registrations.retention(unit.session, domain) in UNKEPT
