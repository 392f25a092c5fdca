"""Code and history do not go together, or a history cannot go on."""

from typing import Any

from flowy.errors.root import FlowyError


class NondeterminismError(FlowyError):
    """Workflow code asked for something else than its history records at this point.

    Args:
        message: What differs, and what to do about it.
        event_id: The event of the history at which the code went another way.
        recorded: What the history has there, in words.
        asked: What the code asked for instead: a decision; None for nothing.
        place: Where in the code it was asked for, as ``file:line in function``.
    """

    def __init__(
        self,
        message: str,
        *,
        event_id: int | None = None,
        recorded: str | None = None,
        asked: Any = None,
        place: str | None = None,
    ) -> None:
        super().__init__(message)
        self.event_id = event_id
        self.recorded = recorded
        self.asked = asked
        self.place = place


class ForbiddenCallError(NondeterminismError):
    """Workflow code called what a replay cannot repeat: a clock, chance, a file, a socket.

    Args:
        message: What was called, where, and what to use in its place.
        code: The rule, such as ``FLW101``.
        place: Where in the code it was called, as ``file:line in function``.
    """

    def __init__(self, message: str, code: str, place: str) -> None:
        super().__init__(message, place=place)
        self.code = code


class BlockedDecisionError(FlowyError):
    """Workflow code held up its decision for longer than the worker allows.

    Args:
        message: For how long, and what to do about it.
        stack: Where the code stood, as Python prints a stack.
    """

    def __init__(self, message: str = "", stack: str = "") -> None:
        super().__init__(message)
        self.stack = stack


class HistoryFileError(FlowyError):
    """A file holds no history that can be replayed: see its message."""


class HistoryTooLong(FlowyError):
    """An execution failed because its history had nearly as many events as the service takes."""


class StaleRunError(FlowyError):
    """A run kept in memory has gone another way than the recorded history; replay it anew."""
