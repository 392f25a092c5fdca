"""A request becomes an operation in a transaction; who waits for its tasks is told when it is done.

Nothing here waits: a poll that finds nothing answers empty at once. ``Reply`` keeps the events of a
history in the form in which they are stored, so that each front takes them as it needs them.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from flowy.clock import Clock
from flowy.db.session import Database, Session
from flowy.protocol.request import Request
from flowy.protocol.tasks import ActivityTask, DecisionTask
from flowy.protocol.wire import encode
from flowy.service.domain.durations import moment
from flowy.service.operations.spliced import Spliced
from flowy.service.operations.table import OPERATIONS, READS
from flowy.service.operations.topics import announced
from flowy.service.operations.unit import Shared, Unit
from flowy.service.store.tasks import TaskQueue

_TASKS = (ActivityTask, DecisionTask)


class Reply:
    """What an operation answers.

    Args:
        answer: The answer, or one whose events are stored bytes.
    """

    __slots__ = ("_answer",)

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    @property
    def is_empty(self) -> bool:
        """Whether this is the answer to a poll that found no task."""
        return isinstance(self._answer, _TASKS) and not self._answer.task_token

    def typed(self) -> Any:
        """Return the answer as a value."""
        answer = self._answer
        return answer.typed() if isinstance(answer, Spliced) else answer

    def body(self) -> bytes | None:
        """Return the answer as it goes out on the wire, None for a poll that found no task.

        No stored event is decoded or encoded.
        """
        answer = self._answer
        if isinstance(answer, Spliced):
            return answer.body()
        return None if self.is_empty else encode(answer)


class _Outcome(msgspec.Struct, frozen=True):
    answer: Any
    queued: list[TaskQueue]
    due: float | None


class Dispatch:
    """Carries out requests.

    Args:
        database: Where everything is.
        shared: What all commands share; its states follow the database's commits and rollbacks.
        clock: Tells the time of each command.
        on_queued: Told, after a commit, of the lists that it put tasks on, once a task.
        on_due: Told, after a commit, of a moment at which something will be due.

    Attributes:
        commits: Transactions that were made durable.
        commands: Commands that were in them.
    """

    def __init__(
        self,
        database: Database,
        shared: Shared,
        clock: Clock,
        on_queued: Callable[[list[TaskQueue]], None],
        on_due: Callable[[float], None],
    ) -> None:
        self._database = database
        self._shared = shared
        self._clock = clock
        self._on_queued = on_queued
        self._on_due = on_due
        self.commits = 0
        self.commands = 0
        database.on_commit(self._count_commit)
        database.on_commit(shared.states.committed)
        database.on_rollback(shared.states.rolled_back)
        database.on_rollback(shared.registrations.forget)

    def call(self, request: Request[Any]) -> Reply:
        """Carry out one operation; its effects are durable on return.

        Raises:
            Fault: The service refuses; nothing was changed.
            DatabaseError: The database cannot be used; nothing was changed.
        """
        operation = OPERATIONS[type(request)]

        def read(session: Session) -> Any:
            return operation(self._unit(session, writes=False), request)

        def write(session: Session) -> _Outcome:
            unit = self._unit(session, writes=True)
            try:
                answer = operation(unit, request)
            finally:
                unit.states.confirm(session)
            session.announce(announced(unit))
            return _Outcome(answer, unit.queued, unit.due)

        if type(request) in READS:
            return Reply(self._database.read(read))
        return Reply(self._database.write(write, self._committed).answer)

    def _unit(self, session: Session, *, writes: bool) -> Unit:
        return Unit(session, self._shared, moment(self._clock.now()), writes=writes)

    def _count_commit(self) -> None:
        self.commits += 1

    def _committed(self, outcome: _Outcome) -> None:
        self.commands += 1
        if outcome.queued:
            self._on_queued(outcome.queued)
        if outcome.due is not None:
            self._on_due(outcome.due)
