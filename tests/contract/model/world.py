"""A small SWF in plain Python: what is open, what waits, and what a call makes of it.

It knows no events and no ids but names. Two facts keep it small: children have names that no root
has, and no two things that were begun by different calls are due at the same moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

ACTIVITY_SECONDS = 50
ROOT_SECONDS = 1_000
CHILD_SECONDS = 777


@dataclass(eq=False)
class Activity:
    """An open activity task; ``due`` is set while a worker has it."""

    due: float | None = None
    cancel_requested: bool = False


@dataclass(eq=False)
class Run:
    """One run of a workflow."""

    workflow_id: str
    run_id: str
    task_list: str
    due: float
    policy: str
    tag: str | None = None
    parent: "Run | None" = None
    status: str = "OPEN"
    waits: bool = True
    in_hand: bool = False
    cancel_requested: bool = False
    activities: dict[str, Activity] = field(default_factory=dict)
    timers: dict[str, float] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.status == "OPEN"


class World:
    """All runs of a domain."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def open_runs(self) -> list[Run]:
        return [run for run in self.runs if run.is_open]

    def open_run(self, workflow_id: str) -> Run | None:
        found = [run for run in self.open_runs() if run.workflow_id == workflow_id]
        assert len(found) <= 1
        return found[0] if found else None

    def children(self, parent: Run) -> list[Run]:
        return [run for run in self.open_runs() if run.parent is parent]

    def waiting(self, task_list: str | None = None) -> list[Run]:
        """Return the runs whose decision task may be handed out, on one list or on all."""
        return [
            run
            for run in self.open_runs()
            if run.waits and not run.in_hand and task_list in (None, run.task_list)
        ]

    def waiting_activities(self) -> list[tuple[Run, str]]:
        return [
            (run, name)
            for run in self.open_runs()
            for name, activity in run.activities.items()
            if activity.due is None
        ]

    def close(self, run: Run, status: str) -> None:
        """Close a run and wake an open parent."""
        run.status = status
        run.activities.clear()
        run.timers.clear()
        run.waits = run.in_hand = False
        if run.parent is not None and run.parent.is_open and status != "CONTINUED_AS_NEW":
            run.parent.waits = True

    def terminate(self, run: Run, policy: str, status: str = "TERMINATED") -> None:
        """Close a run by force or by time, and apply a policy to its children."""
        children = self.children(run)
        self.close(run, status)
        for child in children:
            if policy == "TERMINATE":
                self.terminate(child, child.policy)
            elif policy == "REQUEST_CANCEL":
                child.cancel_requested = child.waits = True

    def pass_time(self, until: float) -> None:
        """Let everything happen that is due, in order."""
        while (due := min(self._moments(), default=None)) is not None and due <= until:
            for run in self.open_runs():
                if not run.is_open:
                    continue
                if run.due <= due:
                    self.terminate(run, run.policy, "TIMED_OUT")
                else:
                    self._expire(run, due)

    def _expire(self, run: Run, now: float) -> None:
        for name in [name for name, due in run.timers.items() if due <= now]:
            del run.timers[name]
            run.waits = True
        over = [name for name, each in run.activities.items() if each.due and each.due <= now]
        for name in over:
            del run.activities[name]
            run.waits = True

    def _moments(self) -> Iterator[float]:
        for run in self.open_runs():
            yield run.due
            yield from run.timers.values()
            yield from (each.due for each in run.activities.values() if each.due)
