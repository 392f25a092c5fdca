"""What the words of a restart mean, and what can be moved through: tokens and nested lists."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from flowy.errors import WorkflowAPIError, WorkflowError

Move = TypeVar("Move")
Path = tuple[int, ...]

TASK_MOVES: Mapping[str, Callable[[Path], Path]] = {
    "current": lambda path: path,
    "first": lambda path: (0,),
    "next": lambda path: (*path[:-1], path[-1] + 1),
    "prev": lambda path: (*path[:-1], max(0, path[-1] - 1)),
}
TOKEN_MOVES: Mapping[str, Callable[[int], int]] = {
    "current": lambda position: position - 1,
    "first": lambda position: -1,
    "next": lambda position: position,
    "prev": lambda position: position - 2,
}


def move_task(word: str, path: Path) -> Path:
    """Return the path of the task at which a restart begins."""
    return _look_up(TASK_MOVES, word, "task")(path)


def move_token(word: str, position: int) -> int:
    """Return the position from which a restart takes the next token."""
    return _look_up(TOKEN_MOVES, word, "object")(position)


def check_tokens(objects: Any) -> None:
    """Refuse what an engine cannot go back and forth in.

    Raises:
        WorkflowError: These are not tokens in a sequence.
    """
    if not isinstance(objects, Iterable) or isinstance(objects, str):
        raise WorkflowError(f"Passed in object {type(objects)} is not an iterable")
    if isinstance(objects, Mapping) or not hasattr(objects, "__getitem__"):
        raise WorkflowError(
            f"Passed in object {type(objects)} is not a sequence: an engine goes back and forth "
            "among its tokens; pass a list of them"
        )


def check_nested(entry: Any, path: Iterable[int]) -> None:
    """Refuse an entry of a definition that a path leads into.

    Raises:
        WorkflowError: It is not a list of tasks.
    """
    if callable(entry) or not isinstance(entry, Iterable):
        raise WorkflowError(
            f"the position {path!r} leads into {entry!r}, which is not a list of tasks: the "
            "definition differs from the one that the position is of; restart with task 'first'"
        )


def _look_up(moves: Mapping[str, Move], word: str, what: str) -> Move:
    move = moves.get(word)
    if move is None:
        raise WorkflowAPIError(
            f"Unknown start point {word!r} for {what}; it is one of {', '.join(sorted(moves))}"
        )
    return move
