"""The branches of one run: which go on, and which failed unseen; and the sagas that it is in."""

import asyncio
from collections import Counter
from operator import attrgetter
from typing import Any

from flowy.task.branch import Branch


class Branches:
    """The branches that the code of one run has started."""

    def __init__(self) -> None:
        self._open: dict[int, Branch[Any]] = {}
        self._failed: list[Branch[Any]] = []

    def __len__(self) -> int:
        """Return how many have not ended."""
        return len(self._open)

    def add(self, branch: Branch[Any]) -> None:
        """Take in a branch that begins."""
        self._open[id(branch)] = branch
        branch.add_done_callback(self._ended)

    def cancel_all(self) -> None:
        """Ask every branch to stop but those that are shielded."""
        for branch in tuple(self._open.values()):
            if not branch.shielded:
                branch.cancel()

    def are_shielded(self) -> bool:
        """Tell whether one of them goes on that no cancel request reaches."""
        return bool(self._open) and any(branch.shielded for branch in self._open.values())

    def unseen_failure(self) -> BaseException | None:
        """Return the failure of the first branch that failed and that nobody looked at."""
        unseen = [branch for branch in self._failed if branch.failure_unseen]
        return min(unseen, key=attrgetter("number")).exception() if unseen else None

    def _ended(self, branch: Any) -> None:
        self._open.pop(id(branch), None)
        if branch.failure_unseen:
            self._failed.append(branch)


class Sagas:
    """The sagas that the code of one run is in. An execution is not closed while there are any."""

    def __init__(self) -> None:
        self._open: Counter[asyncio.Task[Any] | None] = Counter()

    def __len__(self) -> int:
        """Return how many tasks are in one."""
        return len(self._open)

    def enter(self, task: asyncio.Task[Any] | None) -> None:
        """Note that a task is in one more."""
        self._open[task] += 1

    def leave(self, task: asyncio.Task[Any] | None) -> None:
        """Note that a task is out of one, and has undone what it had to."""
        self._open[task] -= 1
        if self._open[task] < 1:
            del self._open[task]

    def cancel_all(self) -> None:
        """Have every task that is in a saga undo what it did."""
        for task in tuple(self._open):
            if task is not None:
                task.cancel()
