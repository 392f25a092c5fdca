"""Runs of workflows that are kept between their decisions, so that only new events are fed."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from flowy.protocol.decisions import AnyDecision
from flowy.protocol.history import HistoryEvent
from flowy.protocol.ids import ExecutionId

MAXIMUM = 1_000
"""Runs that a poller keeps unless told otherwise."""


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


class RunCache:
    """Keeps the runs used last; belongs to the thread that made them.

    Args:
        maximum: How many runs are kept; the one used longest ago goes first.
    """

    def __init__(self, maximum: int = MAXIMUM) -> None:
        self.maximum = maximum
        self.hits = 0
        self.misses = 0
        self._runs: OrderedDict[ExecutionId, Run] = OrderedDict()

    def __len__(self) -> int:
        return len(self._runs)

    def take(self, execution: ExecutionId) -> Run | None:
        """Take out the run of an execution; who took it keeps it again, or closes it."""
        run = self._runs.pop(execution, None)
        if run is None:
            self.misses += 1
        else:
            self.hits += 1
        return run

    def keep(self, execution: ExecutionId, run: Run) -> None:
        """Keep a run for the execution's next decision, closing others when there are too many."""
        self._runs[execution] = run
        while len(self._runs) > self.maximum:
            self._runs.popitem(last=False)[1].close()

    def close(self) -> None:
        """Close all runs that are kept."""
        while self._runs:
            self._runs.popitem()[1].close()
