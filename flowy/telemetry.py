"""What workers, deciders and services say of their work, for whoever listens.

This is a floor: it knows nobody who listens. `flowy.observability` has listeners for Prometheus and
OpenTelemetry, and what puts the place of a log line into it.

Three things are said.

* A *happening* is over and is told as a frozen value: ``if telemetry.listens:
  telemetry.tell(PollEnded(...))``. Nothing is made, and no clock is read, when nobody listens.
* A *work* is done on behalf of an execution: ``with on_behalf(work):``, or ``telemetry.begin(work,
  context)`` where it gets a span too. Log lines from inside say for which execution they are.
* What a trace needs is *carried* behind the inputs that a work sends out.

Happenings may come from several threads at once. What a listener raises is logged, and stops
nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import Context, ContextVar
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

logger = logging.getLogger(__name__)

TaskKind = Literal["activity", "decision"]
PollOutcome = Literal["task", "empty", "failed"]
ActivityOutcome = Literal["completed", "failed", "canceled", "suspended", "handed back", "lost"]
DecisionOutcome = Literal["decided", "failed", "held", "lost"]
WorkKind = Literal["activity", "decision", "start"]


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """On whose behalf code runs.

    Args:
        kind: An activity runs, a decision is made, or an execution is started.
        domain: SWF's domain.
        workflow_id: The execution's workflow id.
        run_id: Its run id; "" while it is started.
        type: The activity's or workflow's type, as ``name version``.
        activity_id: The activity's id in its execution.
        attempt: Which attempt it is, from 1, where that is known.
        event_id: Of a decision, its ``DecisionTaskStarted`` event.
        carried: What came behind the input, see ``Tracer``.
    """

    kind: WorkKind
    domain: str
    workflow_id: str
    run_id: str
    type: str
    activity_id: str | None = None
    attempt: int | None = None
    event_id: int | None = None
    carried: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PollEnded:
    """A poll came back.

    Args:
        kind: What was polled for.
        domain: SWF's domain.
        task_list: The list that was polled.
        outcome: With a task, without one, or not answered by the service.
        seconds: How long it took.
    """

    kind: TaskKind
    domain: str
    task_list: str
    outcome: PollOutcome
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskWaited:
    """A task was taken up by a worker, as its history says.

    Args:
        kind: Which kind of task.
        domain: SWF's domain.
        type: Its type, as ``name version``.
        schedule_to_start: Seconds for which it waited on its task list.
    """

    kind: TaskKind
    domain: str
    type: str
    schedule_to_start: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotsUsed:
    """A worker's slots were taken or given back.

    Args:
        strategy: How the activities are run: ``inline``, ``thread``, ``process``, …
        used: How many are in hand.
        total: How many there can be; None when that is the number of pollers.
    """

    strategy: str
    used: int
    total: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityEnded:
    """An activity's code is done with, and its answer on its way.

    Args:
        work: Which one.
        outcome: What became of it.
        seconds: How long the code ran, in all attempts inside the worker.
    """

    work: Work
    outcome: ActivityOutcome
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRetried:
    """A task that failed is tried again.

    Args:
        kind: ``activity`` when the worker tries it again by itself, ``decision`` when the workflow
            schedules it anew.
        domain: SWF's domain.
        type: Its type, as ``name version``.
        count: How many tries begin.
    """

    kind: TaskKind
    domain: str
    type: str
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionEnded:
    """A decision task was dealt with.

    Args:
        work: Which execution's.
        outcome: Decided and taken by the service; failed in the code; held back, so that it comes
            again when it has timed out; or decided, and the answer was lost or came too late.
        ended_at: When it was made, in seconds since the epoch.
        seconds: How long it took to decide.
        cache: Whether the run was kept from its decision before, or had to be taken through its
            history again; of a first decision it is neither.
        replayed: Events that the code was taken through again.
        decisions: How many decisions were made.
        reason: Why it was held or failed.
        kept: How many runs the worker keeps.
    """

    work: Work
    outcome: DecisionOutcome
    ended_at: float
    seconds: float
    cache: Literal["first", "hit", "miss"] = "first"
    replayed: int = 0
    decisions: int = 0
    reason: str = ""
    kept: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PayloadMoved:
    """A text that was too large for its field was packed, or unpacked.

    Args:
        direction: Out into the world, or in.
        place: Inside the field all the same, or on the volume.
        size: Bytes of the text.
        stored: Bytes that it takes where it lies.
        seconds: How long the volume took.
    """

    direction: Literal["in", "out"]
    place: Literal["inline", "volume"]
    size: int
    stored: int
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFailed:
    """A call to the service failed and is made again after a pause, or given up.

    Args:
        what: What was called for, such as "polling".
        error: The error's class.
    """

    what: str
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionEnded:
    """An execution was closed by a decision that the service has taken.

    Args:
        work: Which one.
        outcome: SWF's close status, such as ``COMPLETED``.
        started_at: When it was started, in seconds since the epoch.
        ended_at: When it was closed.
        reason: Why it failed.
    """

    work: Work
    outcome: str
    started_at: float
    ended_at: float
    reason: str = ""


Happening = (
    ActivityEnded
    | CallFailed
    | DecisionEnded
    | ExecutionEnded
    | PayloadMoved
    | PollEnded
    | SlotsUsed
    | TaskRetried
    | TaskWaited
)

Listener = Callable[[Happening], None]
"""Hears happenings, from any thread; it must be quick and wait for nothing."""


class Span(Protocol):
    """A span of one work."""

    carried: str | None
    """What is carried behind an input that the work sends out; None carries nothing."""

    def enter(self) -> None:
        """Be the current span of the calling context, for good: the context is the work's own."""
        ...

    def end(self, error: BaseException | None) -> None:
        """End it; what ended the work badly is noted."""
        ...


