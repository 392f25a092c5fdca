"""What the activity pollers of a worker share: strategies, slots, heartbeats, resources."""

import os
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Protocol

from flowy.clock import Clock
from flowy.errors import DefinitionError
from flowy.execution.process_pool import ProcessPool
from flowy.execution.runner import Runner
from flowy.execution.strategies.coroutine import CoroutineStrategy
from flowy.execution.strategies.executor import ExecutorStrategy
from flowy.execution.strategies.process import ProcessStrategy
from flowy.execution.strategies.script import ScriptStrategy
from flowy.execution.strategies.thread import ThreadStrategy
from flowy.execution.strategy import Strategy
from flowy.execution.thread_pool import ThreadPool
from flowy.given import has, mapping, number, several, whole
from flowy.task.definition import ActivityDefinition
from flowy.task.resource import ResourceDefinition
from flowy.telemetry import SILENT, SlotsUsed, Telemetry
from flowy.worker.bucket import Bucket
from flowy.worker.heartbeat import LOOK_EVERY, Pulse
from flowy.worker.middleware import Middleware, overriding
from flowy.worker.resources import Resources
from flowy.worker.slots import Pace, Slots
from flowy.worker.stop import Stop

INLINE = "inline"
ASYNCIO = "asyncio"
THREAD = "thread"
PROCESS = "process"
SCRIPT = "script"

PROCESSORS = os.cpu_count() or 1

SLOTS: Mapping[str, int] = {
    ASYNCIO: 100,
    PROCESS: PROCESSORS,
    SCRIPT: PROCESSORS,
    THREAD: min(32, PROCESSORS + 4),
}
"""How many activities of a strategy run at once unless told otherwise; inline, one each poller."""

EXECUTOR_SLOTS = 100
"""The same for an executor that the worker was given."""

