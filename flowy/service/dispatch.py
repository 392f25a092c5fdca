"""A request becomes an operation in a transaction; who waits for its tasks is told when it is done.

Nothing here waits: a poll that finds nothing answers empty at once. ``Reply`` keeps the events of a
history in the form in which they are stored, so that each front takes them as it needs them.

A task whose list has a parked poll is handed out by the very transaction that makes it: the poll is
carried out behind the operation, and its answer handed over with the commit.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from flowy.clock import Clock
from flowy.db.session import Database, Session
from flowy.errors import Fault, FlowyError
from flowy.protocol.request import Request
from flowy.protocol.requests.activity_tasks import PollForActivityTask
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.protocol.tasks import ActivityTask, DecisionTask
from flowy.protocol.wire import encode
from flowy.service.domain.durations import moment
from flowy.service.notifier import Notifier, Served
from flowy.service.operations.claims import is_ready
from flowy.service.operations.spliced import Spliced
from flowy.service.operations.table import HAND_OUTS, LOOKS, OPERATIONS, READS
from flowy.service.operations.topics import announced
from flowy.service.operations.unit import Queued, Shared, Unit
from flowy.service.store.tasks import TaskQueue

Poll = PollForActivityTask | PollForDecisionTask

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
    answers: list[Any]
    found: list[Reply]
    served: list[tuple[Served, list[Reply]]]
    queued: list[TaskQueue]
    due: float | None


class _UnservedError(Exception):
    """A parked poll could not be carried out; that is no fault of who made its task."""


class Dispatch:
    """Carries out requests.

    Args:
        database: Where everything is.
        shared: What all commands share; its states follow the database's commits and rollbacks.
        clock: Tells the time of each command.
        waiting: The polls that may be served.
        on_queued: Told, after a commit, of the lists that it put tasks on, once a task that was not
            handed out at once.
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
        waiting: Notifier,
        on_queued: Callable[[list[TaskQueue]], None],
        on_due: Callable[[float], None],
    ) -> None:
        self._database = database
        self._shared = shared
        self._clock = clock
        self._waiting = waiting
        self._on_queued = on_queued
        self._on_due = on_due
        self.commits = 0
        self.commands = 0
        database.on_commit(self._count_commit)
        database.on_rollback(shared.rolled_back)
        database.on_overtaken(shared.doubt)

    def call(self, request: Request[Any]) -> Reply:
        """Carry out one operation; its effects are durable on return.

        Raises:
            Fault: The service refuses; nothing was changed.
            DatabaseError: The database cannot be used; nothing was changed.
        """
        if type(request) in READS:
            operation = OPERATIONS[type(request)]
            return Reply(
                self._database.read(
                    lambda session: operation(self._unit(session, writes=False), request)
                )
            )
        return Reply(self._write((request,), None, 0).answers[0])

    def exchange(
        self, requests: Sequence[Request[Any]], poll: Poll, most: int
    ) -> tuple[list[Fault | None], list[Reply] | None]:
        """Carry out answers and, with the same commit, look for tasks behind them.

        When an answer is refused, all are carried out one by one, and nothing is looked for.

        Returns:
            Why each answer was refused, and at most so many tasks, None without a look.

        Raises:
            DatabaseError: The database cannot be used; nothing was changed.
        """
        try:
            return [None] * len(requests), self._write(requests, poll, most).found
        except Fault as fault:
            if len(requests) == 1:
                return [fault], None
        return [self._refusal(request) for request in requests], None

    def _refusal(self, request: Request[Any]) -> Fault | None:
        try:
            self.call(request)
        except Fault as fault:
            return fault
        return None

    def _write(
        self,
        requests: Sequence[Request[Any]],
        poll: Poll | None,
        most: int,
        *,
        serves: bool = True,
    ) -> _Outcome:
        taken: list[Served] = []

        def write(session: Session) -> _Outcome:
            _give_back(taken)  # a first attempt was rolled back
            unit = self._unit(session, writes=True)
            served: list[tuple[Served, list[Reply]]] = []
            left: list[Queued] = unit.queued
            try:
                answers = [OPERATIONS[type(request)](unit, request) for request in requests]
                found = [] if poll is None else _look(unit, poll, most)
                if serves:
                    served, left = self._serve(unit, taken)
            finally:
                unit.states.confirm(session)
            if session.has_company:
                unit.queued = left
                session.announce(announced(unit))
            return _Outcome(answers, found, served, [task.queue for task in left], unit.due)

        try:
            return self._database.write(write, self._committed)
        except _UnservedError:
            _give_back(taken)
        except BaseException:
            _give_back(taken)
            raise
        return self._write(requests, poll, most, serves=False)

    def _serve(
        self, unit: Unit, taken: list[Served]
    ) -> tuple[list[tuple[Served, list[Reply]]], list[Queued]]:
        """Hand tasks that the unit has queued to parked polls; return those that are left."""
        served: dict[TaskQueue, list[tuple[Served, list[Reply]]]] = {}
        left: list[Queued] = []
        for task in unit.queued:  # which grows when something is due in an execution
            watches = served.setdefault(task.queue, [])
            if not watches or len(watches[-1][1]) == watches[-1][0].most:
                watch = self._waiting.serve(task.queue)
                if watch is None:
                    left.append(task)
                    continue
                taken.append(watch)
                watches.append((watch, []))
            try:
                reply = _handed_out(unit, task, watches[-1][0].poll)
            except FlowyError as error:
                raise _UnservedError from error
            if reply is not None:
                watches[-1][1].append(reply)
        _note_empty(unit, left)
        return _with_replies(served, taken), left

    def _unit(self, session: Session, *, writes: bool) -> Unit:
        return Unit(session, self._shared, moment(self._clock.now()), writes=writes)

    def _count_commit(self) -> None:
        self.commits += 1
        self._shared.committed()

    def _committed(self, outcome: _Outcome) -> None:
        self.commands += 1
        for watch, replies in outcome.served:
            watch.hand_over(replies)
        if outcome.queued:
            self._on_queued(outcome.queued)
        if outcome.due is not None:
            self._on_due(outcome.due)


def _look(unit: Unit, poll: Poll, most: int) -> list[Reply]:
    return [Reply(found) for found in LOOKS[type(poll)](unit, poll, most)]


def _handed_out(unit: Unit, task: Queued, poll: Poll) -> Reply | None:
    """Hand out a task; None when it is none any more."""
    event_id = task.scheduled_event_id
    if not is_ready(unit, task.kept, task.queue.kind, event_id):
        return None
    return Reply(HAND_OUTS[type(poll)](unit, poll, task.kept, event_id))


def _note_empty(unit: Unit, left: list[Queued]) -> None:
    """Take note of the lists that were known to be empty before and are so again."""
    filled = {task.queue for task in left}
    for task in unit.queued:
        if task.was_empty and task.queue not in filled:
            unit.shared.empty_lists.add(task.queue)


def _with_replies(
    served: Mapping[TaskQueue, list[tuple[Served, list[Reply]]]], taken: list[Served]
) -> list[tuple[Served, list[Reply]]]:
    """Return the polls that have got tasks, and give back the others."""
    found = []
    for watch, replies in chain.from_iterable(served.values()):
        if replies:
            found.append((watch, replies))
        else:
            taken.remove(watch)
            watch.give_back()
    return found


def _give_back(taken: list[Served]) -> None:
    while taken:
        taken.pop().give_back()
