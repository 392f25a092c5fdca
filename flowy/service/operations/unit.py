"""What one command works with: a transaction, the time, the shared caches, what it has to tell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from flowy.db.session import Session
from flowy.service.domain.context import CommandContext
from flowy.service.domain.refusals import unknown_domain
from flowy.service.operations.lookups import DomainExecutions, DomainTypes, OpenCounts
from flowy.service.operations.quotas import Quotas
from flowy.service.store import domains
from flowy.service.store.domains import Domain
from flowy.service.store.left_lists import LeftLists
from flowy.service.store.registrations import Registrations
from flowy.service.store.states import Kept, States
from flowy.service.store.tasks import EmptyLists, TaskQueue


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all commands of a service share.

    Args:
        quotas: How much of everything there may be.
        new_run_id: Gives a run id that was never given before.
        runs_functions: Whether somebody runs Lambda functions.
        states: The states that are kept between commands.
        registrations: The domains and types that are kept between commands.
        open_counts: How many executions are open, about.
        empty_lists: Task lists that have no task.
        left_lists: Lists of decision tasks that are polled no more.
    """

    quotas: Quotas
    new_run_id: Callable[[], str]
    runs_functions: bool = False
    states: States = field(default_factory=States)
    registrations: Registrations = field(default_factory=Registrations)
    open_counts: OpenCounts = field(default_factory=OpenCounts)
    empty_lists: EmptyLists = field(default_factory=EmptyLists)
    left_lists: LeftLists = field(default_factory=LeftLists)

    def doubt(self) -> None:
        """Take note that others may have changed anything."""
        self.states.doubt(None)
        self.registrations.forget()
        self.open_counts.forget()
        self.empty_lists.forget()
        self.left_lists.forget()

    def rolled_back(self) -> None:
        """Drop what an undone transaction has told."""
        self.states.rolled_back()
        self.registrations.forget()
        self.empty_lists.forget()
        self.left_lists.forget()

    def committed(self) -> None:
        """Take note that what a transaction has told is stored."""
        self.states.committed()
        self.registrations.committed()


class Queued(NamedTuple):
    """A task that a command has put on a list, and whether the list was known to be empty."""

    queue: TaskQueue
    kept: Kept
    scheduled_event_id: int
    was_empty: bool


@dataclass(slots=True)
class Unit:
    """One command's transaction.

    A unit that only reads may run beside a writing one, and so uses nothing that is kept.

    ``queued``, ``due``, ``changed`` and ``started`` are filled by the command: the tasks that it
    put on lists, the earliest moment at which something that it changed is due, the keys of the
    executions that it changed, and domain and key of those that it started. ``lists_left`` says
    whether it marked a list as left, or took such a mark away.
    """

    session: Session
    shared: Shared
    now: float
    writes: bool = True
    queued: list[Queued] = field(default_factory=list)
    due: float | None = None
    changed: list[int] = field(default_factory=list)
    started: list[tuple[int, int]] = field(default_factory=list)
    lists_left: bool = False
    _contexts: dict[int, CommandContext] = field(default_factory=dict)

    @property
    def states(self) -> States:
        """The executions."""
        return self.shared.states

    @property
    def quotas(self) -> Quotas:
        """How much of everything there may be."""
        return self.shared.quotas

    def domain(self, name: str) -> Domain:
        """Return the domain of a name.

        Raises:
            UnknownResourceFault: There is none.
        """
        find = self.shared.registrations.domain if self.writes else domains.find
        found = find(self.session, name)
        if found is None:
            raise unknown_domain(name)
        return found

    def context(self, domain: int) -> CommandContext:
        """Return what the rules may know of a domain besides an execution."""
        context = self._contexts.get(domain)
        if context is None:
            context = self._contexts[domain] = self._context(domain)
        return context

    def tell_due(self, moment: float | None) -> None:
        """Note that something is due at a moment."""
        if moment is not None and (self.due is None or moment < self.due):
            self.due = moment

    def _context(self, domain: int) -> CommandContext:
        shared = self.shared
        return CommandContext(
            now=self.now,
            types=DomainTypes(self.session, domain, shared.registrations),
            executions=DomainExecutions(self.session, domain, shared.open_counts, shared.quotas),
            new_run_id=shared.new_run_id,
            limits=shared.quotas,
            lambda_available=shared.runs_functions,
            has_left=partial(shared.left_lists.is_left, self.session, domain),
        )
