"""How a worker decides: what it watches, how long a decision may take, which build it is."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flowy.errors import DefinitionError, NondeterminismError
from flowy.given import function, number, whole
from flowy.protocol.ids import ExecutionId, TypeId
from flowy.task.definition import checked_name

BUILD_SEPARATOR = "@"
"""Stands between a task list's name and a build's in the name of the build's own list."""

LEAST_DECISIONS = 2
"""Decisions of an answer that is cut: one, and the timer that brings the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatch:
    """An execution whose history the code did not follow.

    Args:
        execution: Which one.
        type: Its workflow type.
        policy: What became of it: "hold" or "fail".
        error: Where they part.
        times: How often this worker has met it; more than 1 only for one that is held.
    """

    execution: ExecutionId
    type: TypeId
    policy: str
    error: NondeterminismError
    times: int


def _ignore(_mismatch: Mismatch) -> None:
    """Nobody wants to hear of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeciderSettings:
    """How decisions are made.

    Args:
        guarded: Whether workflow code that calls a clock, chance, a file or the like is stopped.
        warn_after: Seconds after which a decision that still runs is logged, with the code's stack.
        fail_after: Seconds after which it is given up; 0 for never.
        build: The name of the code that this worker has. Executions whose first decision it makes
            stay with workers of that build. None pins nothing.
        takes_new: Whether a worker of a build also takes executions that no build has yet.
        mismatched: Told of each execution whose history the code does not follow.
        most_decisions: How many decisions go into one answer; what is over it follows at once. None
            is what the client says its service takes, 100 for boto3's and else no such limit.

    Raises:
        DefinitionError: A value can never work.
    """

    guarded: bool = True
    warn_after: float = 2.0
    fail_after: float = 30.0
    build: str | None = None
    takes_new: bool = True
    mismatched: Callable[[Mismatch], None] = field(default=_ignore)
    most_decisions: int | None = None

    def __post_init__(self) -> None:
        """Refuse what can never work."""
        for name in ("warn_after", "fail_after"):
            number(getattr(self, name), f"{name}, in seconds or 0 for never,")
        if self.most_decisions is not None:
            whole(self.most_decisions, "most_decisions", LEAST_DECISIONS)
        function(self.mismatched, "mismatched")
        if self.build is not None:
            checked_name(self.build, "build", 64)
        elif not self.takes_new:
            raise DefinitionError("a worker that takes no new executions needs a build")

    def lists(self, task_list: str) -> list[str]:
        """Return the lists that are polled for the decisions of one that is shared."""
        own = self.list_of(task_list)
        if own is None:
            return [task_list]
        return [own, task_list] if self.takes_new else [own]

    def list_of(self, task_list: str) -> str | None:
        """Return the list of this build's own executions; None without a build."""
        if self.build is None or task_list.endswith(BUILD_SEPARATOR + self.build):
            return None
        return checked_name(f"{task_list}{BUILD_SEPARATOR}{self.build}", "task list of a build")
