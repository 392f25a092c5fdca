"""Sticky deciders: whoever keeps an execution's run gets its next decision tasks.

Theory of operation. A decider that keeps a run answers with a temporary task list of its own
(``RespondDecisionTaskCompleted``'s ``taskList`` with ``taskListScheduleToStartTimeout``) and polls
that list beside the one that all deciders share. What waits there longer than the timeout, because
the decider is gone or busy, goes back to the shared list by itself, and whoever takes it replays
the whole history. A lone decider has nothing to gain from a list of its own, so the list begins
when a kept run finds that another decider has answered for its execution in between.

::

    alone ──somebody else decided in between──► sticky ──the service ignores it──► shared
"""

import hashlib
import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec.structs import replace

from flowy.errors import FlowyError
from flowy.protocol.events.decision import DecisionTaskCompleted, DecisionTaskScheduled
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId, TaskList
from flowy.protocol.request import Request
from flowy.protocol.requests.decision_tasks import (
    PollForDecisionTask,
    RespondDecisionTaskCompleted,
)
from flowy.protocol.tasks import DecisionTask
from flowy.worker.leaving import taken_over
from flowy.worker.poller import Source
from flowy.worker.two_lists import TwoLists

logger = logging.getLogger(__name__)

SECONDS = 5
"""Seconds that a decision task waits for the decider that has its run."""

REMEMBERED = 10_000
"""Executions sent to the own list that are remembered; a leaving decider may wait for them."""

DOUBTS = 3
"""Ignored overrides, without one that was heeded, after which no more are asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sticky:
    """How a decider keeps the executions whose runs it has.

    Args:
        at_once: Begin with the first task, not when another decider is noticed.
        seconds: How long a task waits for the decider before all may have it.
        name: Tells this decider's list from those of others; a process that takes another's place
            takes the tasks that wait for it by having the same name. "" is one of its own.
    """

    at_once: bool = False
    seconds: int = SECONDS
    name: str = ""


def as_wished(
    wish: bool | None, build: str | None = None, name: str = "", seconds: int = SECONDS
) -> Sticky | None:
    """Return how a decider keeps executions to itself; None when it does not.

    Args:
        wish: Whether decisions of kept runs come to a list of the decider's own: None for as soon
            as other deciders are noticed, True from the start, False for never.
        build: The decider's build. Where a temporary list times out, SWF may give the execution
            back to the list that it began on and not to its build's; so a build has none unless it
            is wished.
        name: Names the decider among all, as ``Sticky`` says.
        seconds: How long a task waits for the decider, as ``Sticky`` says.
    """
    if wish is False or (wish is None and build is not None):
        return None
    return Sticky(at_once=wish is True, name=name, seconds=seconds)


def own_list(task_list: str, name: str) -> str:
    """Return the name of the list of a decider of that name."""
    # In hex no name holds what SWF forbids in a task list.
    given = name.encode(errors="surrogatepass")  # a command line may hold any bytes
    return f"{task_list[:200]}-sticky-{hashlib.blake2b(given, digest_size=8).hexdigest()}"


def _own_list(source: Source, sticky: Sticky | None) -> str:
    if sticky is None:
        return ""
    name = sticky.name or f"{source.identity} {next(_numbers)}"
    return own_list(source.task_list, f"{source.domain} {name}")


_numbers = itertools.count()


class Inlet(Protocol):
    """Where a decider's tasks come from and its answers go; `Exchange` is the usual one."""

    @property
    def has_begun(self) -> bool:
        """Whether there are tasks, or a poll was begun that has to be waited for."""
        ...

    @property
    def has_tasks(self) -> bool:
        """Whether the next task is here already, and answers may wait for it."""
        ...

    def poll(self) -> DecisionTask:
        """Wait for a task."""
        ...

    def answer(
        self, answers: Sequence[Request[Any]], what: object, deadline: float, more: int
    ) -> list[FlowyError | None]:
        """Send answers and return what went wrong with each."""
        ...

    def close(self) -> None:
        """Give up what was begun."""
        ...