class Tracer(Protocol):
    """Makes spans of works, and says what their descendants need to join the trace.

    What is carried behind an input comes with the works that it begins, as ``Work.carried``.
    """

    def begin(self, work: Work) -> Span:
        """Begin the span of an activity or of a start."""
        ...

    def carried(self, work: Work) -> str | None:
        """Return what is carried behind the inputs that a decision sends out."""
        ...


_working: ContextVar[Work | None] = ContextVar("flowy_work", default=None)


class Telemetry:
    """Tells happenings to listeners, and surrounds works.

    Args:
        listeners: Who hears.
        tracer: What makes spans.
    """

    def __init__(self, *listeners: Listener, tracer: Tracer | None = None) -> None:
        self.listens = bool(listeners)
        """Whether anybody hears; ask it before a happening is made."""
        self.tracer = tracer
        self._listeners = listeners

    def tell(self, happening: Happening) -> None:
        """Tell what has happened."""
        for listener in self._listeners:
            try:
                listener(happening)
            except Exception:
                logger.exception("a listener failed with %r", happening)

    def begin(self, work: Work, context: Context) -> Span | None:
        """Say to code that runs in a context of its own on whose behalf that is.

        Returns:
            The work's span, which whoever called ends; None when nobody traces.
        """
        context.run(_working.set, work)
        if self.tracer is None:
            return None
        span = self.tracer.begin(work)
        context.run(span.enter)
        return span


SILENT = Telemetry()
"""Nobody listens."""


class _OnBehalf:
    """A class and not a generator, which would cost ten times as much around every decision."""

    __slots__ = ("_token", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work

    def __enter__(self) -> None:
        self._token = _working.set(self._work)

    def __exit__(self, *_: object) -> None:
        _working.reset(self._token)


def on_behalf(work: Work) -> AbstractContextManager[None]:
    """Return a block in which log lines say for which execution they are, and no span is made."""
    return _OnBehalf(work)


def current_work() -> Work | None:
    """Return on whose behalf the calling code runs; None outside of any work."""
    return _working.get()


def is_replaying() -> bool:
    """Tell whether the calling code is workflow code that goes again through what it has decided.

    Whatever the code says then, it has said before.
    """
    # The thread's loop and not a context variable: code may run in a context made long before.
    loop = asyncio._get_running_loop()  # noqa: SLF001 -- the public one raises where none runs
    return bool(getattr(loop, "replaying", False))
