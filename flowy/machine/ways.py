"""The ways that a task may go on, declared by patterns so that a definition can be drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Made = TypeVar("Made", bound=Callable[..., Any])

END = "end"
LEAVE = "leave"
TOKEN = "token"  # noqa: S105 - a token of the machine


@dataclass(frozen=True)
class Way:
    """Where a task may go on.

    Args:
        target: So many entries on in the list of the task; or out of that list (`LEAVE`), to
            another token (`TOKEN`), or nowhere (`END`).
        label: When.
    """

    target: int | str
    label: str = ""


def make_task(task: Made, name: str, *ways: Way) -> Made:
    """Give a task that a pattern has made its name and its ways; none means: to the next entry."""
    task.__name__ = name
    vars(task)["ways"] = ways or (Way(1),)
    return task


def about(task: Made, subject: Any) -> Made:
    """Let a picture of a task say what it is about: the name of a condition, task or variable."""
    name = subject if isinstance(subject, str) else getattr(subject, "__name__", "")
    vars(task)["about"] = "" if name == "<lambda>" else str(name)
    return task


def ways_of(task: Any) -> tuple[Way, ...]:
    """Return the ways that a task declares, or the one to the next entry."""
    ways: tuple[Way, ...] = getattr(task, "ways", (Way(1),))
    return ways


class Block(list[Any]):
    """A list that a pattern has made. As the branch of a loop it is one entry, not its tasks."""