class Stickiness:
    """What one decider knows of its own list.

    Args:
        source: Where the shared list is.
        sticky: What is wished; None never begins.
    """

    def __init__(self, source: Source, sticky: Sticky | None) -> None:
        self._source = source
        self._sticky = sticky
        self._own = _own_list(source, sticky)
        self._wanted = sticky is not None and sticky.at_once
        self._inherits = sticky is not None and bool(sticky.name) and not sticky.at_once
        self._lists: TwoLists | None = None
        self._asked: set[ExecutionId] = set()
        self._placed: dict[ExecutionId, None] = {}
        self._doubts = 0
        self._heeded = False

    @property
    def is_due(self) -> bool:
        """Whether the own list is to begin as soon as no poll is under way."""
        return self._wanted and self._lists is None

    @property
    def task_list(self) -> str | None:
        """The decider's own list, when there is one."""
        return self._own if self._lists is not None and self._wanted else None

    def inlet(self, exchange: Inlet) -> Inlet:
        """Return where the next task comes from."""
        if not self.is_due or exchange.has_begun:
            return exchange
        exchange.close()
        self._lists = TwoLists(self._source, self._own, lambda: bool(self._placed))
        logger.info("decisions of kept runs come to task list %s from now on", self._own)
        return self._lists

    def inherited(self) -> DecisionTask:
        """Return a task that waits for whoever had the own list before; an empty one at the end.

        A decider of that name may have been killed, and this one does not poll the list yet.

        Raises:
            FlowyError: The task could not be read.
        """
        if not self._inherits or self._lists is not None or self._source.stop.wished:
            return DecisionTask()
        source = self._source
        poll = PollForDecisionTask(
            domain=source.domain,
            task_list=TaskList(name=self._own),
            identity=source.identity,
            start_at_previous_started_event=True,
        )
        task = taken_over(source, poll)
        self._inherits = bool(task.task_token)
        return task

    def decided_elsewhere(self) -> None:
        """Note that another decider answered for an execution whose run is kept here."""
        self._wanted = self._sticky is not None and self._doubts < DOUBTS

    def place(
        self, answer: RespondDecisionTaskCompleted, execution: ExecutionId
    ) -> RespondDecisionTaskCompleted:
        """Return an answer that brings the execution's next tasks here, or back to all.

        An answer that moves the execution for good stays as it is.
        """
        if self._sticky is None or self.task_list is None or answer.task_list is not None:
            return answer
        self._placed.pop(execution, None)
        if self._source.stop.wished:
            return replace(answer, task_list=TaskList(name=self._source.task_list))
        if not self._heeded:
            self._asked.add(execution)
        self._placed[execution] = None
        if len(self._placed) > REMEMBERED:
            del self._placed[next(iter(self._placed))]
        return replace(
            answer,
            task_list=TaskList(name=self._own),
            task_list_schedule_to_start_timeout=str(self._sticky.seconds),
        )

    def came(self, execution: ExecutionId, events: Sequence[HistoryEvent]) -> None:
        """Look in the new events whether the service did what the last answer asked for."""
        if execution not in self._asked:
            return
        self._asked.discard(execution)
        scheduled = _scheduled_next(events)
        if scheduled is None or self._heeded:
            return
        self._heeded = scheduled == self._own
        self._doubts += not self._heeded
        if self._doubts >= DOUBTS and self._wanted:
            self._give_up()

    def forget(self, execution: ExecutionId) -> None:
        """Forget an execution that is not kept any more."""
        self._asked.discard(execution)

    def closed(self, execution: ExecutionId) -> None:
        """Note that an execution has no next tasks."""
        self._asked.discard(execution)
        self._placed.pop(execution, None)

    def _give_up(self) -> None:
        self._wanted = False
        self._asked.clear()
        if self._lists is not None:
            self._lists.leave_own()
        logger.warning(
            "the service ignores temporary task lists: decisions of task list %s go to any decider",
            self._source.task_list,
        )


def _scheduled_next(events: Sequence[HistoryEvent]) -> str | None:
    """Return the list of the first decision task after the last answer."""
    found = None
    for event in reversed(events):
        if isinstance(event, DecisionTaskCompleted):
            return found
        if isinstance(event, DecisionTaskScheduled):
            found = event.attributes.task_list.name
    return None