ANSWERERS = 8
"""Threads that answer for strategies whose own threads must not wait."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivitySettings:
    """How a worker does activities.

    Args:
        strategy: How activities are run whose types do not say it.
        slots: How many of each strategy run at once; those that are not named have ``SLOTS``.
        executors: Executors by the name that activities give as their strategy; they are not
            closed with the worker.
        process_memory: The bytes of address space that a process for activities may have.
        middleware: What goes around activities and decisions, the outermost first.
        resources: What activities may ask for.
        per_second: How many tasks are taken a second, on average; None for no such bound.
        bucket: Counts the tasks taken, where that is bound; processes that have the same one are
            bound together. None is one of the worker's own.
        only_inline: Run everything inline, whatever types say; for tests, where time stands still.
        look_every: Seconds after which an activity that runs is heartbeated, at most; so late does
            it learn that it is to stop.
    """

    strategy: str = INLINE
    slots: Mapping[str, int] = field(default_factory=dict)
    executors: Mapping[str, Executor] = field(default_factory=dict)
    process_memory: int | None = None
    middleware: Sequence[Middleware] = ()
    resources: Sequence[ResourceDefinition] = ()
    per_second: float | None = None
    bucket: Bucket | None = None
    only_inline: bool = False
    look_every: float = LOOK_EVERY

    def __post_init__(self) -> None:
        """Refuse what can never work.

        Raises:
            DefinitionError: It cannot.
        """
        mapping(self.slots, "slots")
        for name, executor in mapping(self.executors, "executors").items():
            has(executor, ("submit",), f"executor {name!r}", "a concurrent.futures executor")
        several(self.middleware, "middleware", Middleware)
        several(self.resources, "resources", ResourceDefinition)
        number(self.look_every, "look_every", positive=True)
        if self.process_memory is not None:
            whole(self.process_memory, "process_memory", 1)
        known = self.strategies
        for name in (self.strategy, *self.slots):
            if name not in known:
                raise DefinitionError(_unknown(name, known))
        for name, count in self.slots.items():
            if name == INLINE:
                raise DefinitionError("inline has one slot each poller: set the number of pollers")
            whole(count, f"the number of slots of strategy {name}", 1)
        if self.per_second is not None:
            number(self.per_second, "per_second, the tasks that a worker takes,", positive=True)

    @property
    def strategies(self) -> tuple[str, ...]:
        """The names that an activity may give as its strategy."""
        return (INLINE, *sorted(SLOTS), *self.executors)


class Job(Protocol):
    """An activity task in hand."""

    strategy: str

    def hand_back(self) -> None:
        """Answer now that another worker is to do it, and stop it where that is possible."""
        ...


class Workshop:
    """Belongs to a worker; its pollers and their activities use it from any thread.

    Args:
        settings: How activities are done.
        clock: What heartbeats and timeouts are measured on.
        stop: The wish that the worker leaves.
        telemetry: Hears how many activities are in hand.
    """

    def __init__(
        self,
        settings: ActivitySettings,
        clock: Clock,
        stop: Stop,
        telemetry: Telemetry = SILENT,
    ) -> None:
        self.settings = settings
        self._telemetry = telemetry
        self._used: Counter[str] = Counter()
        self.runner = Runner(clock=clock)
        self.pulse = Pulse(clock)
        self.resources = Resources(settings.resources)
        self.steps = overriding(settings.middleware, "activity")
        """What makes the generators around an activity, the outermost first."""
        executors = dict.fromkeys(settings.executors, EXECUTOR_SLOTS)
        self.slots = Slots({**SLOTS, **executors, **settings.slots}, stop)
        self.pace = None
        if settings.per_second is not None:
            self.pace = Pace(settings.per_second, clock, stop, settings.bucket)
        self.answerers = ThreadPool(ANSWERERS, "flowy-answers")
        self.is_closing = False
        """Whether tasks are handed back at once."""
        self.handed_back = 0
        """How many were, since then."""
        self._strategies: dict[str, Strategy] = {}
        self._known = frozenset(settings.strategies)
        self._jobs: set[Job] = set()
        self._lock = threading.RLock()
        self._condition = threading.Condition(self._lock)

    def strategy_of(self, definition: ActivityDefinition) -> str:
        """Return the name of the strategy of an activity type.

        Raises:
            DefinitionError: The worker has no such strategy.
        """
        name = definition.strategy or self.settings.strategy
        if name not in self._known:
            raise DefinitionError(
                f"activity {definition.id}: {_unknown(name, self.settings.strategies)}"
            )
        return INLINE if self.settings.only_inline else name

    def slotted(self, definitions: Iterable[ActivityDefinition]) -> frozenset[str]:
        """Return the strategies of types for which a poller needs a slot.

        Raises:
            DefinitionError: A type wants a strategy that the worker has not.
        """
        return frozenset(map(self.strategy_of, definitions)) - {INLINE}

    def strategy(self, name: str) -> Strategy:
        """Return a strategy that pollers share, made when it is first needed."""
        with self._condition:
            if name not in self._strategies:
                self._strategies[name] = self._make(name)
            return self._strategies[name]

    def began(self, job: Job) -> None:
        """Note a task in hand."""
        with self._lock:
            self._jobs.add(job)
            self._tell(job, 1)

    def ended(self, job: Job) -> None:
        """Note that a task is answered."""
        with self._lock:
            if job in self._jobs:
                self._jobs.discard(job)
                self._tell(job, -1)
            if not self._jobs:
                self._condition.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until no task is in hand; return whether that is so."""
        with self._condition:
            return self._condition.wait_for(lambda: not self._jobs, timeout)

    def hand_back(self) -> None:
        """Hand back all tasks in hand, and those that still come."""
        self.is_closing = True
        with self._condition:
            jobs = list(self._jobs)
        for job in jobs:
            job.hand_back()

    def was_handed_back(self) -> None:
        """Count a task, if it was because the worker leaves."""
        with self._condition:
            self.handed_back += self.is_closing

    def close(self) -> None:
        """Give back threads, processes and resources."""
        self.pulse.close()
        with self._condition:
            strategies, self._strategies = list(self._strategies.values()), {}
        for strategy in strategies:
            strategy.close()
        self.answerers.shutdown(wait=False)
        self.runner.close()
        self.resources.close()

    def _tell(self, job: Job, change: int) -> None:
        if self._telemetry.listens:
            name = job.strategy
            self._used[name] += change
            total = self.slots.capacity.get(name)
            self._telemetry.tell(SlotsUsed(strategy=name, used=self._used[name], total=total))

    def _make(self, name: str) -> Strategy:
        slots = self.slots.capacity[name]
        if name in self.settings.executors:
            return ExecutorStrategy.over(self.settings.executors[name])
        if name == ASYNCIO:
            return CoroutineStrategy(plain=self._threads(slots))
        if name == PROCESS:
            return ProcessStrategy(ProcessPool(slots, memory=self.settings.process_memory))
        if name == SCRIPT:
            return ScriptStrategy(ThreadPool(slots, "flowy-script"))
        return self._threads(slots)

    @staticmethod
    def _threads(slots: int) -> Strategy:
        return ThreadStrategy(ThreadPool(slots, "flowy-activity"))


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"there is no strategy {name!r}; there are {', '.join(known)}"
