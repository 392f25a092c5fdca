"""Tasks and futures whose order in a set is the same in every replay.

asyncio and its users keep tasks and futures in sets and go through those: a `TaskGroup` that
cancels its tasks, `asyncio.wait`, `asyncio.as_completed`. The order of a set comes from hashes, and
Python's own ones are addresses, so whatever the loop makes hashes as its number within the run.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from functools import wraps
from itertools import count
from operator import attrgetter
from types import FrameType
from typing import Any


class NumberedTask(asyncio.Task[Any]):
    """A task whose place in a set is the same in every replay; ``make_task`` makes it."""

    __slots__ = ("number",)

    number: int
    """Its number within the run."""

    def __hash__(self) -> int:
        return self.number


def make_task(
    coro: Any, number: int, loop: asyncio.AbstractEventLoop, name: str, context: Context | None
) -> NumberedTask:
    """Make a task of a number."""
    task = NumberedTask.__new__(NumberedTask)
    # asyncio registers the tasks of all runs in one set, which keeps the hash of that moment. If it
    # were the number, the first tasks of all runs that are kept would be compared with this one.
    task.number = _next_place()
    asyncio.Task.__init__(task, coro, loop=loop, name=name, context=context)
    task.number = number
    return task


_next_place: Callable[[], int] = count().__next__


class NumberedFuture(asyncio.Future[Any]):
    """A future whose place in a set is the same in every replay: by its ``number``."""

    __slots__ = ("number",)

    number: int

    def __hash__(self) -> int:
        return self.number


def number_gatherings() -> None:
    """Let what ``gather`` makes have a place in sets that is the same in every replay.

    asyncio makes it without asking the loop, so its class is told here how it hashes. It takes its
    number when it is first asked for a hash, which is when code puts it into its first set; on
    other loops it hashes as ever.
    """
    gathering: Any = asyncio.tasks._GatheringFuture  # type: ignore[attr-defined]
    gathering.__hash__ = _hash_of_gathering


def _hash_of_gathering(gathering: Any) -> int:
    next_number = getattr(gathering.get_loop(), "next_number", None)
    if next_number is None:
        return object.__hash__(gathering)
    found: int | None = getattr(gathering, "flowy_number", None)
    if found is None:
        found = gathering.flowy_number = next_number()
    return found


def refuse_unordered(coro: Any, frame: FrameType | None) -> None:
    """Refuse a coroutine that ``as_completed`` starts: it keeps them in a set, by address.

    Args:
        coro: What is to become a task.
        frame: Who makes the task.

    Raises:
        RuntimeError: It is ``as_completed``.
    """
    while frame is not None and frame.f_globals is asyncio.tasks.__dict__:
        # A comprehension in as_completed, as_completed itself, or the iterator that it makes.
        name = frame.f_code.co_qualname
        if "as_completed" in name or "AsCompleted" in name:
            coro.close()
            raise RuntimeError(
                "as_completed starts coroutines in an order that a replay cannot repeat: make "
                "tasks of them with asyncio.create_task and give it those"
            )
        frame = frame.f_back


def order_all_tasks() -> None:
    """Let ``all_tasks`` give the tasks of a run in an order that is the same in every replay.

    asyncio takes them out of the set of all runs' tasks, and the order in which they come into the
    one that it gives says which of two stands in the place that both want.
    """
    find: Any = asyncio.tasks.all_tasks

    @wraps(find)
    def all_tasks(loop: asyncio.AbstractEventLoop | None = None) -> set[asyncio.Task[Any]]:
        found: set[asyncio.Task[Any]] = find(loop)
        ours = [task for task in found if isinstance(task, NumberedTask)]
        others = found.difference(ours)
        return {*sorted(ours, key=attrgetter("number")), *others} if ours else found

    vars(asyncio)["all_tasks"] = vars(asyncio.tasks)["all_tasks"] = all_tasks


number_gatherings()
order_all_tasks()
