"""The embedded SWF: a database, the rules, and the threads that carry out what is due."""

import base64
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from flowy.clock import Clock, SystemClock
from flowy.db.open import open_database
from flowy.db.session import Session
from flowy.errors import Fault
from flowy.protocol.faults import LimitExceededFault
from flowy.protocol.request import Request
from flowy.protocol.requests.decision_tasks import PollForDecisionTask
from flowy.service import figures
from flowy.service.dispatch import Dispatch, Poll, Reply
from flowy.service.domain.change import TaskKind
from flowy.service.domain.refusals import unknown_domain
from flowy.service.figures import Figures
from flowy.service.neighbours import NeighbourWatch
from flowy.service.notifier import Notifier, Watch
from flowy.service.operations.quotas import Quotas
from flowy.service.operations.topics import Heard
from flowy.service.operations.unit import Shared
from flowy.service.rates import Rates, Throttle
from flowy.service.runner import Function, FunctionRunner
from flowy.service.store import domains, executions
from flowy.service.store.schema import SCHEMA
from flowy.service.store.tasks import TaskQueue
from flowy.service.timers import TimerLoop

Answer = TypeVar("Answer")


class Service:
    """An SWF in this process; several threads may call it at once.

    It can be called as soon as it is made. ``start`` adds the threads: without them nothing is due
    by itself and other processes' tasks are not noticed. Use it as a context manager, or ``stop``
    it and then ``close`` it.

    Args:
        url: ``sqlite:///path``, ``sqlite:////absolute/path`` (``?synchronous=normal`` to commit
            faster and lose the last commits if the machine crashes), or ``sqlite://`` for a
            database in memory; ``postgresql://user@host/database``.
        clock: Tells the time.
        limits: How much of everything there may be.
        rates: How often each operation may be called, for the fronts that ask ``admit``; without
            any, nothing is throttled.
        functions: Python callables that run in place of Lambda functions, by name; without any,
            decisions that schedule a Lambda function fail as they do where there is no Lambda.

    Raises:
        DatabaseError: The database cannot be used, or is of a newer version of Flowy.
    """

    def __init__(
        self,
        url: str = "sqlite://",
        *,
        clock: Clock | None = None,
        limits: Quotas | None = None,
        rates: Rates | None = None,
        functions: Mapping[str, Function] | None = None,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.notifier = Notifier()
        self.limits = limits or Quotas()
        self._database = open_database(url, SCHEMA)
        shared = Shared(quotas=self.limits, new_run_id=new_run_id, runs_functions=bool(functions))
        self._throttle = Throttle(rates, self.clock) if rates else None
        self._domains: dict[str, int] = {}
        self._shared = shared
        self.timers = TimerLoop(self.reply, self.clock)
        self.runner = FunctionRunner(self.reply, functions) if functions else None
        self._dispatch = Dispatch(
            self._database, shared, self.clock, self.notifier, self._queued, self.timers.tell
        )
        self._neighbours = NeighbourWatch(self._database, self.notifier, self._changed_elsewhere)

    def start(self) -> "Service":
        """Start the threads that watch the clock and the neighbours; return the service."""
        self.timers.start()
        self._neighbours.start()
        if self.runner is not None:
            self.runner.start()
        return self

    def stop(self) -> None:
        """End the threads, once the commands that they have in hand are done."""
        if self.runner is not None:
            self.runner.stop()
        self._neighbours.stop()
        self.timers.stop()

    def close(self) -> None:
        """Close the database; nobody may be in a call, and none may follow."""
        self._database.close()

    def __enter__(self) -> "Service":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.close()

    def admit(self, request: Request[Any]) -> None:
        """Take note of a client's request; a front calls it once, a poll may look several times.

        Raises:
            ThrottlingException: Its operation is called too often.
        """
        if self._throttle is not None:
            self._throttle.admit(type(request).__name__)

    def call(self, request: Request[Answer]) -> Answer:
        """Carry out one operation; it is durable on return. A poll answers at once.

        Raises:
            Fault: The service refuses; nothing was changed.
            DatabaseError: The database cannot be used; nothing was changed.
        """
        return cast(Answer, self.reply(request).typed())

    def serve(self, request: Request[Any]) -> bytes | None:
        """Carry out one operation as ``call`` does and return the bytes of its answer.

        Events go out as they are stored. None is the answer to a poll that found no task.
        """
        return self.reply(request).body()

    def reply(self, request: Request[Any]) -> Reply:
        """Carry out one operation as ``call`` does; the answer in whatever form is needed."""
        return self._dispatch.call(request)

    def exchange(
        self, requests: Sequence[Request[Any]], poll: Poll, most: int
    ) -> tuple[list[Fault | None], list[Reply] | None]:
        """Carry out answers and look for at most so many tasks behind them, with one commit.

        Returns:
            Why each answer was refused, and the tasks; None when nothing was looked for.

        Raises:
            DatabaseError: The database cannot be used; nothing was changed.
        """
        return self._dispatch.exchange(requests, poll, most)

    def watch(self, poll: Poll, wake: Callable[[], None], most: int = 1) -> Watch:
        """Register for the tasks that a poll waits for.

        Register first, then ``call`` the poll; when it finds nothing, ``park`` and wait for
        ``wake``, then ``take`` what was handed over or poll again. ``leave`` when the time is up,
        unless a task is on its way, and ``cancel`` the watch at the end in any case.

        Args:
            poll: What will be called.
            wake: Called when there may be a task, on whatever thread; it must be quick and must
                not raise.
            most: How many tasks may be handed over at once.

        Raises:
            UnknownResourceFault: There is no such domain.
            LimitExceededFault: As many polls wait at the task list as may.
        """
        kind: TaskKind = "decision" if isinstance(poll, PollForDecisionTask) else "activity"
        domain = self._domain(poll.domain)
        queue = TaskQueue(domain=domain, kind=kind, task_list=poll.task_list.name)
        if self.notifier.count(queue) >= self.limits.pollers:
            raise LimitExceededFault(
                f"{self.limits.pollers} polls wait at task list {poll.task_list.name} already"
            )
        return self.notifier.watch(queue, wake, poll, most)

    def next_due(self) -> float | None:
        """Return a moment before which nothing is due, in seconds; None when nothing ever is.

        For whoever moves a ``ManualClock``: it may be a little early, then ``run_due`` finds
        nothing and the next answer is later.
        """
        return self._database.read(executions.next_due)

    def run_due(self) -> int:
        """Carry out everything that is due now and return how many executions it was.

        For whoever moves a ``ManualClock`` and cannot wait for the service's own thread.
        """
        return self.timers.run_due()

    def sweep(self) -> int:
        """Delete the executions whose retention period is over and return how many it was."""
        return self.timers.sweep()

    def figures(self) -> Figures:
        """Count what this process does and what the database holds; walks over what waits."""
        tasks_waiting, open_executions = self._database.read(figures.waiting)
        return Figures(
            parked_polls=figures.parked(self.notifier),
            tasks_waiting=tasks_waiting,
            open_executions=open_executions,
            commits=self._dispatch.commits,
            commands=self._dispatch.commands,
            state_hits=self._shared.states.hits,
            state_misses=self._shared.states.misses,
        )

    def _domain(self, name: str) -> int:
        """Return a domain's key; domains never go away, so it is kept."""
        key = self._domains.get(name)
        if key is None:

            def find(session: Session) -> int:
                found = domains.find(session, name)
                if found is None:
                    raise unknown_domain(name)
                return found.id

            key = self._domains[name] = self._database.read(find)
        return key

    def _queued(self, queues: list[TaskQueue]) -> None:
        self.notifier.notify(queues)
        if self.runner is not None and any(queue.kind == "lambda" for queue in queues):
            self.runner.tell()

    def _changed_elsewhere(self, news: Heard | None) -> None:
        """Take note of what another process has changed, None when it may be anything."""
        shared = self._shared
        if news is None:
            shared.states.doubt(None)
            shared.open_counts.forget()
            shared.empty_lists.forget()
            shared.left_lists.forget()
            self.timers.look_again()
        else:
            shared.states.doubt(news.executions)
            shared.empty_lists.forget()
            if news.lists_left:
                shared.left_lists.forget()
            for domain in news.started:
                shared.open_counts.started(domain)
            if news.due is not None:
                self.timers.tell(news.due)
        if self.runner is not None and (news is None or news.functions_wait):
            self.runner.tell()


def new_run_id() -> str:
    """Return a run id of the form that SWF's have."""
    return "22" + base64.b64encode(os.urandom(32), altchars=b"ab").decode()
