"""Runs of workflows that are kept between their decisions, so that only new events are fed."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from flowy.protocol.decisions import AnyDecision
from flowy.protocol.events import activity, child, lambda_, marker, workflow
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId

MAXIMUM = 1_000
"""Runs that a poller keeps unless told otherwise."""

MAXIMUM_BYTES = 512 * 1024 * 1024
"""Memory that the kept runs of a poller may take, by estimate, unless told otherwise."""

RUN_BYTES = 16_384
"""About what a run takes by itself: its loop, its code's frames, its tables."""

EVENT_BYTES = 256
"""About what a run keeps of an event, beside the texts that it brought."""


class Decided(Protocol):
    """What a run decided."""

    @property
    def decisions(self) -> tuple[AnyDecision, ...]:
        """The decisions, in the order in which the service is to carry them out."""
        ...

    @property
    def closes(self) -> bool:
        """Whether the last one closes the execution."""
        ...

    @property
    def execution_context(self) -> str | None:
        """What is shown with the execution; None leaves it as it was."""
        ...


class Run(Protocol):
    """A run of a workflow that can be fed on; `flowy.decider.run.WorkflowRun`."""

    @property
    def last_event_id(self) -> int:
        """How far it has been fed."""
        ...

    def feed(self, events: Sequence[HistoryEvent]) -> Decided:
        """Take the events up to a decision task, and decide."""
        ...

    def close(self) -> None:
        """Drop it."""
        ...


def weigh(events: Sequence[HistoryEvent]) -> int:
    """Estimate the bytes that a run grows by when it is fed with events.

    It is an upper bound for usual code: a run may keep every text that came in, or drop it.
    """
    texts = 0
    for event in events:
        name = _TEXTS.get(type(event))
        if name is not None:
            texts += len(getattr(event.attributes, name) or "")
    return len(events) * EVENT_BYTES + texts


_TEXTS: dict[type[HistoryEvent], str] = {
    activity.ActivityTaskCompleted: "result",
    activity.ActivityTaskFailed: "details",
    activity.ActivityTaskScheduled: "input",
    child.ChildWorkflowExecutionCompleted: "result",
    child.ChildWorkflowExecutionFailed: "details",
    child.StartChildWorkflowExecutionInitiated: "input",
    lambda_.LambdaFunctionCompleted: "result",
    marker.MarkerRecorded: "details",
    workflow.WorkflowExecutionSignaled: "input",
    workflow.WorkflowExecutionStarted: "input",
}


class RunCache:
    """Keeps the runs used last; belongs to the thread that made them.

    Args:
        maximum: How many runs are kept; the one used longest ago goes first.
        maximum_bytes: How much memory they may take, by the estimate of ``weigh``; the run used
            last is kept whatever it takes.
    """

    def __init__(self, maximum: int = MAXIMUM, maximum_bytes: int = MAXIMUM_BYTES) -> None:
        self.maximum = maximum
        self.maximum_bytes = maximum_bytes
        self.bytes = 0
        self.hits = 0
        self.misses = 0
        self._runs: OrderedDict[ExecutionId, Run] = OrderedDict()
        self._bytes: dict[ExecutionId, int] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def take(self, execution: ExecutionId) -> Run | None:
        """Take out the run of an execution; who took it keeps it again, or closes it."""
        run = self._runs.pop(execution, None)
        self.bytes -= self._bytes.pop(execution, 0)
        if run is None:
            self.misses += 1
        else:
            self.hits += 1
        return run

    def bytes_of(self, execution: ExecutionId) -> int:
        """Return the estimated bytes of a run that is kept; 0 when it is not."""
        return self._bytes.get(execution, 0)

    def keep(self, execution: ExecutionId, run: Run, size: int = RUN_BYTES) -> None:
        """Keep a run for the execution's next decision, closing others when they are too many.

        Args:
            execution: Whose run it is.
            run: The run.
            size: About how many bytes it takes.
        """
        self._runs[execution] = run
        self._bytes[execution] = size
        self.bytes += size
        while len(self._runs) > self.maximum or (
            self.bytes > self.maximum_bytes and len(self._runs) > 1
        ):
            self._evict()

    def close(self) -> None:
        """Close all runs that are kept."""
        while self._runs:
            self._evict()

    def _evict(self) -> None:
        execution, run = self._runs.popitem(last=False)
        self.bytes -= self._bytes.pop(execution)
        run.close()
